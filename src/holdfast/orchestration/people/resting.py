"""Why a run has left memory, and whether it rests: it is over, or waits for somebody outside.

One that waits for the time to come, or for its own children, does not rest: it goes on by itself.
"""

from collections.abc import AsyncIterator

from holdfast.execution.loop import Rested
from holdfast.journal.fold.state import Awaited, RunState
from holdfast.journal.port import Head, RunFilter, RunIndex, Store
from holdfast.journal.snapshots import current
from holdfast.kernel.days import written
from holdfast.kernel.errors import RunNotFound
from holdfast.kernel.ids import RunId
from holdfast.orchestration.people.approvals import open_approvals
from holdfast.orchestration.people.questions import open_questions

CHILDREN_READ_MAX = 10_000
"""How many children of one run are looked through."""


def waits_for(rested: Rested, state: RunState) -> str:
    """Return what a run waits for that came to rest, in words."""
    asking = [path for path in rested.persons if path in state.questions]
    approving = [path for path in rested.persons if path in state.approvals]
    doubtful = [path for path in rested.persons if path not in state.questions and path not in state.approvals]
    told = list(dict.fromkeys(told_awaited(each) for each in state.awaited))
    if doubtful:
        told.append(f"in doubt: nobody knows what became of {', '.join(doubtful)}")
    if asking:
        told.append(f"a person is to decide at {', '.join(asking)}")
    if approving:
        told.append(f"people are to say yes or no to {', '.join(approving)}")
    if state.event_waits:
        told.append(f"waiting for an event at {', '.join(state.event_waits)}")
    if not told and rested.children:
        told.append(f"waiting for its child runs at {', '.join(state.children[run].node for run in rested.children)}")
    if told:
        return "; ".join(told) if state.cancel_reason is None else f"cancelled, but {'; '.join(told)}"
    return f"waiting to try again: {', '.join(state.retrying)}" if state.retrying else "waiting for the time to come"


def told_awaited(awaited: Awaited) -> str:
    """Return what allowance is waited for, and until when, in words."""
    return f"waits for {awaited.allowance}, renewed at {written(awaited.renews_at)}"


def may_wait_for_somebody(head: Head, now: float) -> bool:
    """Whether nobody drives the run nor is about to: it waits for mail, or for an instant to come."""
    return not head.is_over and not head.worker and (head.wake_at is None or head.wake_at > now)


def waits_for_somebody(head: Head, state: RunState) -> bool:
    """Whether a run that is not driven waits for more than the time to come."""
    waits_for_more = bool(open_questions(state) or open_approvals(state) or state.awaits or state.awaited)
    return state.parked is not None and (head.wake_at is None or waits_for_more)


async def goes_on(store: Store, head: Head, now: float) -> AsyncIterator[RunId]:
    """Yield the runs on which it depends that the run goes on by itself; none, if it rests.

    Of a run that waits for its children these are the ones below it that do not rest themselves.
    """
    if head.is_over:
        return
    if not may_wait_for_somebody(head, now):
        yield head.run
        return
    state = (await current(store, head.run)).state
    if state.version != head.version or not waits_for_somebody(head, state):
        yield head.run  # somebody has driven it since ``head`` was read, or the time only is to come
        return
    for child in state.awaits:
        try:
            below = await store.head(child)
        except RunNotFound:
            continue
        if below.is_over and not await _still_parked(store, head):
            yield head.run
        async for run in goes_on(store, below, now):
            yield run


async def _still_parked(store: Store, head: Head) -> bool:
    """Whether nobody wakes the run although a child has ended: a letter comes with the end, unless runs were moved."""
    now = await store.head(head.run)
    return now.is_parked and now.version == head.version


async def unfinished_below(index: RunIndex, run: RunId) -> AsyncIterator[RunId]:
    """Yield the runs below ``run`` that are not over."""
    for head in await index.runs(RunFilter(parent=run, count_max=CHILDREN_READ_MAX)):
        if not head.is_over:
            yield head.run
            async for below in unfinished_below(index, head.run):
                yield below
