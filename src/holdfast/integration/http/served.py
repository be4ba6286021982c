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

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(_converse(reader, writer, handler))
        busy.add(task)
        task.add_done_callback(busy.discard)

    server = await asyncio.start_server(connected, "127.0.0.1", 0, limit=HEAD_BYTES_MAX)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in busy:
            task.cancel()
        await asyncio.gather(*busy, return_exceptions=True)


async def _converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handler: Handler) -> None:
    try:
        while (request := await _read(reader)) is not None:
            writer.write(_written(request, await handler(request)))
            await writer.drain()
    except (HangUp, ConnectionError, asyncio.IncompleteReadError):
        pass  # whoever was connected notices
    finally:
        writer.close()


def _written(request: Request, answer: Answer) -> bytes:
    body = b"" if request.method == "HEAD" or answer.status in (204, 304) else answer.body
    lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in answer.headers.items()]
    return "\r\n".join([*lines, f"content-length: {len(body)}", "", ""]).encode("latin-1") + body


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
