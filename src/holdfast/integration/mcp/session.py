"""A connection to a server as its tools see it, whatever it is made of."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from holdfast.integration.mcp.definition import Definition
from holdfast.integration.mcp.pins import Reach
from holdfast.kernel.messages import Audio, File, Image, Text

TOOLS_MAX = 500
"""How many tools one server may offer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call gave."""

    text: str
    structured: object = None
    attached: tuple[Text | Image | Audio | File, ...] = ()
    is_error: bool = False


class Unreachable(Exception):
    """The server cannot be reached, or does not speak as it should: nothing was sent."""


class Declined(Exception):
    """The server did not take the call: nothing was done."""


class Lost(Exception):
    """The call was sent, and what became of it is not known."""


class Session(Protocol):
    """One live connection. When it has ended it stays so: another is opened."""

    @property
    def ended(self) -> str:
        """Why it has ended; empty while it lives."""

    def take_news(self) -> bool:
        """Whether the server has said, since this was last asked, that its tools are others now."""

    async def tools(self) -> tuple[Definition, ...]:
        """Return what it offers, TOOLS_MAX at most. Raises Unreachable."""

    async def call(self, tool: str, arguments: Mapping[str, object]) -> Answer:
        """Call a tool. Raises Declined or Lost; cancelled, it tells the server so."""

    async def close(self) -> None:
        """End it, and whatever was started for it."""


Connect = Callable[[str, Reach], Awaitable[Session]]
"""Opens a session with the server of that name. Raises Unreachable, DefinitionError for a secret that is not there."""
