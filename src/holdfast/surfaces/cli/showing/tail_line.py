"""One event as a line of ``holdfast tail``."""

from rich.text import Text

from holdfast.journal.events import (
    BudgetLow,
    CancelRequested,
    DriverChanged,
    DriverLeft,
    Event,
    ModelFailed,
    ModelInterrupted,
    ModelOutrun,
    ModelSwitched,
    NodeLeft,
    ReservationExceeded,
    RunEnded,
    RunParked,
    StepEnded,
    StepInterrupted,
    StepRetried,
)
from holdfast.kernel.outcomes import Outcome
from holdfast.orchestration.people.following import Entry
from holdfast.surfaces.cli.showing.event_lines import event_line
from holdfast.surfaces.cli.showing.terminal import clean
from holdfast.surfaces.cli.showing.wording import duration


def tail_line(entry: Entry, began_at: float) -> Text:
    """Return the line: its version, how long after the beginning it was, what happened."""
    since = duration(max(0.0, entry.at - began_at))
    line = Text(f"{entry.version:>5}  {'+' + since:>10}  ", style="bright_black")
    return line.append(clean(event_line(entry.event)), style=_style(entry.event))


def _style(event: Event) -> str:
    match event:
        case NodeLeft(outcome=outcome) | RunEnded(outcome=outcome) | StepEnded(outcome=outcome):
            return "red" if outcome in (Outcome.FAILED, Outcome.REFUSED) else "none"
        case ModelFailed() | ModelInterrupted() | StepInterrupted() | StepRetried():
            return "red"
        case BudgetLow() | ModelOutrun() | ModelSwitched() | ReservationExceeded():
            return "yellow"
        case DriverChanged() | DriverLeft() | RunParked() | CancelRequested():
            return "magenta"
        case _:
            return "none"
