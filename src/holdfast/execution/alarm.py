"""The one timer of a run: it rings when the first of the instants has come that the run waits for.

A run waits for several, such as deadlines and budgets of time that run low. A task for each came to a fifth of the
calls of functions that it took to begin and to end a run.
"""

import asyncio
import math
from collections.abc import Callable

from holdfast.kernel.clock import Clock, sleep_until


class Alarm:
    """Rings at the earliest instant it was told of, and once; then it is told anew. Turn it ``off`` in the end."""

    __slots__ = ("_clock", "_group", "_ring", "_sleeping", "instant")

    def __init__(self, clock: Clock, group: asyncio.TaskGroup, ring: Callable[[], None]) -> None:
        self._clock, self._group, self._ring = clock, group, ring
        self._sleeping: asyncio.Task[None] | None = None
        self.instant = math.inf
        """When it rings next."""

    def rings_by(self, instant: float) -> bool:
        """See to it that it rings at ``instant`` at the latest; False if that has come already."""
        if instant >= self.instant:
            return True
        if instant <= self._clock.now():
            return False
        self.off()
        self.instant = instant
        self._sleeping = self._group.create_task(self._sleep(instant))
        return True

    def off(self) -> None:
        """Ring no more."""
        if self._sleeping is not None:
            self._sleeping.cancel()
        self._sleeping, self.instant = None, math.inf

    async def _sleep(self, instant: float) -> None:
        await sleep_until(self._clock, instant)
        self._sleeping, self.instant = None, math.inf
        self._ring()
