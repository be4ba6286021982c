"""A server that stands in for a provider under the real client libraries: it answers what was recorded."""

import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx2

from holdfast.integration.gateway.providers.anthropic.client import AnthropicAccount
from holdfast.integration.gateway.providers.google.client import GoogleAccount
from holdfast.integration.gateway.providers.model import ProviderModel
from holdfast.integration.gateway.providers.openai.client import OpenAIAccount
from holdfast.integration.gateway.providers.settings import Settings
from holdfast.integration.gateway.routing.hearing import told
from tests.integration.gateway.providers.recordings import ANTHROPIC, CHAT, GOOGLE, RESPONSES, Exchange

NOT_SERVED = ("content-encoding", "content-length", "transfer-encoding")
"""Headers of the recorded line that do not fit this one."""
CUTS = 24


@dataclass
class StandIn(httpx2.AsyncBaseTransport):
    """Answers each request with ``pieces``; remembers what was asked."""

    status: int
    headers: dict[str, str]
    pieces: Sequence[bytes]
    requests: list[httpx2.Request] = field(default_factory=list)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in NOT_SERVED}
        return httpx2.Response(self.status, headers=headers, stream=_Pieces(self.pieces), request=request)


class _Pieces(httpx2.AsyncByteStream):
    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece


def serving(exchange: Exchange, pieces: Sequence[bytes] | None = None) -> StandIn:
    """Return the server of one exchange."""
    return StandIn(exchange.status, exchange.headers, pieces or (exchange.body,))


def recut(body: bytes, seed: int, cuts: int = CUTS) -> list[bytes]:
    """Cut ``body`` at random places, between any two bytes."""
    places = sorted(random.Random(seed).choices(range(len(body) + 1), k=cuts))  # the same each day
    return [body[start:end] for start, end in zip([0, *places], [*places, len(body)], strict=True)]


class Accounts:
    """Makes a model of the real client for each API, each speaking to one stand-in at a time.

    Google's client takes 0.1 s to make: the same one serves all, one after the other.
    """

    def __init__(self) -> None:
        self._switch = Switch()
        self._google = GoogleAccount("key", transport=self._switch, on_headers=told)

    def model(self, exchange: Exchange, server: StandIn, settings: Settings | None = None) -> ProviderModel:
        """Return the model that ``exchange`` was held with."""
        settings = settings or Settings(streams=exchange.streams)
        called = str((exchange.request or {}).get("model", "")) or exchange.url.split("/models/")[-1].split(":")[0]
        if exchange.api == ANTHROPIC:
            return AnthropicAccount("key", transport=server, on_headers=told).model(called, called, settings)
        if exchange.api == GOOGLE:
            self._switch.server = server
            return self._google.model(called, called, settings)
        if exchange.api == RESPONSES:
            account = OpenAIAccount("key", base_url=_base(exchange, "/responses"), transport=server, on_headers=told)
            return account.responses(called, called, settings)
        assert exchange.api == CHAT
        account = OpenAIAccount("key", base_url=_base(exchange, "/chat/completions"), transport=server, on_headers=told)
        return account.chat(called, called, settings, is_openai="openai" in exchange.host)


class Switch(httpx2.AsyncBaseTransport):
    """Passes each request on to the server of the moment."""

    server: StandIn

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        return await self.server.handle_async_request(request)


def _base(exchange: Exchange, suffix: str) -> str:
    parts = urlsplit(exchange.url)
    return f"{parts.scheme}://{parts.netloc}{parts.path.removesuffix(suffix)}"
