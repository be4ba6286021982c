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
from holdfast.orchestration.lifecycle import Status, check
from holdfast.orchestration.passing import leaving


def end(run: RunState, root: str, outcome: Outcome, fault: Fault | None) -> Iterator[Action]:
    """End the run, unless an effect is in doubt: what became of it must be known first, or be given up."""
    if owed := obligations(run):
        yield Note(tuple(owed))
        return
    if run.doubts:
        if run.abandons_by is not None:
            yield Note(tuple(_abandoned(run, path, run.abandons_by) for path in run.doubts))
        return
    events: list[Event] = []
    state = run.nodes.get(root)
    if state is not None and state.outcome is None:
        events.extend(leaving(run, root, outcome, fault))
    status = Status(run.status)
    match outcome:
        case Outcome.CANCELLED:
            target = Status.CANCELLED
        case _ if outcome.is_success:
            if status is not Status.REVIEWING:
                status = check(status, Status.REVIEWING)
                events.append(LifecycleMoved(to=status))
            target = Status.COMPLETE
        case _:
            target = Status.FAILED
    result = state.result if state is not None else None
    fault = _naming_abandoned(fault, run)
    events.append(RunEnded(status=check(status, target), outcome=outcome, result=result, fault=fault))
    yield Note(tuple(events))


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
