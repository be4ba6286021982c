"""The provider's own client as its documentation shows it: typed messages in, a typed reply out."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from anthropic import AsyncAnthropic
from openai import AsyncOpenAI

from bench.gateway.bodies import body_of
from bench.gateway.calling import KEY, Call, Said, Way, report


@asynccontextmanager
async def client(way: Way) -> AsyncIterator[Call]:
    """Open the client of the API."""
    make: Any
    if way.api == "anthropic":
        anthropic = AsyncAnthropic(api_key=KEY, base_url=way.url, max_retries=0)
        make, close = anthropic.messages.create, anthropic.close
    else:
        openai = AsyncOpenAI(api_key=KEY, base_url=f"{way.url}/v1", max_retries=0)
        make = openai.chat.completions.create if way.api == "openai-chat" else openai.responses.create
        close = openai.close

    async def call(said: Sequence[Said]) -> None:
        reply = await make(**body_of(way.api, said, streams=way.streams))
        if way.streams:
            async for _ in reply:
                pass

    yield call
    await close()


if __name__ == "__main__":
    report(client)
