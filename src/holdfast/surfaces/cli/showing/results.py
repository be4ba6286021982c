"""How a run ended, as it is told: the exit code, the words, the result."""

import msgspec
from rich.console import Console

from holdfast.journal.fold.state import RunState
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.observability.usage import figures
from holdfast.orchestration.lifecycle import DEAD
from holdfast.orchestration.people.approvals import open_approvals
from holdfast.orchestration.people.questions import open_questions
from holdfast.surfaces.cli.exit_codes import ExitCode
from holdfast.surfaces.cli.showing.terminal import clean, out, styled
from holdfast.surfaces.cli.showing.wording import consumed, duration, short_id

STYLES = {
    Outcome.SUCCEEDED: "green",
    Outcome.PARTIAL: "yellow",
    Outcome.FAILED: "red",
    Outcome.REFUSED: "red",
    Outcome.IN_DOUBT: "magenta",
    Outcome.CANCELLED: "bright_black",
    Outcome.SKIPPED: "bright_black",
}


def exit_of(state: RunState) -> int:
    """Return the exit code for how a run stands."""
    if state.outcome is None:
        return ExitCode.PARKED
    return ExitCode.OK if state.outcome.is_success else ExitCode.FAILED


def print_result(state: RunState, value: object, console: Console) -> None:
    """Print the value of a run, then one line on how it went."""
    if value is not None:
        console.print(clean(worded(value), keeps_lines=True), soft_wrap=True)
    print_ending(state, console)


def print_ending(state: RunState, console: Console) -> None:
    """Print how a run ended, why if it failed, and what it took; or why it waits and what to do."""
    spent = consumed(figures(state.spend))
    if state.outcome is None:
        console.print(styled(f"parked: {state.parked}", style="yellow"), soft_wrap=True)
        console.print(styled(f"{way_on(state)} · so far {spent}"), soft_wrap=True)
        return
    if state.fault is not None:
        console.print(styled(f"{state.fault.kind}: {state.fault.message}", style="red"), soft_wrap=True)
        if state.fault.hint:
            console.print(styled(state.fault.hint), soft_wrap=True)
    took = duration((state.ended_at or state.started_at) - state.started_at)
    told = f"{ended_as(state.status, state.outcome)} in {took} · {spent} · run {short_id(state.run)}"
    console.print(styled(told, style=STYLES[state.outcome]), soft_wrap=True)
    if state.status in DEAD and state.parent is None:
        console.print(styled(_once_more(state)), soft_wrap=True)


def ended_as(status: str, outcome: Outcome) -> str:
    """Return how a run ended: where it stands, and how well that went if this says more."""
    standing = status.lower()
    return standing if standing == outcome else f"{standing} ({outcome})"


def _once_more(state: RunState) -> str:
    """Return how a run goes on that has failed."""
    command = f"holdfast requeue {short_id(state.run)}"
    if state.fault is not None and state.fault.kind is ErrorKind.BUDGET:
        return f"with a higher limit (--tokens, --usd, --turns and others) it goes on from there: {command}"
    return f"when its cause is gone, go on with: {command}"


def way_on(state: RunState) -> str:
    """Return what can be done about a parked run."""
    if state.doubts:
        return f"find out, and say so with: holdfast decide {short_id(state.run)} (what was sent: holdfast inbox)"
    if open_approvals(state):
        return f"say yes or no with: holdfast decide {short_id(state.run)} (what is asked: holdfast inbox)"
    if open_questions(state):
        return f"decide with: holdfast decide {short_id(state.run)} --choose OPTION (what is asked: holdfast inbox)"
    if state.awaited:
        return f"it goes on when that is renewed; once it is raised, with: holdfast resume {short_id(state.run)}"
    return f"go on with: holdfast resume {short_id(state.run)}"


def worded(value: object) -> str:
    """Return a value as it is read best: text as it is, anything else as indented JSON."""
    return value if isinstance(value, str) else msgspec.json.format(msgspec.json.encode(value)).decode()


def print_cancelled(state: RunState) -> None:
    """Say what became of a run that was to end."""
    run = short_id(state.run)
    if state.is_over:
        told = f"run {run} is over: {state.status.lower()}"
    elif state.doubts:
        told = (
            f"run {run} is cancelled, but cannot end before somebody knows what became of {', '.join(state.doubts)}: "
            f"say so with holdfast decide {run}, or give it up with holdfast cancel {run} --abandon-doubts"
        )
    else:
        told = f"run {run} was asked to end and has not yet: see holdfast show {run}"
    out().print(styled(told), soft_wrap=True)
