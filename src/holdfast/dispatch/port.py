"""What a dispatcher promises: every runnable run is driven, now or at a time.

Wake-ups are hints: they may come twice, late or never. What is true stands in the journal, and a sweep over its index
finds what a lost wake-up left lying (``dispatch.sweep``), so a lost one makes a run late and nothing worse.
"""

import enum
from collections.abc import Awaitable, Callable
from typing import Protocol

from holdfast.kernel.ids import RunId


class Lane(enum.IntEnum):
    """How urgent a run is, the most urgent first."""

    RESUMED = 0
    """It should have been driven already: found by a sweep, or left behind by a process that is gone."""
    INTERACTIVE = 1
    """Somebody waits for it."""
    BATCH = 2
    """Nobody waits for it."""


Drive = Callable[[RunId], Awaitable[float | None]]
"""Drives a run until it parks or ends, and returns when to drive it again, or None where only a wake-up can tell.

A run that is over, or that another worker holds, is no error: it returns at once, with the end of the lease or None.
For a run that it cannot drive it raises, so that the run is left alone for a while and hides no other.
"""

OnTrouble = Callable[[RunId | None, Exception], None]
"""Told what a drive raised, or (without a run) what a sweep raised. It must not raise."""


class Dispatcher(Protocol):
    """Sees to it that runs are driven: never the same one twice at once by the same dispatcher."""

    async def wake(self, run: RunId, at: float | None = None, lane: Lane = Lane.INTERACTIVE) -> None:
        """Ask that ``run`` be driven now, or at the instant ``at``. During a drive it asks for another one after it."""

    async def serve(self, drive: Drive) -> None:
        """Drive runs until cancelled or drained. No drive outlives the call.

        At the start it takes up what an earlier process left unfinished. What a drive raises is reported and tried
        again later; it never stops the others.
        """

    async def drain(self) -> None:
        """Start no more drives, and return once those under way have returned; then ``serve`` returns too."""
