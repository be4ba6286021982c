"""MCP over streamable HTTP: the SDK's transport, on a client that reads no answer without end."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx2
from mcp.client._transport import TransportStreams
from mcp.client.streamable_http import streamable_http_client

from holdfast.integration.mcp.pins import Reach

ANSWER_BYTES_MAX = 8_000_000
CONNECT_SECONDS_MAX = 30.0
SILENCE_SECONDS_MAX = 3_600.0
"""A call's own time ends it long before: this one is for connections that nobody waits on."""


@asynccontextmanager
async def http_streams(reach: Reach, secrets: Mapping[str, str]) -> AsyncGenerator[TransportStreams, None]:
    """Yield the streams of the server at ``reach.url``; ``secrets`` are headers.

    Nothing of our environment goes along: no proxy, no password file.
    """
    timeout = httpx2.Timeout(CONNECT_SECONDS_MAX, read=SILENCE_SECONDS_MAX)
    headers, transport = {**reach.headers, **secrets}, _Bounded(httpx2.AsyncHTTPTransport())
    async with (
        httpx2.AsyncClient(headers=headers, timeout=timeout, transport=transport, trust_env=False) as client,
        streamable_http_client(reach.url, http_client=client, max_sse_event_size=ANSWER_BYTES_MAX) as streams,
    ):
        yield streams


class _Bounded(httpx2.AsyncBaseTransport):
    """Breaks off an answer of more bytes than are read of any. A stream of events is bounded event by event."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await self._inner.handle_async_request(request)
        if not response.headers.get("content-type", "").lower().startswith("text/event-stream"):
            assert isinstance(response.stream, httpx2.AsyncByteStream)
            response.stream = _BoundedStream(response.stream)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


class _BoundedStream(httpx2.AsyncByteStream):
    def __init__(self, inner: httpx2.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        count = 0
        async for chunk in self._inner:
            count += len(chunk)
            if count > ANSWER_BYTES_MAX:
                raise httpx2.ReadError(f"the server's answer has more than {ANSWER_BYTES_MAX} bytes")
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()
