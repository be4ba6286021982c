"""Sessions through the official SDK: opened over pipes or HTTP, each held by one task of its own."""

import asyncio
import logging
import os
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from functools import partial

import mcp_types as types
from mcp import Client, MCPError
from mcp.client._transport import TransportStreams
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import TypeAdapter, ValidationError

from holdfast.integration.mcp.client.answers import answer_of
from holdfast.integration.mcp.client.http import http_streams
from holdfast.integration.mcp.client.process import ServerProcess, environment_of, secrets_of
from holdfast.integration.mcp.client.stdio import stdio_streams
from holdfast.integration.mcp.definition import Definition
from holdfast.integration.mcp.pins import Reach
from holdfast.integration.mcp.session import TOOLS_MAX, Answer, Declined, Lost, Unreachable
from holdfast.integration.tools.caught import Raised
from holdfast.integration.tools.edge import awaited
from holdfast.integration.tools.visible import one_line
from holdfast.version import VERSION

PAGES_MAX = 50
LISTEN_AGAIN_SECONDS = 5.0
"""How soon a stream of news that broke off is asked for again."""
SAID_CHARACTERS_MAX = 500
NOT_TAKEN = frozenset(
    {
        types.METHOD_NOT_FOUND,
        types.INVALID_PARAMS,
        types.HEADER_MISMATCH,
        types.MISSING_REQUIRED_CLIENT_CAPABILITY,
        types.UNSUPPORTED_PROTOCOL_VERSION,
        types.URL_ELICITATION_REQUIRED,
    }
)
"""Errors that say of a call that it was not made. After any other nobody knows."""
FORGOTTEN = "Session terminated"
"""What the SDK says for the status by which a server tells that it does not know this session, and did nothing."""

_result: TypeAdapter[types.CallToolResult | types.InputRequiredResult] = TypeAdapter(
    types.CallToolResult | types.InputRequiredResult
)


async def connect(name: str, reach: Reach) -> "SdkSession":
    """Open a session with the server ``name``. Raises Unreachable, DefinitionError for a secret that is not set."""
    process: ServerProcess | None = None
    streams: AbstractAsyncContextManager[TransportStreams]
    if reach.command:
        environment, secrets = environment_of(name, reach, os.environ), secrets_of(name, reach, os.environ)
        process = await ServerProcess.started(name, reach, environment, secrets.values())
        streams = stdio_streams(process)
    else:
        streams = http_streams(reach, secrets_of(name, reach, os.environ))
    session = SdkSession(name, streams, process)
    await session.open()
    return session


