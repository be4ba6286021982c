"""LiteLLM under measurement. Runs in the environment that ``bench.environment`` makes, where there is no Holdfast."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import litellm  # type: ignore[import-not-found]  # see above

from bench.gateway.bodies import MODEL, body_of
from bench.gateway.calling import KEY, Call, Said, Way, report

PREFIXES = {"anthropic": "anthropic", "openai-chat": "openai"}


@asynccontextmanager
async def peer(way: Way) -> AsyncIterator[Call]:
    """Return a call with its defaults, but for retries; it keeps its clients by itself."""
    url = way.url if way.api == "anthropic" else f"{way.url}/v1"
    model = f"{PREFIXES[way.api]}/{MODEL}"

    async def call(said: Sequence[Said]) -> None:
        body = body_of(way.api, said, streams=way.streams) | {"model": model}
        reply = await litellm.acompletion(**body, api_base=url, api_key=KEY, num_retries=0)
        if way.streams:
            async for _ in reply:
                pass

    yield call


if __name__ == "__main__":
    report(peer)
