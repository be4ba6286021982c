"""Progress as plain lines, for logs and pipes: what ends, what goes wrong, and now and then how far the run is."""

from types import TracebackType

from rich.console import Console

from holdfast.journal.events import (
    ApprovalAsked,
    ApprovalDecided,
    BudgetLow,
    CancelRequested,
    DriverChanged,
    ModelFailed,
    ModelSwitched,
    NodeLeft,
    QuestionAnswered,
    QuestionAsked,
    ReservationExceeded,
    StepInterrupted,
    StepRetried,
)
from holdfast.journal.fold.state import RunState
from holdfast.journal.live import Hint
from holdfast.kernel.paths import ancestors, undone
from holdfast.orchestration.draw.standing import MARKS, items_done
from holdfast.orchestration.people.following import Entry
from holdfast.surfaces.cli.pursuing.views import Folded, ProgressLine
from holdfast.surfaces.cli.showing.event_lines import event_line
from holdfast.surfaces.cli.showing.progress import relative, summary
from holdfast.surfaces.cli.showing.terminal import clean
from holdfast.surfaces.cli.showing.wording import duration

SUMMARY_SECONDS = 5.0
"""How often it says how far the run is, if nothing else is to be said."""
LINES_A_MAP_MAX = 10
"""How many lines the items of one map come to."""


class PlainView:
    """Prints a line for every node that ends outside a map; for the items of a map one line a tenth of them.

    What had happened up to version ``known`` is taken in and not told again.
    """

    def __init__(self, console: Console, progress_line: ProgressLine, known: int = 0) -> None:
        self._console, self._progress_line, self._known = console, progress_line, known
        self._folded = Folded()
        self._said_at: float | None = None

    def note(self, item: Entry | Hint) -> None:
        if isinstance(item, Hint):
            return
        state = self._folded.take(item)
        if item.version <= self._known:
            return
        own = self._progress_line(item)
        line = own if own is not None else self._line(item, state)
        if self._said_at is None:
            self._said_at = item.at
        if line is None and item.at - self._said_at >= SUMMARY_SECONDS:
            told = summary(state, item.at, rows_max=0)
            line = f"{told.run} · {told.nodes}"
        if line is not None:
            self._said_at = item.at
            self.remark(line)

    def remark(self, text: str) -> None:
        self._console.print(clean(text), soft_wrap=True)

    def __enter__(self) -> "PlainView":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def _line(self, entry: Entry, state: RunState) -> str | None:
        match entry.event:
            case NodeLeft(node=path) if undone(path) is None and _is_in_map(path, state):
                return _map_line(path, state)
            case NodeLeft(node=path, outcome=outcome, fault=fault):
                took = duration(max(0.0, entry.at - state.nodes[path].entered_at))
                because = f": {fault.message}" if fault else ""
                return f"{MARKS[outcome]} {relative(path, state.app)} {outcome} in {took}{because}"
            case (
                CancelRequested()
                | DriverChanged()
                | ModelFailed()
                | StepInterrupted()
                | StepRetried()
                | QuestionAsked()
                | QuestionAnswered()
                | ApprovalAsked()
                | ApprovalDecided()
                | BudgetLow()
                | ModelSwitched()
                | ReservationExceeded()
            ):
                return event_line(entry.event)
            case _:
                return None


def _is_in_map(path: str, state: RunState) -> bool:
    around = (state.nodes.get(above) for above in ancestors(path))
    return any(node is not None and node.kind == "map" for node in around)


def _map_line(path: str, state: RunState) -> str | None:
    """Say how far the map is that the node at ``path`` is an item of, if that moved it on by a tenth."""
    if not path.endswith("]"):
        return None
    around = state.nodes[path.rpartition("[")[0]]
    if around.kind != "map":
        return None
    done, count = items_done(state, around), len(around.keys)
    step = max(1, -(-count // LINES_A_MAP_MAX))
    if count == 1 or (done % step and done < count):
        return None
    return f"… {relative(around.path, state.app)} {done}/{count} done"
