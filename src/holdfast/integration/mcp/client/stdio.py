"""MCP over the pipes of a process: one message a line, in the streams that the SDK works with."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio
import mcp_types as types
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.client._transport import TransportStreams
from mcp.shared.message import SessionMessage

from holdfast.integration.mcp.client.process import ServerProcess
from holdfast.integration.mcp.session import Unreachable

Incoming = MemoryObjectSendStream[SessionMessage | Exception]


@asynccontextmanager
async def stdio_streams(process: ServerProcess) -> AsyncGenerator[TransportStreams, None]:
    """Yield the streams of ``process``, which has ended when the block has."""
    to_session, incoming = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    outgoing, from_session = anyio.create_memory_object_stream[SessionMessage](0)
    async with anyio.create_task_group() as group, to_session, incoming, outgoing, from_session:
        group.start_soon(process.listen)
        group.start_soon(_read, process, to_session)
        group.start_soon(_write, process, from_session, to_session)
        try:
            yield incoming, outgoing
        finally:
            with anyio.CancelScope(shield=True):
                await process.end()
            group.cancel_scope.cancel()


async def _read(process: ServerProcess, to_session: Incoming) -> None:
    """Hand on what it says. When it says no more, or something that is too long, the session has ended."""
    try:
        async with to_session:
            while line := await process.line():
                try:
                    message = types.jsonrpc_message_adapter.validate_json(line, by_name=False)
                except ValueError as error:
                    await to_session.send(error)
                else:
                    await to_session.send(SessionMessage(message))
            await process.settle()
            process.over = "the server has ended"
    except Unreachable as error:
        process.over = str(error)
    except (anyio.ClosedResourceError, anyio.BrokenResourceError, ConnectionError):
        process.over = "the session was closed"


async def _write(
    process: ServerProcess, from_session: MemoryObjectReceiveStream[SessionMessage], to_session: Incoming
) -> None:
    try:
        async with from_session:
            async for each in from_session:
                body = each.message.model_dump_json(by_alias=True, exclude_unset=True)
                await process.send(body.encode() + b"\n")
    except (anyio.ClosedResourceError, anyio.BrokenResourceError, OSError):
        await to_session.aclose()
