"""What a script acts through: each step is on record before it is done, and its result before the script sees it."""

from typing import Any, Protocol

from holdfast.execution.agent import Agent
from holdfast.integration.tools.contract import Tool
from holdfast.journal.events.scripts import CallKind

Called = Tool | Agent | str
"""One of the app's functions, tools or agents, or its name."""


class Asking(Protocol):
    """Takes what a script asks for."""

    async def wait_for(self, name: str, what: Called, arguments: dict[str, object]) -> object: ...

    async def wait_until(self, name: str, seconds: float) -> None: ...

    def given(self, name: str, kind: CallKind) -> float: ...


class Steps:
    """The steps of one script. A name says which step it is; the same name again is another step."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    async def call(self, name: str, what: Called, /, **arguments: object) -> Any:  # JSON data: the script knows which
        """Call one of the app's functions, tools or agents and return its result as JSON data.

        An agent that is given nothing but ``input`` gets that itself. Raises StepFailed with the fault if it came to
        nothing. Calls that are made at once (``asyncio.gather``, ``asyncio.TaskGroup``) run at once.
        """
        return await self._asking.wait_for(name, what, arguments)

    async def sleep(self, name: str, seconds: float) -> None:
        """Return once ``seconds`` have passed, whether or not a process drives the run meanwhile."""
        await self._asking.wait_until(name, seconds)

    def now(self, name: str) -> float:
        """Return the present instant, seconds since 1970 UTC: in every replay the same."""
        return self._asking.given(name, CallKind.NOW)

    def random(self, name: str) -> float:
        """Return a random number from 0 to 1: in every replay the same."""
        return self._asking.given(name, CallKind.RANDOM)
