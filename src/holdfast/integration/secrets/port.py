"""What is asked of whoever keeps secrets: a value by its name, for one who asks."""

from collections.abc import Iterable
from typing import Protocol

import msgspec


class Asker(msgspec.Struct, frozen=True, kw_only=True):
    """Who wants a secret: the principal, and the audience that is handed the value."""

    tool: str
    server: str | None = None
    """The MCP server that offers the tool."""
    agent: str | None = None
    """Whose turn it is; None if the node is itself a tool."""
    user: str | None = None
    """The end user for whom the run acts."""
    tenant: str = "default"
    app: str = ""


class Granted(msgspec.Struct, frozen=True):
    """The value, for this one who asked."""

    value: str
    names_audience: bool = False
    """Whether the tool or server is named by whoever keeps it, and not only by the tool itself."""

    def __repr__(self) -> str:
        return "Granted(...)"


class Withheld(msgspec.Struct, frozen=True):
    """It is not for this one; ``reason`` says why, and nothing of the value."""

    reason: str


class SecretSource(Protocol):
    """Keeps secrets, or asks a vault for them."""

    async def find(self, name: str, asker: Asker) -> Granted | Withheld | None:
        """Return the secret for ``asker``; None if there is none of that name here. What it raises refuses the call."""

    def held(self) -> Iterable[tuple[str, str]]:
        """Return names and values of what is known before anybody asks: it is kept out of all text from the start."""
