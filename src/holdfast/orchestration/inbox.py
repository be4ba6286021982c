"""What waits for people over all runs of a store, at whatever depth they stand."""

from collections.abc import AsyncIterator, Callable

import msgspec

from holdfast.governance.escalation import Escalation
from holdfast.journal.fold.state import Awaited
from holdfast.journal.port import Head, RunFilter, Store
from holdfast.kernel.errors import JournalError
from holdfast.kernel.ids import RunId
from holdfast.orchestration.approvals import approvals_of
from holdfast.orchestration.doubts import Doubt, doubts_of
from holdfast.orchestration.handle import Run
from holdfast.orchestration.lifecycle import FINAL, Status
from holdfast.orchestration.questions import Question, questions_of
from holdfast.orchestration.resting import unfinished_below

RUNS_LOOKED_AT_MAX = 20_000
"""Among how many of the newest unfinished runs what waits is looked for."""


class Waiting(msgspec.Struct, frozen=True):
    """A call that waits for a yes, a call in doubt, an open question or a spent allowance, and the run that waits."""

    head: Head
    what: Escalation | Doubt | Question | Awaited

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


async def waiting(store: Store, handle: Callable[[RunId], Run], under: RunId | None = None) -> list[Waiting]:
    """Return what waits, in the order in which it came to be; ``under`` a run: of that run and of all below it.

    A run that cannot be read hides none of the others.
    """
    found: list[Waiting] = []
    async for head in _heads(store, under):
        try:
            found.extend(Waiting(head, what) for what in await waits_of(handle(head.run)))
        except JournalError:
            continue
    return sorted(found, key=lambda each: each.since)


async def waits_of(run: Run) -> list[Escalation | Doubt | Question | Awaited]:
    """Return what of ``run`` waits for people. Raises JournalError, RunNotFound."""
    state = await run.state()
    payloads = await run.payloads(state)
    doubts = [doubt for doubt in await doubts_of(state, payloads) if doubt.asks_person]
    return [
        *doubts,
        *await approvals_of(state, payloads),
        *await questions_of(state, payloads),
        *state.awaited,
    ]


async def _heads(store: Store, under: RunId | None) -> AsyncIterator[Head]:
    if under is None:
        unfinished = RunFilter(statuses=tuple(set(Status) - FINAL), count_max=RUNS_LOOKED_AT_MAX)
        for head in await store.runs(unfinished):
            yield head
        return
    yield await store.head(under)
    async for run in unfinished_below(store, under):
        yield await store.head(run)
