"""Brings a run from one situation to the next: with production's own ``decide`` and ``evolve``, as its loop does. Pure.

What is concluded without anything from outside is concluded at once, work that is not wanted any more is cut off, and
what must be on record before it is sent is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from holdfast.execution.actions import Action, AwaitChild, AwaitPerson, Note, WaitUntil, WakeAt
from holdfast.execution.loop import NOTES_IN_A_ROW_MAX
from holdfast.execution.sent import cut_off
from holdfast.governance.approvals import BY_DEADLINE
from holdfast.journal.events import Event, QuestionAnswered, RunStarted
from holdfast.journal.fold import begin, evolve
from holdfast.journal.fold.state import RunState
from holdfast.kernel.ids import RunId
from holdfast.kernel.limits import Budget
from holdfast.orchestration.flow.nodes import DecisionNode
from holdfast.orchestration.walk.scheduler import decide
from holdfast.verify.outcomes.move import Move, Situation
from holdfast.verify.outcomes.performing import Performing
from holdfast.verify.outcomes.reading import Book
from holdfast.verify.places import place_of
from holdfast.verify.subject import Subject
from holdfast.verify.values.unknown import Unknown

START = 0.0
"""Time stands still: an instant comes when it is its turn, and each may be next."""


@dataclass(frozen=True, slots=True)
class Step:
    """A situation in which something from outside must happen next, and what has led to it from the one before."""

    at: Situation
    wanted: tuple[Action, ...]
    events: tuple[Event, ...]
    """All that was recorded."""
    spins: bool = False
    """It drew conclusions without end."""


class Stepping:
    """Steps through the runs of one subject."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.performing = Performing(subject, Book())
        self._agents = subject.agents

    def first(self) -> Step:
        """Return how a run begins."""
        book, subject = self.performing.reading.book, self.subject
        started = RunStarted(
            run=RunId("run"),
            tenant="",
            app=subject.flow.name,
            input=book.keep(Unknown("input", (), subject.input)),
            definitions={},
            models=dict.fromkeys(subject.agents, ""),
            budget=Budget(seconds=subject.budget.seconds, fan_out=subject.budget.fan_out),
        )
        return self._settled(Situation(begin(started, START)), [started])

    def after(self, at: Situation, move: Move) -> Step:
        """Return what follows on ``move``."""
        run, chosen = at.run, at.chosen
        for event in move.events:
            run = evolve(run, event, START)
        imaginings = at.imaginings if move.imaginings is None else move.imaginings
        return self._settled(Situation(run, imaginings, chosen), list(move.events))

    def wanted(self, run: RunState) -> tuple[Action, ...]:
        """Return what production wants under way."""
        return decide(self.subject.searched, self._agents, run, self.subject.searched_review)

    def moves(self, step: Step) -> Iterator[tuple[Action, Sequence[Move]]]:
        """Yield for each action that is wanted what may come of it."""
        for action in step.wanted:
            if moves := tuple(self.performing.moves(action, step.at)):
                yield action, moves

    def _settled(self, at: Situation, events: list[Event]) -> Step:
        run = at.run
        wanted = self.wanted(run)
        for _ in range(NOTES_IN_A_ROW_MAX):
            news = self._news(wanted, run, at)
            if not news:
                return Step(Situation(run, at.imaginings, at.chosen), wanted, tuple(events))
            for event in news:
                run = evolve(run, event, START)
            events.extend(news)
            wanted = self.wanted(run)
        return Step(Situation(run, at.imaginings, at.chosen), wanted, tuple(events), spins=True)

    def _news(self, wanted: Sequence[Action], run: RunState, at: Situation) -> list[Event]:
        """Return what is recorded without anything from outside; what is not wanted is cut off before all else."""
        keys = [
            each.key for each in wanted if not isinstance(each, Note | AwaitPerson | AwaitChild | WaitUntil | WakeAt)
        ]
        if dropped := cut_off(run, keys):
            return [*dropped]
        if noted := [event for each in wanted if isinstance(each, Note) for event in each.events]:
            return noted
        here = Situation(run, at.imaginings, at.chosen)
        intents = (self.performing.intent(each, here) for each in wanted)
        return [event for event in intents if event is not None]


BY_NOBODY = " (at its deadline)"
"""Follows a choice that nobody has made."""


def chosen_in(at: Situation, move: Move, subject: Subject) -> Situation:
    """Return ``at`` with what somebody chooses by ``move`` at a decision of the flow remembered."""
    chosen = at.chosen
    for event in move.events:
        if isinstance(event, QuestionAnswered) and isinstance(subject.places.get(place_of(event.node)), DecisionNode):
            by = BY_NOBODY if event.by == BY_DEADLINE else ""
            chosen = chosen.insert(place_of(event.node), f"{event.choice}{by}")
    return Situation(at.run, at.imaginings, chosen)
