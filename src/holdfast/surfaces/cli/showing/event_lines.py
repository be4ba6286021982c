"""Each event of a journal as one line of words. Pure."""

from holdfast.journal.events import (
    CancelRequested,
    ChildBegun,
    ChildEnded,
    ChildRecalled,
    ChildStarted,
    DoubtProbed,
    DoubtSettled,
    DriverChanged,
    DriverLeft,
    Event,
    LifecycleMoved,
    MailRead,
    ResourcesFailed,
    RunEnded,
    RunForked,
    RunMigrated,
    RunParked,
    RunRequeued,
    RunReviewed,
    RunStarted,
    StepEnded,
    StepIntended,
    StepInterrupted,
    StepRetried,
)
from holdfast.kernel.outcomes import Settlement
from holdfast.surfaces.cli.showing.approval_lines import OfApproval, approval_line
from holdfast.surfaces.cli.showing.budget_lines import OfBudget, budget_line
from holdfast.surfaces.cli.showing.bus_lines import OfBus, bus_line
from holdfast.surfaces.cli.showing.node_lines import OfNode, node_line
from holdfast.surfaces.cli.showing.plan_lines import OfPlan, plan_line
from holdfast.surfaces.cli.showing.sanitised_words import sanitised_words
from holdfast.surfaces.cli.showing.turn_words import OfTurn, turn_words
from holdfast.surfaces.cli.showing.wording import because, counted, duration, instant, size, tokens

OfChild = ChildStarted | ChildBegun | ChildRecalled | ChildEnded
OfStep = StepIntended | StepEnded | StepInterrupted | StepRetried | DoubtProbed | DoubtSettled
SETTLED = {
    Settlement.HAPPENED: "it happened",
    Settlement.DID_NOT: "it did not happen",
    Settlement.FAILED: "it failed",
    Settlement.ABANDONED: "abandoned",
}
OfRun = (
    RunStarted
    | LifecycleMoved
    | DriverChanged
    | DriverLeft
    | CancelRequested
    | MailRead
    | RunParked
    | ResourcesFailed
    | RunReviewed
    | RunRequeued
    | RunMigrated
    | RunEnded
)


def event_line(event: Event) -> str:
    """Return what happened, in one line. What it quotes comes from outside: clean it before it is shown."""
    if isinstance(event, OfNode):
        return node_line(event)
    if isinstance(event, OfChild):
        return f"{event.node}  child run {event.child} {_of_child(event)}"
    if isinstance(event, OfTurn):
        return f"{event.node}  turn {event.turn}: {turn_words(event)}"
    if isinstance(event, OfStep):
        turn = f"turn {event.turn}, call {event.call}: " if event.turn else ""
        return f"{event.node}  {turn}{event.name} {_of_step(event)}"
    if isinstance(event, OfBudget):
        return budget_line(event)
    if isinstance(event, OfApproval):
        return approval_line(event)
    if isinstance(event, OfPlan):
        return plan_line(event)
    if isinstance(event, OfBus):
        return bus_line(event)
    return _forked(event) if isinstance(event, RunForked) else _of_run(event)


def _forked(event: RunForked) -> str:
    goes = "live" if event.is_live else "effects simulated"
    origin = f"run {event.origin.run} at version {event.origin.version}"
    return f"forked from {origin} by {event.by}, {goes}" + (f" ({event.note})" if event.note else "")


def _of_run(event: OfRun) -> str:
    match event:
        case RunStarted():
            return f"run of {event.app} began: {event.title}"
        case LifecycleMoved():
            return f"{event.to}: {event.reason}" if event.reason else event.to
        case DriverChanged() | DriverLeft():
            driver = f" (driver {event.epoch})" if isinstance(event, DriverChanged) else ""
            return f"{'taken up' if driver else 'put down'} by {event.worker}{driver}"
        case CancelRequested():
            given_up = ", doubts abandoned" if event.abandons_doubts else ""
            return f"cancellation asked for by {event.by}{given_up}: {event.reason}"
        case MailRead():
            return f"inbox read up to {event.position}"
        case RunParked():
            return f"parked: {event.reason}"
        case ResourcesFailed():
            then = "tried again" if event.retry_at is not None else "a person must see to it"
            return f"resources failed, attempt {event.attempt}{because(event.fault)} ({then})"
        case RunReviewed():
            found = f"unmet: {', '.join(event.unmet)}" if event.unmet else "passed"
            return f"review {event.round}: {found}"
        case RunRequeued():
            again = f" from {event.from_step}" if event.from_step else ""
            return f"requeued by {event.by}{again}" + (f" ({event.note})" if event.note else "")
        case RunEnded():
            waived = f", in spite of {', '.join(event.waived)}" if event.waived else ""
            return f"run ended {event.status}, {event.outcome}{waived}{because(event.fault)}"
        case RunMigrated():
            moves = f"{counted(len(event.renamed), 'node')} renamed, {len(event.dropped)} dropped"
            return f"migrated to the present definitions by {event.by}: {moves}"


def _of_child(event: OfChild) -> str:
    match event:
        case ChildStarted():
            again = f", time {event.number}" if event.number > 1 else ""
            return f"of {event.app} starts{again}"
        case ChildBegun():
            return "is begun"
        case ChildRecalled():
            given_up = ", doubts abandoned" if event.abandons_doubts else ""
            return f"is recalled{given_up}: {event.reason}"
        case ChildEnded():
            return f"ended {event.outcome}{because(event.fault)} · {tokens(event.spend.tokens)} tokens"


def _of_step(event: OfStep) -> str:
    match event:
        case StepIntended():
            if event.is_simulated:
                return "begins (simulated)"
            begins = f"begins ({event.effect})" if event.attempt == 1 else f"begins again, attempt {event.attempt}"
            return f"{begins}, let through by {', '.join(event.policies)}" if event.policies else begins
        case StepEnded():
            stage = f" at {event.stage}" if event.stage else ""
            given = f" · {size(event.result_bytes)}" if event.result_bytes else ""
            simulated = " (simulated)" if event.is_simulated else ""
            waited = f" after a wait of {duration(event.waited_seconds)}" if event.waited_seconds else ""
            shared = f" · shares {', '.join(each.name for each in event.shared)}" if event.shared else ""
            found = sanitised_words(event.sanitised)
            ended = f"{event.outcome}{simulated}{stage}{because(event.fault)}{given}{shared}{found}"
            return f"{ended} · {duration(event.seconds)}{waited}"
        case StepInterrupted():
            told = "cut off: nobody knows what became of it" if event.in_doubt else "cut off before its end"
            return f"{told} ({event.reason})" if event.reason else told
        case StepRetried():
            return f"attempt {event.attempt} failed{because(event.fault)} (made again at {instant(event.retry_at)})"
        case DoubtProbed():
            then = "a person must say" if event.retry_at is None else "asked again later"
            return f"probed, and it is not known{because(event.fault)} ({then})"
        case DoubtSettled():
            note = f" ({event.note})" if event.note else ""
            return f"settled by {event.by}: {SETTLED[event.how]}{because(event.fault)}{note}"