class SdkSession:
    """One session. It offers the server nothing: no sampling, no elicitation, no roots."""

    def __init__(
        self, name: str, streams: AbstractAsyncContextManager[TransportStreams], process: ServerProcess | None
    ) -> None:
        self._process, self._log = process, logging.getLogger(f"holdfast.mcp.{name}")
        self._ended, self._has_news = "", False
        self._closing = asyncio.Event()
        info = types.Implementation(name="holdfast", version=VERSION)
        self._client = Client(streams, client_info=info, cache=None, message_handler=self._heard)
        self._is_open: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._held: asyncio.Task[None] | None = None

    @property
    def ended(self) -> str:
        """Why it has ended; empty while it lives."""
        return self._ended or (self._process.over if self._process else "")

    def take_news(self) -> bool:
        """Whether the server has said, since this was last asked, that its tools are others now."""
        had, self._has_news = self._has_news, False
        return had

    async def open(self) -> None:
        """Agree on a version of the protocol. Raises Unreachable; cancelled, nothing of the session is left."""
        self._held = asyncio.create_task(self._hold())
        try:
            await asyncio.wait((self._held, self._is_open), return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            await self.close()
            raise
        if self._held.done():
            raise Unreachable(self.ended)

    async def tools(self) -> tuple[Definition, ...]:
        """Return what it offers, TOOLS_MAX at most. Raises Unreachable."""
        found = list[Definition]()
        cursor: str | None = None
        for _page in range(PAGES_MAX):
            params = types.PaginatedRequestParams(cursor=cursor) if cursor else None
            listed = await awaited(self._client.session.list_tools(params=params))
            if isinstance(listed, Raised):
                raise Unreachable(self._told(listed.error))
            found.extend(map(_definition, listed.tools))
            cursor = listed.next_cursor
            if len(found) > TOOLS_MAX:
                break
            if cursor is None:
                return tuple(found)
        raise Unreachable(f"it offers more than {TOOLS_MAX} tools, or in more than {PAGES_MAX} pages")

    async def call(self, tool: str, arguments: Mapping[str, object]) -> Answer:
        """Call a tool. Raises Declined or Lost; cancelled, it tells the server so."""
        params = types.CallToolRequestParams(name=tool, arguments=dict(arguments))
        request = types.CallToolRequest(params=params)
        told = partial(self._progressed, tool)
        result = await awaited(self._client.session.send_request(request, _result, progress_callback=told))
        match result:
            case types.CallToolResult():
                return answer_of(result)
            case types.InputRequiredResult():
                raise Declined(f"{tool} wants to ask something while it works, which is offered to no server")
            case Raised(MCPError() as error) if error.code in NOT_TAKEN:
                raise Declined(self._told(error))
            case Raised(MCPError() as error) if error.message == FORGOTTEN:
                self._ended = "the server has forgotten it"
                raise Declined(self._told(error))
            case Raised(ValidationError() as error):
                raise Lost(f"the server's answer cannot be read: {error.error_count()} fields are not as agreed")
            case Raised(error):
                raise Lost(self._told(error))

    async def close(self) -> None:
        """End it, and whatever was started for it."""
        self._closing.set()
        if self._held is not None:
            if not self._is_open.done():
                self._held.cancel()
            await asyncio.wait((self._held,))

    async def _hold(self) -> None:
        """Keep the session open in this task, the only one that may end what it began."""
        ended = await awaited(self._run())
        if isinstance(ended, Raised):
            self._ended = self._ended or self._told(ended.error)
        self._ended = self._ended or "it was closed"

    async def _run(self) -> None:
        async with AsyncExitStack() as stack:
            client = await stack.enter_async_context(self._client)
            capable = client.server_capabilities.tools
            if client.protocol_version in MODERN_PROTOCOL_VERSIONS and capable and capable.list_changed:
                group = await stack.enter_async_context(asyncio.TaskGroup())
                stack.callback(group.create_task(self._watch()).cancel)
            self._is_open.set_result(None)
            await self._closing.wait()

    async def _watch(self) -> None:
        """Hear of changes; while nobody tells of them, whatever there may be to tell counts as told."""
        while True:
            await awaited(self._listen())
            await asyncio.sleep(LISTEN_AGAIN_SECONDS)

    async def _listen(self) -> None:
        async with self._client.listen(tools_list_changed=True) as news:
            self._has_news = True
            async for _event in news:
                self._has_news = True

    async def _heard(self, message: object) -> None:
        """Note that the tools have changed. Whatever else a server says by itself is not listened to."""
        if isinstance(message, types.ToolListChangedNotification):
            self._has_news = True

    async def _progressed(self, tool: str, done: float, total: float | None, message: str | None) -> None:
        of = f" of {total:g}" if total else ""
        self._log.info("%s: %g%s %s", tool, done, of, one_line(message or "", SAID_CHARACTERS_MAX))

    def _told(self, error: Exception) -> str:
        """Return what went wrong, without anything that could be long or hidden, and how its process fares."""
        while isinstance(error, ExceptionGroup):
            error = error.exceptions[0]
        said = one_line(str(error) or type(error).__name__, SAID_CHARACTERS_MAX)
        return f"{said} ({self._process.last_words})" if self._process else said


def _definition(tool: types.Tool) -> Definition:
    said = tool.annotations.model_dump(by_alias=True, exclude_none=True) if tool.annotations else {}
    return Definition(
        name=tool.name,
        title=tool.title or "",
        description=tool.description or "",
        input_schema=tool.input_schema,
        output_schema=tool.output_schema,
        annotations=said,
    )
