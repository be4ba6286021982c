"""State from events: ``evolve`` is pure, and the only way from one to the other.

The same function runs in the driver, in replay, in the simulator and in the verifier. It reads no clock and no payload.
"""

from collections.abc import Callable, Iterable
from typing import Any

from msgspec.structs import replace

from holdfast.journal import events
from holdfast.journal.codec import decode
from holdfast.journal.events import Event
from holdfast.journal.fold import (
    allowances,
    approvals,
    budgets,
    bus,
    children,
    forks,
    graphs,
    handing,
    nodes,
    plans,
    questions,
    retries,
    runs,
    scripts,
    shares,
    steps,
    turns,
    versions,
)
from holdfast.journal.fold.state import RunState
from holdfast.journal.port import Recorded
from holdfast.kernel.errors import JournalError

# Any: each entry takes its own event type, which a dict from type to function cannot say.
_EVOLVE: dict[type, Callable[[RunState, Any, float, int], RunState]] = {
    events.LifecycleMoved: runs.lifecycle_moved,
    events.DriverChanged: runs.driver_changed,
    events.DriverLeft: runs.driver_left,
    events.CancelRequested: runs.cancel_requested,
    events.MailRead: runs.mail_read,
    events.RunParked: runs.run_parked,
    events.ResourcesFailed: runs.resources_failed,
    events.RunReviewed: runs.run_reviewed,
    events.RunEnded: runs.run_ended,
    events.NodeEntered: nodes.node_entered,
    events.BranchTaken: nodes.branch_taken,
    events.ItemsMapped: nodes.items_mapped,
    events.NodeLeft: nodes.node_left,
    events.ModelCalled: turns.model_called,
    events.ModelReplied: turns.model_replied,
    events.ModelFailed: turns.model_failed,
    events.ModelOutrun: turns.model_outrun,
    events.ModelInterrupted: turns.model_interrupted,
    events.ModelReconciled: turns.model_reconciled,
    events.LoopSuspected: turns.loop_suspected,
    events.StepIntended: steps.step_intended,
    events.StepEnded: steps.step_ended,
    events.StepInterrupted: steps.step_interrupted,
    events.StepRetried: steps.step_retried,
    events.DoubtProbed: steps.doubt_probed,
    events.DoubtSettled: steps.doubt_settled,
    events.QuestionAsked: questions.question_asked,
    events.QuestionAnswered: questions.question_answered,
    events.NodeRetried: retries.node_retried,
    events.RetryDue: retries.retry_due,
    events.RunRequeued: retries.run_requeued,
    events.ChildStarted: children.child_started,
    events.ChildBegun: children.child_begun,
    events.ChildRecalled: children.child_recalled,
    events.ChildEnded: children.child_ended,
    events.ScriptAdvanced: scripts.script_advanced,
    events.RunMigrated: versions.run_migrated,
    events.RunForked: forks.run_forked,
    events.BudgetLow: budgets.budget_low,
    events.ModelSwitched: budgets.model_switched,
    events.ReservationExceeded: budgets.reservation_exceeded,
    events.AllowanceAwaited: allowances.allowance_awaited,
    events.AllowanceRenewed: allowances.allowance_renewed,
    events.ApprovalAsked: approvals.approval_asked,
    events.ApprovalDecided: approvals.approval_decided,
    events.StepJudged: graphs.step_judged,
    events.PlanAsked: plans.plan_asked,
    events.PlanChecked: plans.plan_checked,
    events.PlanAdopted: plans.plan_adopted,
    events.HandedOver: handing.handed_over,
    events.ShareGiven: shares.share_given,
    events.EventPublished: bus.event_published,
    events.EventAwaited: bus.event_awaited,
    events.EventReceived: bus.event_received,
    events.EventRefused: bus.event_refused,
    events.EventsHeld: bus.events_held,
}

PROGRESS = (events.NodeLeft, events.ModelReplied, events.StepEnded, events.ChildEnded)
"""What a driver must have brought about not to have driven in vain."""


def begin(event: Event, at: float) -> RunState:
    """Return the state after a run's first event. Raises JournalError for any other than RunStarted."""
    if not isinstance(event, events.RunStarted):
        raise JournalError(
            f"expected a journal to begin with RunStarted, found {type(event).__name__}: the journal is damaged"
        )
    return runs.run_started(event, at)


def evolve(state: RunState, event: Event, at: float) -> RunState:
    """Return the state after ``event``, recorded at the instant ``at``."""
    version = state.version + 1
    evolved = _EVOLVE[type(event)](state, event, at, version)
    if evolved.shares:
        evolved = shares.taken(state, evolved, event)
    if (evolved.drivers_in_vain or evolved.openings_failed) and isinstance(event, PROGRESS):
        return replace(evolved, drivers_in_vain=0, openings_failed=0)
    return evolved


def fold(recorded: Iterable[Recorded], state: RunState | None = None) -> RunState:
    """Return the state after a whole journal, or after what follows on ``state``.

    Raises JournalError for an empty journal or a gap, or as ``decode`` does.
    """
    for entry in recorded:
        event = decode(entry.body)
        state = begin(event, entry.at) if state is None else evolve(state, event, entry.at)
        if state.version != entry.version:
            raise JournalError(f"expected version {state.version} next, found {entry.version}: the journal has a gap")
    if state is None:
        raise JournalError("expected at least one event, found an empty journal")
    return state
