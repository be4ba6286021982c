"""Why a run has left memory, and whether it waits for somebody."""

from holdfast.execution.loop import Rested
from holdfast.journal.fold.state import RunState
from holdfast.journal.port import Head
from holdfast.orchestration.questions import open_questions


def waits_for(rested: Rested, state: RunState) -> str:
    """Return what a run waits for that came to rest, in words."""
    asking = [path for path in rested.persons if path in state.questions]
    doubtful = [path for path in rested.persons if path not in state.questions]
    told = []
    if doubtful:
        told.append(f"in doubt: nobody knows what became of {', '.join(doubtful)}")
    if asking:
        told.append(f"a person is to decide at {', '.join(asking)}")
    if not told and state.retrying:
        return f"waiting to try again: {', '.join(state.retrying)}"
    if not told:
        return "waiting for the time to come"
    return "; ".join(told) if state.cancel_reason is None else f"cancelled, but {'; '.join(told)}"


def may_wait_for_somebody(head: Head, now: float) -> bool:
    """Whether nobody drives the run nor is about to: it waits for mail, or for an instant to come."""
    return not head.is_over and not head.worker and (head.wake_at is None or head.wake_at > now)


def waits_for_somebody(head: Head, state: RunState) -> bool:
    """Whether a run that is not driven waits for more than the time to come."""
    return state.parked is not None and (head.wake_at is None or bool(open_questions(state)))
