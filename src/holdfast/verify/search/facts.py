"""What the search has seen: the places and ways that were reached, and where something is amiss, each once. Pure."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TypeAlias

from rpds import HashTrieMap

from holdfast.journal.events import (
    BranchTaken,
    Event,
    HandedOver,
    NodeEntered,
    NodeLeft,
    QuestionAnswered,
    RunEnded,
)
from holdfast.journal.fold.state import RunState
from holdfast.kernel import paths
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.orchestration.flow.nodes import Fallback
from holdfast.orchestration.sagas.telling import Undone, sagas_of
from holdfast.orchestration.values.ladder import NEVER, has_answered
from holdfast.verify.outcomes.move import Move
from holdfast.verify.places import place_of
from holdfast.verify.search.stepping import Step
from holdfast.verify.subject import Subject

Chosen: TypeAlias = "HashTrieMap[str, str]"


@dataclass
class Facts:
    """What was seen. Where it matters how one comes there, the number of the situation is kept beside it."""

    entered: dict[str, int] = field(default_factory=dict)
    """By place, where it was first entered."""
    chosen_before: defaultdict[str, set[Chosen]] = field(default_factory=lambda: defaultdict(set))
    """By place, what people had chosen whenever it was entered."""
    first_chosen: dict[tuple[str, Chosen], int] = field(default_factory=dict)
    cases: defaultdict[str, set[str | None]] = field(default_factory=lambda: defaultdict(set))
    taken: defaultdict[str, dict[tuple[str | None, Chosen], int]] = field(default_factory=lambda: defaultdict(dict))
    """By place of a branch, which case was taken after which choices."""
    vectors: defaultdict[str, set[tuple[bool | None, ...]]] = field(default_factory=lambda: defaultdict(set))
    """By where they are asked, which of the guards hold together; None where that is not decided."""
    contracts: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """By place of a handoff, the contracts by which somebody has handed over."""
    rungs: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    choices: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    ends: defaultdict[str, dict[tuple[Outcome, ErrorKind | None], int]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    outcomes: dict[tuple[Outcome, ErrorKind | None], int] = field(default_factory=dict)
    """How the run ends."""
    failing: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)
    """By place and expression, where an expression has no value for certain, and why."""
    undecided: set[str] = field(default_factory=set)
    """The places whose way depends on what lies outside of what is decided."""
    not_caught: dict[tuple[str, ErrorKind], int] = field(default_factory=dict)
    """By place of a fallback and fault, where rungs are left and none is tried."""
    stuck: list[int] = field(default_factory=list)
    spinning: list[int] = field(default_factory=list)
    standing: dict[str, int] = field(default_factory=dict)
    """By place of a saga's step, where what it did stands, and nobody has said that it may."""
    partial_success: dict[str, int] = field(default_factory=dict)
    """By place of a saga that is neither whole nor undone, where the run succeeds."""

    def of_events(self, number: int, step: Step, chosen: Chosen, subject: Subject) -> None:
        """Take in what has led to situation ``number``."""
        for event in step.events:
            self._of_event(number, event, step.at.run, chosen, subject)
        if step.at.run.is_over:
            self._of_end(number, step.at.run)

    def of_move(self, number: int, move: Move) -> None:
        """Take in what one move tells."""
        if move.is_undecided:
            self.undecided.add(place_of(move.path))
        if move.vectors:
            self.vectors[move.guarded or place_of(move.path)].update(move.vectors)
        if move.failed is not None:
            self.failing.setdefault((place_of(move.path), move.failed.text), (number, move.failed.why))

    def _of_event(self, number: int, event: Event, run: RunState, chosen: Chosen, subject: Subject) -> None:
        match event:
            case NodeEntered(node=path):
                place = place_of(path)
                self.entered.setdefault(place, number)
                if chosen not in self.chosen_before[place]:
                    self.chosen_before[place].add(chosen)
                    self.first_chosen[place, chosen] = number
            case BranchTaken(node=path, case=case):
                self.cases[place_of(path)].add(case)
                self.taken[place_of(path)].setdefault((case, chosen), number)
            case HandedOver(node=path, contract=contract):
                self.contracts[place_of(path)].add(contract)
            case QuestionAnswered(node=path, choice=choice):
                self.choices[place_of(path)].add(choice)
            case NodeLeft(node=path, outcome=outcome, fault=fault):
                place, kind = place_of(path), None if fault is None or outcome.is_success else fault.kind
                self.ends[place].setdefault((outcome, kind), number)
                self._of_ladder(number, path, place, outcome, kind, run, subject)
            case RunEnded(outcome=outcome, fault=fault):
                self.outcomes.setdefault((outcome, None if fault is None else fault.kind), number)
            case _:
                pass

    def _of_ladder(
        self,
        number: int,
        path: str,
        place: str,
        outcome: Outcome,
        kind: ErrorKind | None,
        run: RunState,
        subject: Subject,
    ) -> None:
        node = subject.places.get(place)
        if not isinstance(node, Fallback):
            return
        states = [run.nodes.get(paths.below(path, rung.name)) for rung in node.rungs]
        answered = next(
            (rung.name for rung, state in zip(node.rungs, states, strict=True) if has_answered(state)), None
        )
        if answered is not None and outcome.is_success:
            self.rungs[place].add(answered)
        has_left = any(state is None for state in states)
        if (
            outcome is Outcome.FAILED
            and has_left
            and kind is not None
            and kind not in NEVER
            and node.steps_down_on is not None
        ):
            last = [state for state in states if state is not None][-1]
            if last.outcome is Outcome.FAILED or last.outcome is Outcome.REFUSED:
                self.not_caught.setdefault((place, kind), number)

    def _of_end(self, number: int, run: RunState) -> None:
        for saga in sagas_of(run) if run.abandons_by is None else ():  # who gives doubts up gives up what stands
            for each in saga.steps:
                if each.how is Undone.STANDS and not each.by:
                    self.standing.setdefault(place_of(each.step), number)
            if (
                saga.steps
                and run.outcome is Outcome.SUCCEEDED
                and any(each.how is Undone.STANDS for each in saga.steps)
            ):
                self.partial_success.setdefault(place_of(saga.path), number)
