"""Where time comes from: the system's clock, or one that a test moves.

An instant is seconds since 1970 UTC as a float; a duration is seconds.
"""

import asyncio
import contextlib
import heapq
import itertools
import time
from typing import Protocol

Timeout = asyncio.Timeout
"""A block of code that ends in time."""


class Clock(Protocol):
    """Tells the time and waits for it to pass."""

    def now(self) -> float:
        """Return the present instant, seconds since 1970 UTC."""

    async def sleep(self, seconds: float) -> None:
        """Return once ``seconds`` have passed on this clock."""

    def timeout(self, seconds: float | None) -> Timeout:
        """Return a block that raises TimeoutError when ``seconds`` pass on this clock before it ends; None: never."""


LOOK_SECONDS_MAX = 60.0
"""How long a wait for an instant sleeps before it looks at the clock again, which may have been set meanwhile."""


async def sleep_until(clock: Clock, instant: float) -> None:
    """Return once ``clock`` shows ``instant``, be it that time has passed or that the clock was set."""
    while (left := instant - clock.now()) > 0:
        await clock.sleep(min(left, LOOK_SECONDS_MAX))


class SystemClock:
    """The machine's own clock."""

    now = staticmethod(time.time)
    """Not a function around it: it is asked several times a step."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def timeout(self, seconds: float | None) -> Timeout:
        return asyncio.timeout(seconds)


class VirtualClock:
    """A clock that stands still until it is moved: waits end when ``advance`` passes their instant.

    ``advance`` wakes sleepers in the order of their instants and lets the loop run between them, so a sleeper that
    sleeps again within the span is woken again.
    """

    TURNS_TO_SETTLE = 50
    """How often the loop is let run after each wake-up, so that what was woken can act before time goes on."""

    def __init__(self, start: float = 1_800_000_000.0) -> None:
        self._now = start
        self._order = itertools.count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._wake_at(self._now + seconds, woken)
        await woken

    def timeout(self, seconds: float | None) -> Timeout:
        block = asyncio.timeout(None)
        if seconds is not None:
            loop = asyncio.get_running_loop()
            expired: asyncio.Future[None] = loop.create_future()
            expired.add_done_callback(lambda _: _expire(block, loop))
            self._wake_at(self._now + max(0.0, seconds), expired)
        return block

    async def advance(self, seconds: float) -> None:
        """Move the clock on by ``seconds`` (never back), waking whoever's instant is reached on the way."""
        target = self._now + seconds
        await self._settle()
        while self._sleepers and self._sleepers[0][0] <= target:
            instant, _, woken = heapq.heappop(self._sleepers)
            if woken.cancelled():
                continue
            self._now = max(self._now, instant)
            woken.set_result(None)
            await self._settle()
        self._now = max(self._now, target)

    def next_wake(self) -> float | None:
        """Return the instant of the earliest sleeper, or None when nobody sleeps."""
        return min((instant for instant, _, woken in self._sleepers if not woken.cancelled()), default=None)

    def _wake_at(self, instant: float, woken: asyncio.Future[None]) -> None:
        heapq.heappush(self._sleepers, (instant, next(self._order), woken))

    async def _settle(self) -> None:
        for _ in range(self.TURNS_TO_SETTLE):
            await asyncio.sleep(0)


def _expire(block: Timeout, loop: asyncio.AbstractEventLoop) -> None:
    """Let ``block`` time out at once, unless it was never entered or has ended already."""
    with contextlib.suppress(RuntimeError):
        block.reschedule(loop.time())


async def wait_until(instant: float, clock: Clock, changed: asyncio.Event) -> None:
    """Return at ``instant`` (seconds since the epoch by ``clock``), or before it once ``changed`` is set."""
    waits = (asyncio.create_task(clock.sleep(instant - clock.now())), asyncio.create_task(changed.wait()))
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
