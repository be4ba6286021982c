"""Spans from events: ``project`` for a whole journal, ``begin`` and ``advance`` to follow one. Pure.

Every event has its place here; the run's own fold goes along, so that totals and state never differ.
"""

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from msgspec.structs import replace

from holdfast.journal import events
from holdfast.journal.events import Event
from holdfast.journal.fold import begin as begin_state
from holdfast.journal.fold import evolve
from holdfast.kernel.errors import JournalError
from holdfast.observability.projection import (
    allowances,
    approvals,
    budgets,
    bus,
    children,
    forks,
    graphs,
    nodes,
    plans,
    retries,
    runs,
    scripts,
    steps,
    turns,
    versions,
)
from holdfast.observability.trace import Trace


class Noted(Protocol):
    """An event with the instant it was recorded at, as readers of a run hand it out."""

    @property
    def at(self) -> float: ...

    @property
    def event(self) -> Event: ...


# Any: each entry takes its own event type, which a dict from type to function cannot say.
PROJECTED: dict[type, Callable[[Trace, Any, float], Trace]] = {
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
    events.QuestionAsked: nodes.question_asked,
    events.QuestionAnswered: nodes.question_answered,
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
    events.PlanAsked: plans.plan_went_on,
    events.PlanChecked: plans.plan_went_on,
    events.PlanAdopted: plans.plan_went_on,
    events.HandedOver: nodes.handed_over,
    events.ShareGiven: budgets.share_given,
    events.EventPublished: bus.event_published,
    events.EventAwaited: bus.event_awaited,
    events.EventReceived: bus.event_received,
    events.EventRefused: bus.event_refused,
    events.EventsHeld: bus.events_held,
}
"""How each event changes a trace; a journal's first event, RunStarted, begins one."""


def project(entries: Iterable[Noted]) -> Trace:
    """Return the trace of a whole journal, or of what there is of it. Raises JournalError for an empty one."""
    trace: Trace | None = None
    for entry in entries:
        trace = begin(entry) if trace is None else advance(trace, entry)
    if trace is None:
        raise JournalError("expected at least one event, found an empty journal")
    return trace


def begin(entry: Noted) -> Trace:
    """Return the trace after a run's first event. Raises JournalError for any other than RunStarted."""
    return runs.run_started(begin_state(entry.event, entry.at), entry.at)


def advance(trace: Trace, entry: Noted) -> Trace:
    """Return the trace after one more event. A handler sees the state after it, and ``last_at`` of the event before."""
    trace = replace(trace, state=evolve(trace.state, entry.event, entry.at))
    trace = PROJECTED[type(entry.event)](trace, entry.event, entry.at)
    return replace(trace, last_at=max(trace.last_at, entry.at))
