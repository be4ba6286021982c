"""Takes out of a store what ended long ago, a few runs at a time so that nobody waits long."""

import time
from collections.abc import Awaitable, Callable, Sequence

from holdfast.journal.upkeep import Removed
from holdfast.kernel.ids import RunId
from holdfast.runtime.bus import Bus
from holdfast.surfaces.cli.asking.stores import reading
from holdfast.surfaces.cli.showing.counting import Count, counting
from holdfast.surfaces.cli.showing.moves import Collected

RUNS_MAX = 1_000_000
"""How many runs one collection looks at."""
EVENTS_MAX = 10_000_000
"""How many events of the bus one collection removes at most."""
EVENTS_AT_ONCE = 1_000
"""How many events of the bus one transaction removes."""
RUNS_AT_ONCE = 20
"""How many runs one transaction removes: commits of live runs wait for it."""


async def collect(age_seconds: float, store: str | None, *, is_dry_run: bool, is_quiet: bool) -> Collected:
    """Remove runs that ended more than ``age_seconds`` ago, and give their space back.

    A run that is going, parked or due is never touched, nor is one whose parent is. Raises RunNotFound, JournalError.
    """
    now = time.time()
    before = now - age_seconds
    async with reading(store) as runtime:
        kept = runtime.upkeep
        old = await kept.ended(before, RUNS_MAX)
        if is_dry_run:
            with counting("looking", "runs", is_quiet=is_quiet) as count:
                return Collected(True, before, await _each(kept.weigh, old, count), Removed(), None)
        with counting("removing", "runs", is_quiet=is_quiet) as count:
            removed = await _each(kept.remove, old, count)
        with counting("looking for payloads nobody points at", "runs", is_quiet=is_quiet) as count:
            orphans = await _each(kept.trim, await kept.ended(now, RUNS_MAX), count)
        published = await _pruned(runtime.bus, before)
        return Collected(False, before, removed, orphans, await kept.compact(), published)


async def _pruned(bus: Bus, before: float) -> int:
    """Remove events of the bus, a few at a time, and say how many."""
    whole = 0
    while (removed := await bus.prune(before, EVENTS_AT_ONCE)) and whole < EVENTS_MAX:
        whole += removed
    return whole


async def _each(work: Callable[[Sequence[RunId]], Awaitable[Removed]], runs: Sequence[RunId], count: Count) -> Removed:
    """Do ``work`` on all of ``runs``, a few at a time."""
    whole = Removed()
    for start in range(0, len(runs), RUNS_AT_ONCE):
        whole += await work(runs[start : start + RUNS_AT_ONCE])
        count(min(start + RUNS_AT_ONCE, len(runs)), len(runs))
    return whole
