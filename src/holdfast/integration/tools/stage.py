"""What a stage of the pipeline is: it lets a call pass, or says how it ends."""

from typing import Protocol, runtime_checkable

from holdfast.integration.tools.definition import Tool
from holdfast.integration.tools.invocation import End, Invocation


class Stage(Protocol):
    """One part of the pipeline: lets a call pass, or ends it. What it raises stops the run: a guard fails closed."""

    @property
    def name(self) -> str:
        """The name under which an end of its making is recorded."""

    async def run(self, invocation: Invocation) -> End | None:
        """Let the call pass (None), or say how it ends here."""


@runtime_checkable
class Selective(Stage, Protocol):
    """A stage that lets some tools' calls pass whatever they are: those are not taken through it."""

    def concerns(self, tool: Tool) -> bool:
        """Whether a call of ``tool`` can end here, or be changed; always the same for one tool."""
