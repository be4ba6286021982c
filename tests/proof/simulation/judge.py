"""What must hold when the faults are over and everything rests."""

from collections.abc import Iterator

from holdfast.journal.codec import decode
from holdfast.journal.fold import fold
from holdfast.journal.fold.state import RunState
from holdfast.journal.mail import Cancel, Requeue, decode_mail
from holdfast.journal.port import Head
from holdfast.kernel import paths
from holdfast.kernel.ids import RunId, child_run_id
from holdfast.kernel.outcomes import Outcome
from holdfast.orchestration.sagas.telling import Undone, sagas_of
from holdfast.testing.faults.invariants import gaps, missing, repeated
from holdfast.testing.simulator.disk import AuditedDisk
from holdfast.testing.simulator.faults import TO_PROCESSES, TO_WRITES, Kind
from tests.proof.simulation.plan import Plan, cuts_off, forecast
from tests.proof.simulation.world import TOOL_SECONDS_MAX, World

FROZEN_SECONDS_MAX = TOOL_SECONDS_MAX / 2
"""From how much frozen time on a tool may look as if it had given no answer."""


def judge(plan: Plan, disk: AuditedDisk, world: World, cancelled: set[str]) -> Iterator[str]:
    """Yield everything that is wrong."""
    yield from disk.breaches
    yield from world.breaches
    heads = {head.request_id or "": head for head in disk.heads()}
    for label in labels(plan):
        if label not in heads:
            yield f"{label} was asked for until it was acknowledged, and is not there"
            continue
        yield from (f"{label}: {wrong}" for wrong in _of_run(plan, disk, world, heads[label], cancelled))
    for head in disk.heads():
        if head.parent is not None:
            yield from (f"child {head.run} of {head.parent}: {wrong}" for wrong in _of_child(plan, disk, head))
    yield from _of_world(world)
    if disk.taken_over and not any(fault.kind in (*TO_PROCESSES, *TO_WRITES) for fault in plan.faults):
        yield f"{disk.taken_over} were taken from drivers that were alive and well"


def labels(plan: Plan) -> list[str]:
    """Return what the runs are called: the ids of their requests, and what their tools are told."""
    return [f"r{number}" for number in range(len(plan.starts))]


def _of_run(plan: Plan, disk: AuditedDisk, world: World, head: Head, cancelled: set[str]) -> Iterator[str]:
    label, state = head.request_id or "", fold(disk.get(head.run).events)
    yield from _of_journal(disk, head, state)
    if state.is_over:
        frozen = sum(fault.seconds for fault in plan.faults if fault.kind is Kind.FREEZE)
        is_untouched = label not in world.disturbed | cancelled and frozen < FROZEN_SECONDS_MAX
        yield from _of_end(plan, state, is_untouched=is_untouched)
    else:
        yield from _of_rest(plan, disk, head, state)
    yield from _of_sagas(state, world, label)
    for path, node in state.nodes.items():
        if node.step.outcome is Outcome.SUCCEEDED and not world.done[label, path]:
            yield f"{path} is recorded as done, and never was"
        if node.step.outcome is Outcome.FAILED and node.step.name == "send" and world.done[label, path]:
            yield f"{path} is recorded as failed, and was done"


def _of_sagas(state: RunState, world: World, label: str) -> Iterator[str]:
    """No saga is whole in part: what is said to be undone was, the last first, and the run says what stands."""
    for saga in sagas_of(state):
        steps = [each.step.rpartition("/")[2] for each in saga.steps]
        if steps != sorted(steps, reverse=True):
            yield f"{saga.path} was undone in the order {steps}"
        for each in saga.steps:
            place = paths.item(paths.undo(saga.path), each.step.rpartition("/")[2])
            if each.how is Undone.UNDONE and not world.done[label, place]:
                yield f"{each.step} is recorded as undone, and never was"
        if saga.is_settled and state.nodes[saga.path].outcome is Outcome.SUCCEEDED:
            yield f"{saga.path} was undone, and is said to have succeeded"
    if state.is_over and state.sagas:
        yield f"it is over while {state.sagas} are neither whole nor undone"
    if state.status == "COMPLETE" and state.standing:
        yield f"it is complete while something of {state.standing} stands that should not"


