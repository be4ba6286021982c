"""Which runs wait for an allowance, over all runs of a store."""

from collections.abc import AsyncIterator

from holdfast.journal.fold.state import RunState
from holdfast.journal.port import Head, RunFilter, Store
from holdfast.journal.snapshots import current
from holdfast.kernel.errors import JournalError
from holdfast.orchestration.lifecycle import Status

RUNS_LOOKED_AT_MAX = 10_000
"""Among how many of the newest runs that wait those are looked for."""


async def awaiting(store: Store, now: float) -> AsyncIterator[tuple[Head, RunState]]:
    """Yield the runs that wait for an allowance, newest first."""
    waiting = RunFilter(statuses=(Status.WAITING,), count_max=RUNS_LOOKED_AT_MAX)
    for head in await store.runs(waiting):
        if head.wake_at is None or head.wake_at <= now:
            continue
        try:
            state = (await current(store, head.run)).state
        except JournalError:
            continue  # one run that cannot be read must not hide the others
        if state.awaited:
            yield head, state
