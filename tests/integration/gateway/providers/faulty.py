"""A server on this machine that answers each request as it is told, and breaks off where it is told to."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from holdfast.integration.gateway.providers.anthropic.client import AnthropicAccount
from holdfast.integration.gateway.providers.google.client import GoogleAccount
from holdfast.integration.gateway.providers.model import ProviderModel
from holdfast.integration.gateway.providers.openai.client import OpenAIAccount
from holdfast.integration.gateway.providers.settings import Settings
from tests.integration.gateway.providers.recordings import ANTHROPIC, CHAT, GOOGLE

HOST = "127.0.0.1"
KEY = "sk-the-secret-key"


@dataclass
class Faulty:
    """What is said to each request: a status, headers, pieces of a body; then silence, or a broken line, if wanted."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    pieces: Sequence[bytes] = ()
    breaks_off: bool = False
    falls_silent: bool = False
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    was_left: asyncio.Event = field(default_factory=asyncio.Event)
    heads: list[str] = field(default_factory=list)
    url: str = ""

    @property
    def requests(self) -> int:
        return len(self.heads)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            self.was_left.set()
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = next(line.split(":")[1] for line in head.splitlines() if line.startswith("content-length"))
        await reader.readexactly(int(length))
        self.heads.append(head)
        self.asked.set()
        if self.falls_silent and not self.pieces:
            await self._wait_until_left(reader)
        headers = {"connection": "close", "transfer-encoding": "chunked"} | self.headers
        lines = [f"HTTP/1.1 {self.status} Said", *(f"{name}: {value}" for name, value in headers.items())]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        for piece in self.pieces:
            writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            await writer.drain()
        if self.falls_silent:
            await self._wait_until_left(reader)
        if not self.breaks_off:
            writer.write(b"0\r\n\r\n")
            await writer.drain()

    async def _wait_until_left(self, reader: asyncio.StreamReader) -> None:
        await reader.read()
        raise ConnectionResetError


@asynccontextmanager
async def serving(faulty: Faulty) -> AsyncIterator[Faulty]:
    server = await asyncio.start_server(faulty.answer, HOST, 0)
    faulty.url = f"http://{HOST}:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield faulty


@asynccontextmanager
async def model_at(api: str, url: str, *, streams: bool = True) -> AsyncIterator[ProviderModel]:
    """The real client of an API, speaking to ``url``."""
    settings = Settings(streams=streams)
    account: AnthropicAccount | GoogleAccount | OpenAIAccount
    if api == ANTHROPIC:
        account = AnthropicAccount(KEY, base_url=url)
        model = account.model("the model", "m-1", settings)
    elif api == GOOGLE:
        account = GoogleAccount(KEY, base_url=url)
        model = account.model("the model", "m-1", settings)
    else:
        account = OpenAIAccount(KEY, base_url=url)
        ask = account.chat if api == CHAT else account.responses
        model = ask("the model", "m-1", settings)
    try:
        yield model
    finally:
        await account.close()
