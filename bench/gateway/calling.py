"""How a way of calling is measured: a conversation, a call a turn, the CPU that this process spends on it."""

import argparse
import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple

MESSAGE_CHARACTERS = 400
FILLING = "tell me more about the order and what became of it " * 8
OUTPUT_TOKENS_MAX = 1_024
SAMPLES = 7
"""How often the same is measured; the median counts."""
SECONDS_PER_SAMPLE = 0.15
CALLS_MIN = 5
KEY = "sk-of-nobody"

Said = tuple[str, str]
"""Who speaks, and what."""
Call = Callable[[Sequence[Said]], Awaitable[None]]
"""Makes one call with these messages, and reads the reply to its end."""


class Way(NamedTuple):
    """One API, streaming or not, at one address."""

    api: str
    streams: bool
    url: str


Opened = Callable[[Way], AbstractAsyncContextManager[Call]]
"""Opens a client; what it holds is closed behind it."""


def text_of(number: int) -> str:
    """Return a message's text: each its own, as in a conversation."""
    return (f"message {number} " + FILLING)[:MESSAGE_CHARACTERS]


def history(messages: int) -> list[Said]:
    """Return a conversation of so many messages; the last is the user's."""
    return [("user" if (messages - place) % 2 else "assistant", text_of(place)) for place in range(messages)]


async def measure(call: Call, messages: int) -> float:
    """Return the median of the CPU milliseconds that a call takes. The last message of each is a new one."""
    conversation = history(messages)
    numbers = iter(range(10**9))

    async def once() -> None:
        conversation[-1] = ("user", text_of(10**6 + next(numbers)))
        await call(conversation)

    for _ in range(CALLS_MIN):
        await once()
    started = time.process_time()
    await once()
    calls = max(CALLS_MIN, int(SECONDS_PER_SAMPLE / max(time.process_time() - started, 1e-4)))
    samples = []
    for _ in range(SAMPLES):
        started = time.process_time()
        for _ in range(calls):
            await once()
        samples.append((time.process_time() - started) / calls * 1_000)
    return sorted(samples)[SAMPLES // 2]


def report(opened: Opened) -> None:
    """Be the program that measures one way for the sizes on its command line; print milliseconds by size, as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--api", required=True)
    parser.add_argument("--streams", action="store_true")
    parser.add_argument("--url", required=True)
    parser.add_argument("--messages", type=int, nargs="+", required=True)
    chosen = parser.parse_args()
    figures = asyncio.run(_figures(opened, Way(chosen.api, chosen.streams, chosen.url), chosen.messages))
    print(json.dumps(figures))


async def _figures(opened: Opened, way: Way, sizes: Sequence[int]) -> dict[str, float]:
    async with opened(way) as call:
        return {f"{messages}": await measure(call, messages) for messages in sizes}
