"""Each event of a journal as one line of words. Pure."""

from holdfast.journal.events import (
    AllowanceAwaited,
    AllowanceRenewed,
    BranchTaken,
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
    ItemsMapped,
    LifecycleMoved,
    LoopSuspected,
    MailRead,
    ModelCalled,
    ModelFailed,
    ModelInterrupted,
    ModelOutrun,
    ModelReconciled,
    ModelReplied,
    NodeEntered,
    NodeLeft,
    NodeRetried,
    QuestionAnswered,
    QuestionAsked,
    ResourcesFailed,
    RetryDue,
    RunEnded,
    RunForked,
    RunMigrated,
    RunParked,
    RunRequeued,
    RunReviewed,
    RunStarted,
    ScriptAdvanced,
    StepEnded,
    StepIntended,
    StepInterrupted,
    StepRetried,
)
from holdfast.kernel.limits import Spend
from holdfast.kernel.messages import Usage
from holdfast.kernel.outcomes import Fault, Settlement
from holdfast.observability.usage import figures
from holdfast.surfaces.cli.showing.approval_lines import OfApproval, approval_line
from holdfast.surfaces.cli.showing.budget_lines import OfBudget, budget_line
from holdfast.surfaces.cli.showing.bus_lines import OfBus, bus_line
from holdfast.surfaces.cli.showing.circles import circle_words
from holdfast.surfaces.cli.showing.sanitised_words import sanitised_words
from holdfast.surfaces.cli.showing.way_words import way_words
from holdfast.surfaces.cli.showing.wording import call_tokens, cost, counted, duration, instant, money, size, tokens

OfNode = (
    NodeEntered
    | BranchTaken
    | ItemsMapped
    | NodeLeft
    | QuestionAsked
    | QuestionAnswered
    | NodeRetried
    | RetryDue
    | ScriptAdvanced
    | AllowanceAwaited
    | AllowanceRenewed
)
OfChild = ChildStarted | ChildBegun | ChildRecalled | ChildEnded
OfTurn = ModelCalled | ModelReplied | ModelFailed | ModelOutrun | ModelInterrupted | ModelReconciled | LoopSuspected
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
        return f"{event.node}  {_of_node(event)}"
    if isinstance(event, OfChild):
        return f"{event.node}  child run {event.child} {_of_child(event)}"
    if isinstance(event, OfTurn):
        return f"{event.node}  turn {event.turn}: {_of_turn(event)}"
    if isinstance(event, OfStep):
        turn = f"turn {event.turn}, call {event.call}: " if event.turn else ""
        return f"{event.node}  {turn}{event.name} {_of_step(event)}"
    if isinstance(event, OfBudget):
        return budget_line(event)
    if isinstance(event, OfApproval):
        return approval_line(event)
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
            return f"resources failed, attempt {event.attempt}{_because(event.fault)} ({then})"
        case RunReviewed():
            found = f"unmet: {', '.join(event.unmet)}" if event.unmet else "passed"
            return f"review {event.round}: {found}"
        case RunRequeued():
            again = f" from {event.from_step}" if event.from_step else ""
            return f"requeued by {event.by}{again}" + (f" ({event.note})" if event.note else "")
        case RunEnded():
            waived = f", in spite of {', '.join(event.waived)}" if event.waived else ""
            return f"run ended {event.status}, {event.outcome}{waived}{_because(event.fault)}"
        case RunMigrated():
            moves = f"{counted(len(event.renamed), 'node')} renamed, {len(event.dropped)} dropped"
            return f"migrated to the present definitions by {event.by}: {moves}"


def _of_node(event: OfNode) -> str:
    match event:
        case NodeEntered():
            until = "" if event.wakes_at is None else f", until {instant(event.wakes_at)}"
            return f"{event.kind} entered{until}"
        case BranchTaken():
            return _taken(event.case)
        case ItemsMapped():
            return f"has {counted(len(event.keys), 'item')}"
        case NodeLeft():
            return f"{event.outcome}{_because(event.fault)}"
        case NodeRetried():
            return f"try {event.attempt} failed{_because(event.fault)} (tried again at {instant(event.retry_at)})"
        case RetryDue():
            return f"tried again after try {event.attempt}" + (f", for {event.by} did not wait" if event.by else "")
        case QuestionAsked():
            return f"asks a person to choose: {' | '.join(event.options)}" if event.options else "asks a person"
        case QuestionAnswered():
            note = f" ({event.note})" if event.note else ""
            return f"{event.by} has decided: {event.choice or 'see the value'}{note}"
        case ScriptAdvanced():
            asked = ", ".join(call.name for call in event.calls)
            return f"script asks for {asked}" if asked else "script goes on"
        case AllowanceAwaited():
            return f"waits for {event.allowance}, renewed at {instant(event.renews_at)} ({event.reason})"
        case AllowanceRenewed():
            return "goes on: its allowance is renewed"


