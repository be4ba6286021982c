"""How a run ends: what must be settled before it may, and the events that end it. Pure."""

from collections.abc import Iterator

from msgspec.structs import replace

from holdfast.execution.actions import Action, Note
from holdfast.execution.interrupt import obligations
from holdfast.journal.events import DoubtSettled, Event, LifecycleMoved, RunEnded
from holdfast.journal.fold.state import RunState
from holdfast.journal.fold.steps import step_at
from holdfast.kernel import paths
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome, Settlement
from holdfast.orchestration.lifecycle import Status, Trigger, after
from holdfast.orchestration.moves.passing import leaving
from holdfast.orchestration.values.rounds import open_round, result_path

IN_PART_SHOWN_MAX = 5


def end(
    run: RunState, root: str, outcome: Outcome, fault: Fault | None, *, waived: tuple[str, ...] = ()
) -> Iterator[Action]:
    """End the run, unless an effect is in doubt: what became of it must be known first, or be given up.

    Nor does it end while a child run goes on: that one is recalled (see ``orchestration.children``) and waited for.
    Nor while a saga is neither whole nor undone; and where one left something standing, it has not succeeded.
    ``waived`` are the unmet criteria in spite of which a person accepts what it has come to.
    """
    if owed := obligations(run):
        yield Note(tuple(owed))
        return
    if run.doubts:
        if run.abandons_by is not None:
            yield Note(tuple(_abandoned(run, path, run.abandons_by) for path in run.doubts))
        return
    if run.children_open:
        return
    if run.sagas:
        return
    if outcome is Outcome.SUCCEEDED and run.in_part:
        outcome, fault = Outcome.PARTIAL, _in_part(run)
    if run.standing and outcome.is_success:
        outcome, fault = Outcome.FAILED, _not_undone(run)
    events: list[Event] = []
    for state in (run.nodes.get(root), open_round(run)):
        if state is not None and state.outcome is None:
            events.extend(leaving(run, state.path, outcome, fault))
    *moves, status = _moves(Status(run.status), outcome, is_waived=bool(waived))
    events.extend(LifecycleMoved(to=through) for through in moves)
    ended = run.nodes.get(result_path(run))
    result = ended.result if ended is not None else None
    fault = _naming_abandoned(fault, run)
    events.append(RunEnded(status=status, outcome=outcome, result=result, fault=fault, waived=waived))
    yield Note(tuple(events))


def _moves(status: Status, outcome: Outcome, *, is_waived: bool) -> Iterator[Status]:
    """Yield the states a run goes through to its end, the final one last."""
    if outcome is Outcome.CANCELLED:
        yield after(status, Trigger.CANCELLED)
        return
    if outcome.is_success and status is Status.EXECUTING:
        status = after(status, Trigger.EXECUTED)
        yield status
    if outcome.is_success:
        yield after(status, Trigger.ACCEPTED if is_waived else Trigger.CRITERIA_MET)
        return
    if status is Status.REVIEWING:
        status = after(status, Trigger.CRITERIA_UNMET)
        yield status
    yield after(status, Trigger.FAILED)


def _in_part(run: RunState) -> Fault:
    told = "; ".join(f"{part.path}: {part.reason}" for part in run.in_part[:IN_PART_SHOWN_MAX])
    more = len(run.in_part) - IN_PART_SHOWN_MAX
    return Fault(ErrorKind.PARTIAL_RESULT, told + (f"; and {more} more" if more > 0 else ""))


def _not_undone(run: RunState) -> Fault:
    """Return why a run that came to its end has failed: what should have been undone stands."""
    told = (run.nodes[paths.undo(path)].fault for path in run.standing)
    return Fault(ErrorKind.NOT_UNDONE, "; ".join(fault.message for fault in told if fault is not None))


def _abandoned(run: RunState, path: str, by: str) -> Event:
    name, turn, call = paths.effect(path)
    step = step_at(run, path)
    assert step is not None, "what is in doubt is there"
    fault = Fault(ErrorKind.IN_DOUBT, f"nobody knows what became of {step.name}: the run was cancelled without waiting")
    return DoubtSettled(
        node=name,
        turn=turn,
        call=call,
        name=step.name,
        attempt=step.attempt,
        how=Settlement.ABANDONED,
        by=by,
        fault=fault,
    )


def _naming_abandoned(fault: Fault | None, run: RunState) -> Fault | None:
    if fault is None or not run.abandoned:
        return fault
    return replace(fault, message=f"{fault.message} (abandoned in doubt: {', '.join(run.abandoned)})")
