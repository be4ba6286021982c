"""What the agents of a run were told by their tools, for a function that checks what they made of it."""

from collections.abc import AsyncIterator

import msgspec

from holdfast.journal.recorder import Recorder
from holdfast.kernel.messages import Role, ToolResult


class Shown(msgspec.Struct, frozen=True):
    """One result, as the agent at ``node`` saw it."""

    node: str
    tool: str
    text: str
    is_error: bool


class Evidence:
    """The tool results that stand in the prompts of a run's agents. Lent to functions: ``Provided[Evidence]``."""

    __slots__ = ("_recorder",)

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    async def shown(self, below: str = "") -> list[Shown]:
        """Return what was shown to the agents at or below the path ``below``, in the order of the paths and turns."""
        return [result async for result in self._results(below)]

    async def _results(self, below: str) -> AsyncIterator[Shown]:
        recorder = self._recorder
        for path in sorted(recorder.state.nodes):
            node = recorder.state.nodes[path]
            if node.agent is None or not (path == below or path.startswith(f"{below}/") or not below):
                continue
            for identity in node.agent.prompt:
                message = await recorder.payloads.fetch_message(identity)
                if message.role is Role.TOOL:
                    for part in message.parts:
                        if isinstance(part, ToolResult):
                            yield Shown(path, part.tool, part.content, part.is_error)
