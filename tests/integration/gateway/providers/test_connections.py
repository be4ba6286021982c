"""A connection is used again once its stream is over; a server that does not end it is not waited for."""

import asyncio
import json
from dataclasses import dataclass

import pytest

from holdfast.integration.gateway.providers.openai.client import OpenAIAccount
from holdfast.kernel.messages import Reply
from tests.integration.gateway.asking import asked, streamed

CHUNK = {"id": "r", "model": "m", "choices": [{"index": 0, "delta": {"content": "Yes."}, "finish_reason": "stop"}]}
SAID = b"data: %b\n\ndata: [DONE]\n\n" % json.dumps(CHUNK).encode()
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


@dataclass
class Server:
    """Streams one reply to each request, and keeps the connection; counts both."""

    ends_streams: bool = True
    connections: int = 0
    requests: int = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower().split(b"\r\n")
                length = next(line.split(b":")[1] for line in head if line.startswith(b"content-length"))
                await reader.readexactly(int(length))
                self.requests += 1
                writer.write(HEAD + b"%x\r\n%b\r\n" % (len(SAID), SAID))
                await writer.drain()
                if self.ends_streams:
                    writer.write(b"0\r\n\r\n")
                    await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@pytest.mark.parametrize("ends_streams", [True, False])
async def test_a_stream_that_is_over_gives_its_connection_back(ends_streams: bool) -> None:
    served = Server(ends_streams)
    server = await asyncio.start_server(served.answer, "127.0.0.1", 0)
    async with server:
        account = OpenAIAccount(None, base_url=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1")
        model = account.chat("m", "m")
        for _ in range(3):
            *_, reply = await streamed(model, asked("Well?"))
            assert isinstance(reply, Reply)
            assert reply.message.text == "Yes."
        await account.close()
    assert (served.requests, served.connections) == (3, 1 if ends_streams else 3)
