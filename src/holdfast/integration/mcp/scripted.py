"""A server in memory: what it offers and does is changed by whoever holds it, at any moment."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from holdfast.integration.mcp.definition import Definition
from holdfast.integration.mcp.pins import PinnedTool, Reach, ServerPins
from holdfast.integration.mcp.session import TOOLS_MAX, Answer, Declined, Lost, Unreachable
from holdfast.integration.tools.qualified import qualified

Does = Callable[[Mapping[str, object]], Awaitable[Answer]]


class ScriptedServer:
    """Offers ``definitions``, and does what ``does`` says by a tool's name; anything else it declines."""

    def __init__(self, definitions: Sequence[Definition], does: Mapping[str, Does]) -> None:
        self.definitions, self.does = list(definitions), dict(does)
        self.calls: list[tuple[str, dict[str, object]]] = []
        """Every call that arrived."""
        self.is_down = False
        """Whether it can be reached by nobody."""
        self.is_mute = False
        """Whether it never says what it offers."""
        self.opened = 0
        """How many sessions there have been."""
        self._live: list[ScriptedSession] = []

    async def connect(self, name: str, reach: Reach) -> "ScriptedSession":
        """Open a session. Raises Unreachable while it is down."""
        if self.is_down:
            raise Unreachable("nobody listens")
        self.opened += 1
        session = ScriptedSession(self)
        self._live.append(session)
        return session

    def pins(self, server: str) -> ServerPins:
        """Return pins that approve all it offers now."""
        tools = (
            PinnedTool(offered_as=qualified(server, each.name), hash=each.content_hash, definition=each)
            for each in self.definitions
        )
        return ServerPins(reach=Reach(command=("scripted",)), tools=tuple(tools))

    def announce(self) -> None:
        """Tell every session that the tools are others now."""
        for session in self._live:
            session.has_news = True

    def die(self) -> None:
        """End every session, with whatever is under way in it."""
        for session in self._live:
            session.ended = "it died"
        self._live.clear()


class ScriptedSession:
    """A session with a ScriptedServer."""

    def __init__(self, server: ScriptedServer) -> None:
        self._server = server
        self.ended = ""
        self.has_news = False

    def take_news(self) -> bool:
        """Whether the server has said, since this was last asked, that its tools are others now."""
        had, self.has_news = self.has_news, False
        return had

    async def tools(self) -> tuple[Definition, ...]:
        """Return what it offers. Raises Unreachable."""
        if self.ended:
            raise Unreachable(self.ended)
        if self._server.is_mute:
            await asyncio.Event().wait()
        return tuple(self._server.definitions[:TOOLS_MAX])

    async def call(self, tool: str, arguments: Mapping[str, object]) -> Answer:
        """Call a tool. Raises Declined or Lost."""
        if self.ended:
            raise Lost(self.ended)
        if tool not in self._server.does:
            raise Declined(f"there is no tool {tool}")
        self._server.calls.append((tool, dict(arguments)))
        answer = await self._server.does[tool](arguments)
        if self.ended:
            raise Lost(self.ended)
        return answer

    async def close(self) -> None:
        """End it."""
        self.ended = self.ended or "it was closed"