def _taken(case: str | None) -> str:
    if case is None:
        return "takes none of its ways"
    return f"goes on with round {case}" if case.isdigit() else f"takes {case}"


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
            return f"ended {event.outcome}{_because(event.fault)} · {tokens(event.spend.tokens)} tokens"


def _of_turn(event: OfTurn) -> str:
    match event:
        case ModelCalled():
            again = f", attempt {event.attempt}" if event.attempt > 1 else ""
            return (
                f"asks {event.model} ({counted(event.messages, 'message')}, about {tokens(event.tokens)} tokens{again})"
            )
        case ModelReplied():
            first = f", first token {duration(event.first_token_seconds)}" if event.first_token_seconds else ""
            took = f"{duration(event.seconds)}{first}"
            told = (_said(event), event.model, _figures(event.usage), took, *way_words(event.way))
            return " · ".join(each for each in told if each)
        case ModelFailed():
            then = "tried again" if event.retry_at is not None else "given up"
            charged = (_charged(event.cost_usd),) if event.is_charged else ()
            failed = f"model call failed{_because(event.fault)} ({then})"
            return " · ".join((failed, duration(event.seconds), *charged, *way_words(event.way)))
        case ModelOutrun():
            told = (f"{event.place} by {event.account} was outrun, its reply not heard", duration(event.seconds))
            return " · ".join((*told, _charged(event.cost_usd)))
        case ModelInterrupted(is_charged=False):
            return f"model call cut off ({event.why}) before it was sent: nothing is charged"
        case ModelInterrupted():
            return f"model call cut off ({event.why}), its reply was never seen · {_charged(event.cost_usd)}"
        case ModelReconciled():
            note = f" ({event.note})" if event.note else ""
            return f"{event.by} has looked up attempt {event.attempt}: {_figures(event.usage)}{note}"
        case LoopSuspected():
            return _suspected(event)


def _suspected(event: LoopSuspected) -> str:
    then = "the agent is stopped" if event.is_final else "the model is told"
    return f"goes in circles, {circle_words(event.circle, event.tools, event.count)} ({then})"


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
            ended = f"{event.outcome}{simulated}{stage}{_because(event.fault)}{given}{shared}{found}"
            return f"{ended} · {duration(event.seconds)}{waited}"
        case StepInterrupted():
            told = "cut off: nobody knows what became of it" if event.in_doubt else "cut off before its end"
            return f"{told} ({event.reason})" if event.reason else told
        case StepRetried():
            return f"attempt {event.attempt} failed{_because(event.fault)} (made again at {instant(event.retry_at)})"
        case DoubtProbed():
            then = "a person must say" if event.retry_at is None else "asked again later"
            return f"probed, and it is not known{_because(event.fault)} ({then})"
        case DoubtSettled():
            note = f" ({event.note})" if event.note else ""
            return f"settled by {event.by}: {SETTLED[event.how]}{_because(event.fault)}{note}"


def _said(event: ModelReplied) -> str:
    if event.defect is not None:
        return f"reply cannot be used: {event.defect.message}"
    if event.calls:
        return f"calls {', '.join(call.tool for call in event.calls)}"
    return "answers" if event.answer is not None else f"stops ({event.stop})"


def _figures(usage: Usage) -> str:
    spend = Spend(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cached_tokens=usage.cached_tokens,
        usd=usage.cost_usd or 0.0,
        calls_of_unknown_cost=int(usage.cost_usd is None),
    )
    told = figures(spend)
    return f"{call_tokens(told)} · {cost(told)}"


def _charged(cost_usd: float | None) -> str:
    """Return what a call is charged whose reply nobody has seen."""
    return f"charged with {'an unknown cost' if cost_usd is None else money(cost_usd)}"


def _because(fault: Fault | None) -> str:
    return "" if fault is None else f": {fault.message}"
