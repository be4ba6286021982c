"""A server on this machine, for tests: real HTTP on a loopback port, answered by a function."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from http import HTTPStatus

from holdfast.integration.http.port import Answer, Request

HEAD_BYTES_MAX = 65_536
BODY_BYTES_MAX = 10_000_000

Handler = Callable[[Request], Awaitable[Answer]]


class HangUp(Exception):
    """Raised by a handler: the connection is closed, and nobody learns what it has done."""


@contextlib.asynccontextmanager
async def served(handler: Handler) -> AsyncIterator[str]:
    """Serve ``handler`` while the block runs; the address of the server is what the block is given."""
    busy = set[asyncio.Task[None]]()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        busy.add(task)
        try:
            await _converse(reader, writer, handler)
        except (HangUp, ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            busy.discard(task)
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, limit=HEAD_BYTES_MAX)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in busy:
            task.cancel()
        await asyncio.gather(*busy, return_exceptions=True)


async def _converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handler: Handler) -> None:
    while (request := await _read(reader)) is not None:
        answer = await handler(request)
        body = b"" if request.method == "HEAD" or answer.status in (204, 304) else answer.body
        phrase = HTTPStatus(answer.status).phrase
        lines = [f"HTTP/1.1 {answer.status} {phrase}", *(f"{name}: {value}" for name, value in answer.headers.items())]
        head = "\r\n".join([*lines, f"content-length: {len(body)}", "", ""])
        writer.write(head.encode("latin-1") + body)
        await writer.drain()


async def _read(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    method, target, _ = first.split(" ", 2)
    pairs = [line.partition(":") for line in lines]
    headers = tuple((name.strip(), value.strip()) for name, _, value in pairs)
    request = Request(method, target, headers)
    length = int(request.header("content-length") or 0)
    if length > BODY_BYTES_MAX:
        raise HangUp
    return Request(method, target, headers, await reader.readexactly(length))
