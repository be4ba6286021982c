"""Something that is offered as a tool, whatever stands behind it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from holdfast.integration.mcp.session import Answer
from holdfast.integration.tools.json_schema import Schema

Report = Callable[[float, str], Awaitable[None]]
"""Tells the client how far it is, by a number that grows, and what happens."""

REQUEST_ID = "request_id"
"""The argument by which a client says that two calls are one."""
REQUEST_ID_SCHEMA: Schema = {
    "type": "string",
    "description": "Any text. Two calls with the same one are one call, and have the same result.",
}


class Begun(Protocol):
    """A call that is under way."""

    async def finish(self, report: Report) -> Answer:
        """Wait for its end, and return what came of it."""

    async def withdraw(self) -> None:
        """End it: nobody waits for it any more."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One tool. ``begin`` returns an Answer where nothing was begun: it says why."""

    name: str
    description: str
    parameters: Schema
    begin: Callable[[Mapping[str, object]], Awaitable[Begun | Answer]]
    is_read_only: bool = False
