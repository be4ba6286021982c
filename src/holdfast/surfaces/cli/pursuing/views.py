"""Who is told what happens while a run works, and what every such view needs; the silent one is here."""

from collections.abc import Callable
from types import TracebackType
from typing import Protocol

from holdfast.journal.fold import begin, evolve
from holdfast.journal.fold.state import RunState
from holdfast.journal.live import Hint
from holdfast.orchestration.people.following import Entry

ProgressLine = Callable[[Entry], str | None]
"""What an app has to say when something happens, if anything."""


class View(Protocol):
    """Is told what happens, in order, and shows what it likes; open it before, close it when the run rests."""

    def note(self, item: Entry | Hint) -> None:
        """Take in what happened."""

    def remark(self, text: str) -> None:
        """Say something that is not in the journal."""

    def __enter__(self) -> "View": ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Folded:
    """The state of the run a view is told of, folded as it comes; None before its first event."""

    def __init__(self) -> None:
        self.state: RunState | None = None

    def take(self, entry: Entry) -> RunState:
        """Fold ``entry`` in and return the state after it."""
        state = self.state
        self.state = begin(entry.event, entry.at) if state is None else evolve(state, entry.event, entry.at)
        return self.state


class SilentView:
    """Shows nothing."""

    def note(self, item: Entry | Hint) -> None: ...

    def remark(self, text: str) -> None: ...

    def __enter__(self) -> "SilentView":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
