"""What waits for people over all runs of a store, at whatever depth they stand."""

from collections.abc import AsyncIterator

import msgspec

from holdfast.governance.escalation import Escalation
from holdfast.journal.fold.state import Awaited
from holdfast.journal.payloads import Payloads
from holdfast.journal.port import Head, RunFilter, Store
from holdfast.journal.snapshots import current
from holdfast.kernel.errors import JournalError, RunNotFound
from holdfast.kernel.ids import RunId
from holdfast.orchestration.lifecycle import FINAL, Status
from holdfast.orchestration.moves.children import DEPTH_MAX
from holdfast.orchestration.people.doubts import Doubt, doubts_of
from holdfast.orchestration.people.escalations import approvals_of
from holdfast.orchestration.people.questions import Question, questions_of
from holdfast.orchestration.people.resting import unfinished_below

RUNS_LOOKED_AT_MAX = 20_000
"""Among how many of the newest unfinished runs what waits is looked for."""


Wait = Escalation | Doubt | Question | Awaited


class Waiting(msgspec.Struct, frozen=True):
    """A call that waits for a yes, a call in doubt, an open question or a spent allowance, and the run that waits."""

    head: Head
    what: Wait
    above: tuple[Head, ...] = ()
    """The runs that it works for, the first of them first."""
    step: str = ""
    """The node of the last of them that waits for it."""

    @property
    def since(self) -> float:
        """When it came to be."""
        match self.what:
            case Doubt(sent_at=sent_at):
                return sent_at or 0.0
            case Question(asked_at=asked_at) | Escalation(asked_at=asked_at):
                return asked_at
            case Awaited():
                return self.head.updated_at


async def waiting(store: Store, under: RunId | None = None) -> list[Waiting]:
    """Return what waits, in the order in which it came to be; ``under`` a run: of that run and of all below it.

    A run that cannot be read hides none of the others.
    """
    found: list[Waiting] = []
    async for head in _heads(store, under):
        try:
            found.extend(await waits_of(store, head))
        except JournalError:
            continue
    return sorted(found, key=lambda each: each.since)


async def waits_of(store: Store, head: Head) -> list[Waiting]:
    """Return what of one run waits for people. Raises JournalError, RunNotFound."""
    state = (await current(store, head.run)).state
    if not (state.doubts or state.approvals or state.questions or state.awaited):
        return []
    payloads = Payloads(store, head.run, await store.tenant_key(state.tenant))
    waits: list[Wait] = [doubt for doubt in await doubts_of(state, payloads) if doubt.asks_person]
    waits.extend(await approvals_of(state, payloads))
    waits.extend(await questions_of(state, payloads))
    waits.extend(state.awaited)
    above = await _above(store, head) if waits else ()
    return [Waiting(head, what, above, state.parent_step) for what in waits]


async def _above(store: Store, head: Head) -> tuple[Head, ...]:
    """Return the runs above one, the first of them first; one that is not in this store hides those above it."""
    found: list[Head] = []
    while head.parent is not None and len(found) < DEPTH_MAX:
        try:
            head = await store.head(head.parent)
        except RunNotFound:
            break
        found.append(head)
    return tuple(reversed(found))


async def _heads(store: Store, under: RunId | None) -> AsyncIterator[Head]:
    if under is None:
        unfinished = RunFilter(statuses=tuple(set(Status) - FINAL), count_max=RUNS_LOOKED_AT_MAX)
        for head in await store.runs(unfinished):
            yield head
        return
    yield await store.head(under)
    async for run in unfinished_below(store, under):
        yield await store.head(run)
