"""Reads runs for the commands that only look: the list of them, and one with its trace and how it stands."""

import time
from collections import deque
from collections.abc import Awaitable, Callable

import msgspec

from holdfast.journal.fold.state import RunState
from holdfast.journal.mail import Drop
from holdfast.journal.port import Head, RunFilter
from holdfast.kernel.errors import JournalError
from holdfast.kernel.ids import RunId
from holdfast.observability.projection import project
from holdfast.observability.totals import Totals, totals
from holdfast.observability.trace import Trace
from holdfast.orchestration.people.approvals import open_approvals
from holdfast.orchestration.people.questions import open_questions
from holdfast.orchestration.run.handle import Run
from holdfast.runtime import Runtime
from holdfast.surfaces.cli.asking.drive_lock import driver_of
from holdfast.surfaces.cli.asking.stores import store_path
from holdfast.surfaces.cli.showing.condition import Condition, condition
from holdfast.surfaces.cli.showing.masking import Masking
from holdfast.surfaces.cli.showing.runs_table import Listed

FAMILY_MAX = 200
"""How many runs below one are looked at for its trace."""


class Seen(msgspec.Struct, frozen=True):
    """A run as it was found. ``now`` is how far its open spans reach: no further than somebody drove it."""

    trace: Trace
    totals: Totals
    stands: Condition
    now: float
    dropped: Drop | None = None
    """Who took it out of the dead-letter queue, if it was in there and somebody did."""


async def look(run: Run, url: str, masking: Masking) -> Seen:
    """Return the run with everything recorded so far, as ``masking`` shows it."""
    head = await run.head()
    trace = project([masking.entry(entry) async for entry in run.events(follow=False)])
    at = time.time()
    stands = condition(head, at, is_store_driven=is_driven(url), **_waits(trace.state))
    now = at if stands is Condition.RUNNING else trace.last_at
    told = totals(trace, trace.last_at if stands is Condition.INTERRUPTED else at)
    return Seen(trace, told, stands, now, masking.struct(await run.dropped()))


async def traces_below(
    runtime: Runtime, run: Run, masked: Callable[[Run], Awaitable[Masking]]
) -> tuple[dict[RunId, Trace], int]:
    """Return the traces of the runs below, by their ids, as ``masked`` shows each, and how many were left out.

    One that cannot be read hides none of the others.
    """
    found: dict[RunId, Trace] = {}
    left_out, above = 0, deque([run.id])
    while above:
        for head in reversed(await runtime.runs(RunFilter(parent=above.popleft(), count_max=FAMILY_MAX))):
            if len(found) + left_out >= FAMILY_MAX:
                left_out += 1
                continue
            try:
                below = await runtime.run(head.run)
                seen = await masked(below)
                found[head.run] = project([seen.entry(entry) async for entry in below.events(follow=False)])
            except JournalError:
                left_out += 1
                continue
            above.append(head.run)
    return found, left_out


async def listed(runtime: Runtime, which: RunFilter, url: str) -> list[Listed]:
    """Return the runs that match, newest first, each with what it has consumed."""
    heads = await runtime.runs(which)
    now, is_store_driven = time.time(), is_driven(url)
    found = []
    for head in heads:
        state = await _state(runtime, head)
        doubts = state.doubts if state else ()
        questions = (*open_questions(state), *open_approvals(state)) if state else ()
        retry_at = _retry_at(state) if state else None
        stands = condition(head, now, is_store_driven=is_store_driven, **_waits(state))
        seconds = max(0.0, (now if stands is Condition.RUNNING else head.updated_at) - head.created_at)
        is_cancelled = state is not None and state.cancel_reason is not None
        spend = state.spend if state else None
        found.append(Listed(head, stands, spend, seconds, doubts, is_cancelled, questions, retry_at))
    return found


def _retry_at(state: RunState) -> float | None:
    """Return when a step of it that failed is tried again next, None if none waits for that."""
    instants = [state.nodes[path].retry_at for path in state.retrying]
    return min((instant for instant in instants if instant is not None), default=None)


def is_driven(url: str) -> bool:
    """Whether a process drives the runs of that store."""
    path = store_path(url)
    return path is not None and driver_of(path) is not None


def _waits(state: RunState | None) -> dict[str, bool]:
    """Return what the run waits for, as far as its state is known, by the names that ``condition`` has for it."""
    if state is None:
        return {}
    return {
        "has_doubts": bool(state.doubts),
        "asks": bool(open_questions(state) or open_approvals(state)),
        "is_retrying": bool(state.retrying),
        "awaits_children": bool(state.awaits),
    }


async def _state(runtime: Runtime, head: Head) -> RunState | None:
    """Return the run's state, None if its journal cannot be read: one bad run must not hide the others."""
    try:
        return await (await runtime.run(head.run)).state()
    except JournalError:
        return None
