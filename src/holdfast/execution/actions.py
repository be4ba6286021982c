"""What can be wanted of a driver: the closed union ``Action``.

``decide`` says what should be under way now; the loop starts what is missing and cancels what is no longer wanted. So
an action says *what*, never *start* or *go on*; its ``key`` is the same for as long as it is the same piece of work.
"""

from functools import lru_cache

import msgspec

from holdfast.journal.events import Event
from holdfast.kernel.ids import RunId
from holdfast.kernel.outcomes import Fault

INSTANTS_REMEMBERED_MAX = 4_096
"""Of how many instants the key is kept: it is asked for at every look, and writing out a number is dear."""


class Note(msgspec.Struct, frozen=True, gc=False):
    """Record these events: a conclusion that needs nothing from outside."""

    events: tuple[Event, ...]


class Evaluate(msgspec.Struct, frozen=True, gc=False):
    """Enter the node at ``path``: evaluate its input, guards or items, and reckon its deadline."""

    path: str
    timeout_seconds: float | None = None
    deadline: float | None = None
    """An instant imposed from outside; the sooner of the two counts."""

    @property
    def key(self) -> str:
        return f"{self.path}:evaluate"


class CallModel(msgspec.Struct, frozen=True, gc=False):
    """Take turn ``turn`` of the agent at ``path``."""

    path: str
    turn: int
    attempt: int
    not_before: float | None = None

    @property
    def key(self) -> str:
        return f"{self.path}/turn.{self.turn}:{self.attempt}"


class CallTool(msgspec.Struct, frozen=True, gc=False):
    """Make call ``call`` of that turn; turn and call are 0 for a node that is itself a tool or function."""

    path: str
    turn: int
    call: int
    attempt: int
    not_before: float | None = None

    @property
    def key(self) -> str:
        return f"{self.path}/turn.{self.turn}/call.{self.call}:{self.attempt}"


class Probe(msgspec.Struct, frozen=True, gc=False):
    """Ask for the ``probe``-th time what became of an attempt that is in doubt."""

    path: str
    turn: int
    call: int
    attempt: int
    probe: int
    not_before: float | None = None

    @property
    def key(self) -> str:
        return f"{self.path}/turn.{self.turn}/call.{self.call}:{self.attempt}:probe.{self.probe}"


class Assess(msgspec.Struct, frozen=True, gc=False):
    """Hold the run's result against the criteria, in the round of its review at ``path``."""

    path: str

    @property
    def key(self) -> str:
        return f"{self.path}:assess"


class BeginChild(msgspec.Struct, frozen=True, gc=False):
    """Begin the run that the node at ``path`` starts for the ``number``-th time."""

    path: str
    number: int

    @property
    def key(self) -> str:
        return f"{self.path}:child.{self.number}"


class RunScript(msgspec.Struct, frozen=True, gc=False):
    """Let the script at ``path`` go on for the ``turn``-th time, from its top if this process does not hold it."""

    path: str
    turn: int

    @property
    def key(self) -> str:
        return f"{self.path}:script.{self.turn}"


class WaitUntil(msgspec.Struct, frozen=True, gc=False):
    """The node at ``path`` times out at ``instant``."""

    path: str
    instant: float

    @property
    def key(self) -> str:
        return f"{self.path}:deadline"


class WakeAt(msgspec.Struct, frozen=True, gc=False):
    """Record ``then`` once ``instant`` has come, unless something else has happened at ``path`` before."""

    path: str
    instant: float
    then: tuple[Event, ...]

    @property
    def key(self) -> str:
        return _instant_key(self.path, self.instant)


@lru_cache(maxsize=INSTANTS_REMEMBERED_MAX)
def _instant_key(path: str, instant: float) -> str:
    return f"{path}:{instant}"


class PlanRetry(msgspec.Struct, frozen=True, gc=False):
    """Record that try ``attempt`` of the node at ``path`` failed, and when the next comes, at random within a bound."""

    path: str
    attempt: int
    seconds_max: float
    fault: Fault

    @property
    def key(self) -> str:
        return f"{self.path}:retry.{self.attempt}"


class AwaitPerson(msgspec.Struct, frozen=True, gc=False):
    """Only a person can go on at ``path``: say what became of an effect, or answer a question."""

    path: str

    @property
    def key(self) -> str:
        return f"{self.path}:person"


class AwaitChild(msgspec.Struct, frozen=True, gc=False):
    """The child run that ``path`` has started must end; it drives itself, and tells of its end by letter."""

    path: str
    child: RunId

    @property
    def key(self) -> str:
        return f"{self.path}:{self.child}"


class AwaitEvent(msgspec.Struct, frozen=True, gc=False):
    """The event must come that the node at ``path`` waits for: a letter tells of it."""

    path: str

    @property
    def key(self) -> str:
        return f"{self.path}:event"


Waiting = WaitUntil | WakeAt
"""Work that only lets time pass: a run with nothing else under way leaves memory."""
WAITING = (WaitUntil, WakeAt)
"""The same, as it is asked for at every look."""
Work = Evaluate | Assess | CallModel | CallTool | Probe | PlanRetry | BeginChild | RunScript | Waiting
Action = Note | AwaitPerson | AwaitChild | AwaitEvent | Work
