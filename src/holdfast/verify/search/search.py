"""Visits every situation that a run may come to, each once, until there is none left or a bound is reached."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from holdfast.journal.events import StepEnded
from holdfast.journal.fold.state import RunState
from holdfast.verify.outcomes.move import Move, Situation
from holdfast.verify.search.facts import Facts
from holdfast.verify.search.key import Key, Keys
from holdfast.verify.search.reduction import reduced
from holdfast.verify.search.stepping import Step, Stepping, chosen_in
from holdfast.verify.subject import Subject

LOOKS_BETWEEN_CLOCKS = 64
NOWHERE, FIRST_DETOUR = -1, -2
"""What stands before the first situation; the number of the first detour, those of others lie below it."""
Tell = Callable[[int, int], None]
"""Told how many situations were visited, and how many wait."""


@dataclass(frozen=True, slots=True)
class Reached:
    """How a situation was first reached."""

    parent: int
    told: str


@dataclass
class Searched:
    """What the search has come to."""

    facts: Facts = field(default_factory=Facts)
    reached: list[Reached] = field(default_factory=list)
    detours: list[Reached] = field(default_factory=list)
    """Other ways to situations that were reached before: what happens on one is told as it happened there."""
    edges: list[tuple[int, int, int, bool]] = field(default_factory=list)
    """From, to, how many tools were called on the way, and whether somebody outside brought it about."""
    hit: str = ""
    """The bound that ended it; empty where every situation was visited."""

    def way_to(self, number: int) -> tuple[str, ...]:
        """Return in words what leads to situation ``number``, or along the detour of that number, the shortest way."""
        told: list[str] = []
        while number != NOWHERE:
            each = self.reached[number] if number >= 0 else self.detours[FIRST_DETOUR - number]
            told.append(each.told)
            number = each.parent
        return tuple(reversed(told))


def search(subject: Subject, elapsed: Callable[[], float], tell: Tell | None = None) -> Searched:
    """Visit every situation. ``elapsed`` says how long it has taken so far."""
    return _Search(subject, elapsed, tell).run()


class _Search:
    def __init__(self, subject: Subject, elapsed: Callable[[], float], tell: Tell | None) -> None:
        self._subject, self._elapsed, self._tell = subject, elapsed, tell
        self._stepping = Stepping(subject)
        self._keys = Keys(subject, self._stepping.performing.reading)
        self._numbers: dict[Key, int] = {}
        self._waiting: deque[tuple[int, Step]] = deque()
        self._found = Searched()

    def run(self) -> Searched:
        self._see(self._stepping.first(), Reached(NOWHERE, "the run begins"))
        bounds, looks = self._subject.bounds, 0
        while self._waiting:
            looks += 1
            if len(self._found.reached) >= bounds.states:
                self._found.hit = f"{bounds.states:,} situations"
            elif looks % LOOKS_BETWEEN_CLOCKS == 0 and self._elapsed() > bounds.seconds:
                self._found.hit = f"{bounds.seconds:g} seconds"
            if self._found.hit:
                break
            if self._tell is not None and looks % LOOKS_BETWEEN_CLOCKS == 0:
                self._tell(len(self._found.reached), len(self._waiting))
            self._look(*self._waiting.popleft())
        return self._found

    def _look(self, number: int, step: Step) -> None:
        """Follow everything that may happen in situation ``number``."""
        if step.at.run.is_over:
            return
        offered = [(action, moves) for action, moves in self._stepping.moves(step)]
        if not offered and not step.at.run.is_over:
            self._found.facts.stuck.append(number)
        if self._subject.bounds.reduces:
            offered = [
                *reduced(offered, step.at.run, self._subject, lambda path, moves: self._decides(step.at, path, moves))
            ]
        outside = self._stepping.performing.outside(step.at)
        for move in (*(move for _, moves in offered for move in moves), *outside):
            self._follow(number, step, move)

    def _follow(self, number: int, step: Step, move: Move) -> None:
        after = self._stepping.after(chosen_in(step.at, move, self._subject), move)
        calls = sum(isinstance(event, StepEnded) for event in move.events)
        seen, way = self._see(after, Reached(number, move.told))
        self._found.edges.append((number, seen, calls, bool(move.by)))
        self._found.facts.of_move(way, move)

    def _see(self, step: Step, reached: Reached) -> tuple[int, int]:
        """Return the number of the situation, and that of the way to it that is told of what happened just now."""
        key = self._keys.of(step.at)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self._found.reached)
            self._found.reached.append(reached)
            self._waiting.append((number, step))
            way = number
            if step.spins:
                self._found.facts.spinning.append(number)
        else:
            way = FIRST_DETOUR - len(self._found.detours)
            self._found.detours.append(reached)
        self._found.facts.of_events(way, step, step.at.chosen, self._subject)
        return number, way

    def _decides(self, at: Situation, path: str, moves: Sequence[Move]) -> bool:
        """Whether one of ``moves`` ends the node at ``path``, or may decide how it ends."""
        before = at.run.nodes[path]
        for move in moves:
            after = self._stepping.after(at, move).at.run
            state = after.nodes.get(path)
            if state is None or state.outcome is not before.outcome:
                return True
            if _failed_below(after, path) > _failed_below(at.run, path):
                return True
        return False


def _failed_below(run: RunState, path: str) -> int:
    below = (f"{path}/", f"{path}[")
    ended = (node for node in run.nodes.values() if node.path.startswith(below) and node.outcome is not None)
    return sum(node.outcome is not None and not node.outcome.is_success for node in ended)
