"""Finds the runs that want driving and that no wake-up has told of: what makes a lost wake-up late, not lost."""

from collections.abc import Set

import msgspec

from holdfast.journal.port import Head, RunIndex
from holdfast.kernel.ids import RunId


class Swept(msgspec.Struct, frozen=True):
    """What a sweep found."""

    due: tuple[RunId, ...]
    """Those that wait longest first."""
    later: tuple[tuple[RunId, float], ...]
    """Those that want driving before the next sweep, and when: this is how timers survive a restart."""
    is_cut: bool
    """Whether more may be due than were asked for."""


async def sweep(index: RunIndex, now: float, until: float, passed_over: Set[RunId], count_max: int) -> Swept:
    """Return up to ``count_max`` runs that want driving between ``now`` and ``until`` and are not ``passed_over``.

    However many of those are due, and however long, they never hide another run: as many more are read.
    """
    heads = await index.due(until, count_max + len(passed_over))
    fresh = [head for head in heads if head.run not in passed_over][:count_max]
    due = tuple(head.run for head in fresh if _free_at(head) <= now)
    later = tuple((head.run, _free_at(head)) for head in fresh if _free_at(head) > now)
    return Swept(due, later, is_cut=len(due) == count_max)


def _free_at(head: Head) -> float:
    """When it wants driving and nobody holds it any more, as far as is known now."""
    return max(head.wake_at or 0.0, head.lease_until)
