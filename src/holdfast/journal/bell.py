"""An event that one task waits for: what every run in memory has several of, and so must be small.

``asyncio.Event`` keeps a queue of waiters, 624 bytes even when nobody waits; a run has four.
"""

import asyncio


class Bell:
    """Rung or not. Whoever waits goes on once it is rung, at once if it was; only one task may wait at a time."""

    __slots__ = ("_is_rung", "_waiter")

    def __init__(self) -> None:
        self._is_rung = False
        self._waiter: asyncio.Future[None] | None = None

    def set(self) -> None:
        """Ring it: whoever waits goes on, and whoever waits next does not wait."""
        if self._is_rung:
            return  # who waits has been told, and nobody begins to wait before it is cleared
        self._is_rung = True
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def clear(self) -> None:
        """Let the next one wait."""
        self._is_rung = False

    def rung(self) -> "asyncio.Future[None]":
        """Return what is done once it is rung. To await it costs no frame, 208 bytes for each run that waits."""
        assert self._waiter is None or self._waiter.done(), "only one task may wait for a bell"
        self._waiter = waiter = asyncio.get_running_loop().create_future()
        if self._is_rung:
            waiter.set_result(None)
        return waiter

    async def wait(self) -> None:
        """Return once it is rung."""
        await self.rung()
