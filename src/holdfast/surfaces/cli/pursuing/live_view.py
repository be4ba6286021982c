"""Progress as a picture on a terminal, redrawn as time goes by; it leaves nothing behind."""

import time
from types import TracebackType

from rich.console import Console, ConsoleRenderable, Group
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from holdfast.journal.events import ModelFailed, ModelInterrupted, ModelReplied
from holdfast.journal.fold.state import RunState
from holdfast.journal.live import Hint
from holdfast.orchestration.people.following import Entry
from holdfast.surfaces.cli.pursuing.views import Folded, ProgressLine
from holdfast.surfaces.cli.showing.progress import Summary, summary
from holdfast.surfaces.cli.showing.terminal import clean, styled

REFRESHED_A_SECOND = 8
ROWS_MAX = 12
LINES_AROUND = 4
"""What else must fit on the screen: two lines on the run, one on what is left out, one to spare."""
HINT_CHARACTERS_MAX = 200


class LiveView:
    """Shows what is under way at this moment, in a few lines however large the run is.

    Of what had happened up to version ``known`` nothing is said above the picture.
    """

    def __init__(self, console: Console, progress_line: ProgressLine, known: int = 0) -> None:
        self._console, self._progress_line, self._known = console, progress_line, known
        self._folded = Folded()
        self._spinner = Spinner("dots")
        self._heard: dict[str, str] = {}
        """The end of what each agent is saying, by its node's path."""
        self._live = Live(
            console=console,
            get_renderable=self._picture,
            refresh_per_second=REFRESHED_A_SECOND,
            transient=True,
            vertical_overflow="crop",
        )

    def note(self, item: Entry | Hint) -> None:
        if isinstance(item, Hint):
            self._hear(item)
            return
        self._folded.take(item)
        if isinstance(item.event, ModelReplied | ModelFailed | ModelInterrupted):
            self._heard.pop(item.event.node, None)
        line = self._progress_line(item) if item.version > self._known else None
        if line is not None:
            self.remark(line)

    def remark(self, text: str) -> None:
        self._console.print(clean(text), soft_wrap=True)

    def __enter__(self) -> "LiveView":
        self._live.start(refresh=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def _hear(self, hint: Hint) -> None:
        node = hint.step.rpartition("/")[0]
        self._heard[node] = (self._heard.get(node, "") + hint.text)[-HINT_CHARACTERS_MAX:]

    def _picture(self) -> ConsoleRenderable:
        state = self._folded.state
        if state is None:
            return Text("…")
        rows_max = max(1, min(ROWS_MAX, self._console.height - LINES_AROUND))
        return self._drawn(summary(state, time.time(), rows_max=rows_max), state)

    def _drawn(self, told: Summary, state: RunState) -> ConsoleRenderable:
        self._spinner.update(text=_line(f"{state.app}  {state.title}", "bold"))
        rows = Table.grid(padding=(0, 1))
        rows.add_column(no_wrap=True, overflow="ellipsis", max_width=max(16, self._console.width // 2))
        rows.add_column(no_wrap=True, overflow="ellipsis")
        for path, doing in told.rows:
            heard = self._heard.get(f"{state.app}/{path}" if path != state.app else path)
            rows.add_row(styled(f"  {path}"), styled(f"{doing} · {heard}" if heard else doing, style="bright_black"))
        if told.left_out:
            rows.add_row(Text("  …"), styled(f"and {told.left_out:,} more", style="bright_black"))
        return Group(self._spinner, _line(f"  {told.run} · {told.nodes}", "cyan"), rows)


def _line(text: str, style: str) -> Text:
    line = styled(text, style=style)
    line.no_wrap, line.overflow = True, "ellipsis"
    return line
