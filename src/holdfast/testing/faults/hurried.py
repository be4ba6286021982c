"""A clock that runs faster than the machine's: processes that share it agree, and a lease is over in a moment."""

import asyncio
import time

HURRY = 100.0
"""How many of its seconds pass in one of the machine's."""


class HurriedClock:
    """Tells a time that every process on the machine agrees on."""

    def __init__(self, hurry: float = HURRY) -> None:
        self._hurry = hurry

    def now(self) -> float:
        return time.time() * self._hurry

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds) / self._hurry)

    def timeout(self, seconds: float | None) -> asyncio.Timeout:
        return asyncio.timeout(None if seconds is None else seconds / self._hurry)
