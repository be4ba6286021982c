"""The bare HTTP call: bytes that are ready go out, bytes come back, nobody reads them."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpx2

from bench.gateway.bodies import PATHS, body_of
from bench.gateway.calling import KEY, Call, Said, Way, report


@asynccontextmanager
async def bare(way: Way) -> AsyncIterator[Call]:
    """Open a client. The body is made once for each length: what is measured is the way there and back."""
    ready: dict[int, bytes] = {}
    headers = {"content-type": "application/json", "authorization": f"Bearer {KEY}"}
    async with httpx2.AsyncClient(headers=headers) as client:

        async def call(said: Sequence[Said]) -> None:
            body = ready.get(len(said))
            if body is None:
                body = ready[len(said)] = json.dumps(body_of(way.api, said, streams=way.streams)).encode()
            async with client.stream("POST", way.url + PATHS[way.api], content=body) as response:
                async for _ in response.aiter_bytes():
                    pass

        yield call


if __name__ == "__main__":
    report(bare)