def _of_journal(disk: AuditedDisk, head: Head, state: RunState) -> Iterator[str]:
    recorded = disk.get(head.run).events
    yield from gaps(recorded)
    yield from missing(disk.acknowledged[head.run], recorded)
    yield from (f"{step} was finished twice" for step in repeated([decode(entry.body) for entry in recorded]))
    if (state.version, state.status, state.is_over) != (head.version, head.status, head.is_over):
        yield f"the index says {head.status} at {head.version}, the journal {state.status} at {state.version}"
    letters = disk.inboxes.get(head.run, {}).values()
    read = [decode_mail(letter.body) for letter in letters if letter.position <= state.inbox_read]
    requeued_at = max((place for place, mail in enumerate(read) if isinstance(mail, Requeue)), default=0)
    if state.cancel_reason is None and any(isinstance(mail, Cancel) for mail in read[requeued_at:]):
        yield "its cancellation was read, and is lost"
    if state.is_over and state.children_open:
        yield f"it is over while its children {state.children_open} are not"
    for child in state.children.values():
        ended = fold(disk.get(child.run).events) if disk.find(child.run) else None
        if child.outcome is not None and (ended is None or ended.outcome is not child.outcome):
            yield f"its child {child.run} is recorded as {child.outcome}, and is {ended.outcome if ended else 'gone'}"


def _of_child(plan: Plan, disk: AuditedDisk, head: Head) -> Iterator[str]:
    state, parent = fold(disk.get(head.run).events), fold(disk.get(head.parent or head.run).events)
    yield from _of_journal(disk, head, state)
    known = parent.children.get(head.run)
    if known is None:
        yield "its parent knows nothing of it"
    elif head.run not in (
        child_run_id(parent.run, known.node),
        child_run_id(parent.run, f"{known.node}#{known.number}"),
    ):
        yield "its id does not follow from its place"
    if parent.is_over and not state.is_over:
        yield "its parent is over, and it is not"
    if not state.is_over:
        yield from _of_rest(plan, disk, head, state)


def _of_end(plan: Plan, state: RunState, *, is_untouched: bool) -> Iterator[str]:
    if state.doubts:
        yield f"it is over while {state.doubts} are in doubt"
    if state.reserved or state.reserved_usd:
        yield f"{state.reserved} tokens and ${state.reserved_usd} are still reserved"
    if is_untouched and plan.flow.timeout_seconds is None and state.outcome is not forecast(plan.flow):
        yield f"expected it to end {forecast(plan.flow)}, found {state.outcome}"


def _of_rest(plan: Plan, disk: AuditedDisk, head: Head, state: RunState) -> Iterator[str]:
    if not head.is_parked:
        yield f"it does not come to rest: {state.status}, driven by {head.worker or 'nobody'}"
    elif state.doubts and not plan.faults and not cuts_off(plan.flow):
        yield f"{state.doubts} are in doubt, and nothing went wrong"
    elif state.questions and not plan.faults and not cuts_off(plan.flow):
        yield f"{state.questions} ask somebody, and nothing went wrong"
    elif not state.doubts and not state.questions and not any(_is_in_doubt(disk, child) for child in state.awaits):
        yield f"it is parked for no reason that a person could mend: {state.parked}"
    if len(disk.inboxes.get(head.run, ())) > state.inbox_read:
        yield "it rests with mail that nobody has read"
    late = [path for path, node in state.nodes.items() if node.deadline is not None and node.outcome is None]
    if late and head.is_parked and state.cancel_reason is None:
        yield f"the time of {late} is up, and it sleeps on"


def _is_in_doubt(disk: AuditedDisk, run: RunId) -> bool:
    kept = disk.find(run)
    state = None if kept is None else fold(kept.events)
    return state is not None and not state.is_over and bool(state.doubts)


def _of_world(world: World) -> Iterator[str]:
    for step, keys in world.keys.items():
        if len(keys) > 1 and step[0] not in world.disturbed:
            yield f"{step} was sent under {len(keys)} keys"
    for step in world.unsafe:
        if world.sent[step] - world.refused[step] > 1:
            yield f"{step} was sent {world.sent[step]} times, and refused {world.refused[step]} times"
