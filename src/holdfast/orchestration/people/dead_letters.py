"""The two queues of what has failed: runs that nobody tries any more, and steps that wait to be tried again."""

from collections.abc import AsyncIterator, Sequence

import msgspec

from holdfast.journal.fold.state import NodeState, RunState
from holdfast.journal.mail import Drop, decode_mail, drop_letter
from holdfast.journal.port import Delivered, Head, RunFilter, Store
from holdfast.journal.snapshots import current
from holdfast.kernel import paths
from holdfast.kernel.errors import JournalError, RunNotFound
from holdfast.kernel.ids import RunId
from holdfast.kernel.outcomes import Fault, Outcome
from holdfast.orchestration.lifecycle import DEAD, FINAL, Status

HEADS_AT_ONCE = 500
RUNS_LOOKED_AT_MAX = 10_000
"""Among how many of the newest runs of their kind either queue is looked for."""


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """A run that failed or was rejected, and that nobody has requeued or dropped since."""

    run: RunId
    app: str
    title: str
    status: str
    step: str | None
    """The path of the step that failed first; None if none was entered."""
    tries: int
    """How often that step was tried since the run last began or was requeued."""
    fault: Fault | None
    failed_at: float
    requeues: int
    """How often it was requeued before."""
    parent: RunId | None = None
    """The run that it was a part of, and that went on without it."""


class Retrying(msgspec.Struct, frozen=True, kw_only=True):
    """A step that failed and waits to be tried again."""

    run: RunId
    app: str
    title: str
    step: str
    tries: int
    """How often it was tried so far."""
    fault: Fault | None
    failed_at: float
    retry_at: float


async def dead_letters(store: Store, app: str | None, count_max: int, *, parts: bool = False) -> list[DeadLetter]:
    """Return the dead letters, those of the newest runs first. Parts of other runs are none: these decide for them.

    With ``parts`` those are listed as well whose run is complete without them: there is nobody left who would decide.
    """
    found: list[DeadLetter] = []
    async for head in _heads(store, app, tuple(DEAD)):
        if len(found) >= count_max:
            break
        if not head.is_over or (head.parent is not None and not (parts and await _is_left_behind(store, head.parent))):
            continue
        if dropped(head.version, await store.inbox(head.run)):
            continue
        if (state := await _state(store, head)) is not None and state.is_over:
            found.append(_dead(state, head))
    return found


async def retries(store: Store, app: str | None, count_max: int) -> list[Retrying]:
    """Return what waits to be tried again, that which comes first before the rest."""
    found: list[Retrying] = []
    async for head in _heads(store, app, tuple(status for status in Status if status not in FINAL)):
        state = await _state(store, head)
        if state is not None:
            found.extend(_retrying(state, path) for path in state.retrying)
    return sorted(found, key=lambda retry: retry.retry_at)[:count_max]


def dropped(ended: int, letters: Sequence[Delivered]) -> Drop | None:
    """Return who took the run that ended at that version out of the queue, if its inbox says that somebody did."""
    wanted = drop_letter(ended)
    mail = next((decode_mail(letter.body) for letter in letters if letter.letter_id == wanted), None)
    return mail if isinstance(mail, Drop) else None


def failed_step(state: RunState) -> NodeState | None:
    """Return the node that failed first: the cause of the others that did."""
    failed = {node.path: node for node in state.nodes.values() if node.outcome in (Outcome.FAILED, Outcome.REFUSED)}
    causes = [node for node in failed.values() if all(above in failed for above in paths.ancestors(node.path))]
    if not causes and state.reviews:
        return state.nodes.get(state.reviews[-1].node)  # the flow has succeeded, and its result was let fail
    return min(causes, key=lambda node: node.left_at, default=None)


def _dead(state: RunState, head: Head) -> DeadLetter:
    step = failed_step(state)
    return DeadLetter(
        run=state.run,
        app=state.app,
        title=state.title,
        status=state.status,
        step=None if step is None else step.path,
        tries=0 if step is None else step.tries + 1,
        fault=state.fault,
        failed_at=head.updated_at if state.ended_at is None else state.ended_at,
        requeues=state.requeues,
        parent=state.parent,
    )


async def _is_left_behind(store: Store, parent: RunId) -> bool:
    """Whether a part of ``parent`` that failed is nobody's business any more: that run is complete."""
    try:
        return (await store.head(parent)).status == Status.COMPLETE
    except RunNotFound:
        return True


def _retrying(state: RunState, path: str) -> Retrying:
    node = state.nodes[path]
    assert node.retry_at is not None, "it waits to be tried again"
    return Retrying(
        run=state.run,
        app=state.app,
        title=state.title,
        step=path,
        tries=node.tries,
        fault=node.fault,
        failed_at=node.entered_at if node.tried_at is None else node.tried_at,
        retry_at=node.retry_at,
    )


async def _heads(store: Store, app: str | None, statuses: tuple[str, ...]) -> AsyncIterator[Head]:
    before: RunId | None = None
    for _ in range(0, RUNS_LOOKED_AT_MAX, HEADS_AT_ONCE):
        heads = await store.runs(RunFilter(app=app, statuses=statuses, before=before, count_max=HEADS_AT_ONCE))
        for head in heads:
            yield head
        if len(heads) < HEADS_AT_ONCE:
            return
        before = heads[-1].run


async def _state(store: Store, head: Head) -> RunState | None:
    """Return the run's state, None if its journal cannot be read: one bad run must not hide the others."""
    try:
        return (await current(store, head.run)).state
    except JournalError:
        return None
