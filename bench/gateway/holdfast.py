"""Holdfast under measurement: messages of ours through the gateway and a provider's adapter, and back as one reply."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from bench.gateway.bodies import MODEL
from bench.gateway.calling import KEY, OUTPUT_TOKENS_MAX, Call, Said, Way, report
from holdfast.integration.gateway.gateway import Gateway
from holdfast.integration.gateway.port import ModelRequest, Offer
from holdfast.integration.gateway.providers.anthropic.client import AnthropicAccount
from holdfast.integration.gateway.providers.openai.client import OpenAIAccount
from holdfast.integration.gateway.providers.settings import Settings
from holdfast.kernel.clock import SystemClock
from holdfast.kernel.messages import Message, Role, say


@asynccontextmanager
async def holdfast(way: Way) -> AsyncIterator[Call]:
    """Open an account, and a gateway before it."""
    settings, name = Settings(streams=way.streams), "model"
    if way.api == "anthropic":
        anthropic = AnthropicAccount(KEY, base_url=way.url)
        model, close = anthropic.model(name, MODEL, settings), anthropic.close
    else:
        openai = OpenAIAccount(KEY, base_url=f"{way.url}/v1")
        make, close = openai.chat if way.api == "openai-chat" else openai.responses, openai.close
        model = make(name, MODEL, settings)
    gateway = Gateway({name: model}, SystemClock())
    known: dict[Said, Message] = {}

    async def call(said: Sequence[Said]) -> None:
        """Ask as an agent does: the messages of earlier turns are the ones that it has, only the last is new."""
        earlier = [known.get(one) or known.setdefault(one, _message(one)) for one in said[:-1]]
        request = ModelRequest((*earlier, _message(said[-1])), Offer(), OUTPUT_TOKENS_MAX, "agent/turn.1")
        await gateway.call(name, request, _unheard)

    yield call
    await close()


def _message(said: Said) -> Message:
    role, text = said
    return say(Role(role), text)


def _unheard(_text: str) -> None:
    """Nobody listens to the stream."""


if __name__ == "__main__":
    report(holdfast)
