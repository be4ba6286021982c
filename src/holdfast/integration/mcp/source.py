"""An MCP server as a source of tools: reached when one is first called, watched for changes, restarted when it dies."""

import asyncio
import logging
from functools import partial

import msgspec

from holdfast.integration.mcp.comparing import Compared, Standing, compare
from holdfast.integration.mcp.definition import NAME_CHARACTERS_MAX
from holdfast.integration.mcp.offered import tool_of
from holdfast.integration.mcp.pins import PinnedTool, ServerPins
from holdfast.integration.mcp.session import Connect, Declined, Lost, Session, Unreachable
from holdfast.integration.tools.attaching import Attaching
from holdfast.integration.tools.contract import OutcomeUnknown, Tool, ToolFailure
from holdfast.integration.tools.faults import fault
from holdfast.integration.tools.visible import one_line
from holdfast.kernel.clock import Clock, SystemClock
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.ids import digest
from holdfast.kernel.outcomes import ErrorKind, Fault

CONNECT_SECONDS_MAX = 60.0
LIST_SECONDS_MAX = 30.0
BACKOFF_SECONDS = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""How long nobody tries again after so many deaths in a row. A call that was answered begins the count anew."""
ERROR_CHARACTERS_MAX = 2_000

_log = logging.getLogger("holdfast.mcp")


class McpServer:
    """The approved tools of one server. All runs of a process share one session; the runtime's end closes it."""

    def __init__(self, name: str, pins: ServerPins, connect: Connect | None = None, clock: Clock | None = None) -> None:
        """``connect``: by default what the runtime hands in."""
        self.name, self.pins = name, pins
        self._connect, self._clock = connect, clock or SystemClock()
        self._session: Session | None = None
        self._opening = asyncio.Lock()
        self._is_compared = False
        self._quarantined: dict[str, Compared] = {}
        self._deaths, self._not_before = 0, 0.0
        self._by_tool = {tool.offered_as: tool for tool in pins.tools}
        self._tools = dict[str, Tool]()
        for tool in sorted(pins.tools, key=lambda each: bool(each.undo)):
            undo = self._tools[tool.undo] if tool.undo else None
            self._tools[tool.definition.name] = tool_of(tool, partial(self._called, tool), self, undo)

    def tools(self, *names: str) -> tuple[Tool, ...]:
        """Return the tools that the server calls ``names``, all that are pinned without any. Raises DefinitionError."""
        for name in names:
            if name not in self._tools:
                raise DefinitionError(
                    f"MCP server {self.name!r} has no pinned tool {name!r}: it has {', '.join(sorted(self._tools))}; "
                    f"'holdfast mcp diff {self.name}' shows what it offers beside them"
                )
        return tuple(self._tools[name] for name in names or sorted(self._tools))

    @property
    def session(self) -> Session | None:
        """The session that is open, if one is."""
        return self._session

    @property
    def is_reachable(self) -> bool:
        """Whether it was told how the server is reached."""
        return self._connect is not None

    def use(self, connect: Connect, clock: Clock) -> None:
        """Reach the server by ``connect``, and measure time by ``clock``."""
        self._connect, self._clock = connect, clock

    async def refusal(self, tool: Tool) -> Fault | None:
        """Return why ``tool`` cannot be called now: the server is out of reach, or says something else of it now."""
        try:
            await self._ready()
        except Unreachable as error:
            return fault(ErrorKind.RESOURCES, str(error), retryable=True, hint="do without it, or try again later")
        told = self._told_quarantined(self._by_tool[tool.name])
        if not told:
            return None
        return fault(ErrorKind.QUARANTINED, told, hint="do without it, and say that its operator has to look at it")

    def fingerprint(self, tool: Tool) -> str:
        """Return what changes whenever a call of ``tool`` means something else: a run goes on with what it began."""
        pinned = self._by_tool[tool.name]
        return digest(pinned.hash.encode(), msgspec.json.encode((pinned.key, pinned.fixed), order="deterministic"))

    async def close(self) -> None:
        """End the session. The next call opens another."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _called(self, tool: PinnedTool, /, **arguments: object) -> object:
        """Call it. What is in the way was found before the call was on record; found only now, nothing was sent."""
        try:
            session = await self._ready()
        except Unreachable as error:
            raise ToolFailure(str(error), retryable=True) from error
        if told := self._told_quarantined(tool):
            raise ToolFailure(told)
        try:
            answer = await session.call(tool.definition.name, {**arguments, **tool.fixed})
        except Declined as error:
            raise ToolFailure(one_line(str(error), ERROR_CHARACTERS_MAX)) from error
        except Lost as error:
            raise OutcomeUnknown(one_line(str(error), ERROR_CHARACTERS_MAX)) from error
        self._deaths = 0
        if answer.is_error:
            raise ToolFailure(one_line(answer.text or "it failed and did not say why", ERROR_CHARACTERS_MAX))
        value = answer.text if tool.definition.output_schema is None else answer.structured
        return Attaching(value, answer.attached) if answer.attached else value

    async def _ready(self) -> Session:
        """Return a live session whose tools were compared. Raises Unreachable."""
        async with self._opening:
            if self._session is not None and self._session.ended:
                await self._bury(self._session)
            if self._session is None:
                self._session = await self._opened()
                self._is_compared = False
            session = self._session
            if session.take_news():
                self._is_compared = False
            if not self._is_compared:  # it stays so if whoever asked is cancelled meanwhile
                await self._compare(session)
                self._is_compared = True
            return session

    async def _opened(self) -> Session:
        if self._connect is None:
            raise DefinitionError(f"MCP server {self.name!r}: expected a runtime to reach it by, found none")
        wait = self._not_before - self._clock.now()
        if wait > 0:
            raise Unreachable(
                f"MCP server {self.name} has ended {self._deaths} times; it is left alone for {wait:.1f} s"
            )
        try:
            async with self._clock.timeout(CONNECT_SECONDS_MAX):
                return await self._connect(self.name, self.pins.reach)
        except TimeoutError:
            self._count_death()
            raise Unreachable(f"MCP server {self.name} was not ready in {CONNECT_SECONDS_MAX:g} seconds") from None
        except Unreachable as error:
            self._count_death()
            raise Unreachable(f"MCP server {self.name} cannot be reached: {error}") from error

    async def _compare(self, session: Session) -> None:
        """Quarantine whatever is not as it was approved; a server that does not even tell is not asked further."""
        try:
            async with self._clock.timeout(LIST_SECONDS_MAX):
                offered = await session.tools()
        except (Unreachable, TimeoutError) as error:
            await self._bury(session)
            why = str(error) or f"no answer in {LIST_SECONDS_MAX:g} seconds"
            raise Unreachable(f"MCP server {self.name} does not say what it offers: {why}") from error
        compared = compare(self.pins, offered)
        self._quarantined = {each.name: each for each in compared if each.standing is not Standing.APPROVED}
        for each in self._quarantined.values():
            tool = one_line(each.name, NAME_CHARACTERS_MAX)
            _log.warning("MCP server %s: %s is quarantined: %s %s", self.name, tool, each.standing, each.reason)

    async def _bury(self, session: Session) -> None:
        _log.warning("MCP server %s: the session has ended: %s", self.name, session.ended or "it makes no sense")
        self._session = None
        self._count_death()
        await session.close()

    def _count_death(self) -> None:
        self._not_before = self._clock.now() + BACKOFF_SECONDS[min(self._deaths, len(BACKOFF_SECONDS) - 1)]
        self._deaths += 1

    def _told_quarantined(self, tool: PinnedTool) -> str:
        found = self._quarantined.get(tool.definition.name)
        if found is None:
            return ""
        # Why it is unusable may quote the server, whose words nobody has approved.
        reason = f" ({found.reason})" if found.standing is Standing.CHANGED else ""
        return (
            f"{tool.offered_as} is not what was approved: the server's own definition of it is {found.standing} now"
            f"{reason}, so it is not called until somebody has looked: 'holdfast mcp diff {self.name}'"
        )
