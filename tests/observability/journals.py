"""Journals to project: a notebook in which tests write a run's events, and a strategy that makes whole runs up."""

import msgspec
from hypothesis import strategies as st

from holdfast.journal.events import (
    DoubtProbed,
    DoubtSettled,
    DriverChanged,
    Event,
    LifecycleMoved,
    ModelCalled,
    ModelFailed,
    ModelInterrupted,
    ModelReplied,
    NodeEntered,
    NodeLeft,
    RunEnded,
    RunParked,
    RunStarted,
    StepEnded,
    StepIntended,
    StepInterrupted,
)
from holdfast.journal.events.turns import CallRequest
from holdfast.kernel.effects import Effect
from holdfast.kernel.ids import PayloadId, RunId
from holdfast.kernel.limits import Budget
from holdfast.kernel.messages import StopReason, Usage
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome, Settlement

RUN = RunId("run_01K8Z0000000000000000TRACE")
BEGAN_AT = 1_800_000_000.0
NOWHERE = PayloadId("00")
AGENT = "review"


class Note(msgspec.Struct, frozen=True):
    """An event and when it was recorded."""

    version: int
    at: float
    event: Event


class Notebook:
    """A run's events as they are written; ``after`` lets time pass first."""

    def __init__(self) -> None:
        self.notes: list[Note] = []
        self.now = BEGAN_AT

    def write(self, *events: Event, after: float = 1.0) -> None:
        for event in events:
            self.now += after if self.notes else 0.0
            self.notes.append(Note(len(self.notes) + 1, self.now, event))

    def begin(self, kind: str = "agent") -> None:
        """Start the run and enter its root."""
        started = RunStarted(
            run=RUN, tenant="t", app=AGENT, input=NOWHERE, definitions={}, models={AGENT: "m"}, budget=Budget()
        )
        self.write(started, LifecycleMoved(to="EXECUTING"), NodeEntered(node=AGENT, kind=kind, input=NOWHERE))

    def crash(self, seconds: float = 60.0) -> None:
        """Let the driver die and, later, another take the run up."""
        self.write(DriverChanged(worker="host:2:beef", epoch=2), after=seconds)


def called(turn: int, attempt: int = 1, *, tokens: int = 100, reserved: int = 300, node: str = AGENT) -> ModelCalled:
    return ModelCalled(
        node=node,
        turn=turn,
        attempt=attempt,
        model="m",
        request="digest",
        added=(),
        tools=NOWHERE,
        messages=2 * turn,
        tokens=tokens,
        reserved=reserved,
    )


def replied(
    turn: int, attempt: int = 1, *, calls: int = 0, usage: Usage | None = None, node: str = AGENT
) -> ModelReplied:
    return ModelReplied(
        node=node,
        turn=turn,
        attempt=attempt,
        reply=NOWHERE,
        stop=StopReason.TOOL_USE if calls else StopReason.END_TURN,
        usage=usage or Usage(input_tokens=120, output_tokens=30, cached_tokens=20, cost_usd=0.002),
        model="m-1",
        seconds=1.0,
        calls=tuple(CallRequest(f"id-{index}", "read_lines", "digest") for index in range(calls)),
        answer=None if calls else NOWHERE,
    )


def failed(turn: int, attempt: int = 1, *, retry_at: float | None = None) -> ModelFailed:
    fault = Fault(ErrorKind.MODEL_FAILED, "overloaded", retryable=True)
    return ModelFailed(node=AGENT, turn=turn, attempt=attempt, fault=fault, seconds=0.5, retry_at=retry_at)


def intended(turn: int, call: int, attempt: int = 1, effect: Effect = Effect.READ) -> StepIntended:
    return StepIntended(
        node=AGENT, turn=turn, call=call, name="read_lines", effect=effect, arguments="digest", attempt=attempt
    )


def ended(turn: int, call: int, attempt: int = 1, outcome: Outcome = Outcome.SUCCEEDED) -> StepEnded:
    fault = None if outcome.is_success else Fault(ErrorKind.TOOL_FAILED, "no such file")
    return StepEnded(
        node=AGENT,
        turn=turn,
        call=call,
        name="read_lines",
        outcome=outcome,
        seconds=0.25,
        attempt=attempt,
        result_bytes=512,
        fault=fault,
    )


def interrupted(turn: int, call: int, attempt: int = 1, *, in_doubt: bool = False) -> StepInterrupted:
    effect = Effect.UNSAFE if in_doubt else Effect.READ
    return StepInterrupted(
        node=AGENT, turn=turn, call=call, name="read_lines", effect=effect, attempt=attempt, in_doubt=in_doubt
    )


def probed(turn: int, call: int, *, retry_at: float | None = None, fault: Fault | None = None) -> DoubtProbed:
    return DoubtProbed(
        node=AGENT, turn=turn, call=call, name="read_lines", attempt=1, probe=1, fault=fault, retry_at=retry_at
    )


def settled(turn: int, call: int, how: Settlement = Settlement.HAPPENED, note: str = "") -> DoubtSettled:
    fault = Fault(ErrorKind.IN_DOUBT, "nobody knows") if how is Settlement.ABANDONED else None
    return DoubtSettled(
        node=AGENT, turn=turn, call=call, name="read_lines", attempt=1, how=how, by="Ann", note=note, fault=fault
    )


def over(outcome: Outcome = Outcome.SUCCEEDED, fault: Fault | None = None) -> tuple[Event, ...]:
    status = "COMPLETE" if outcome.is_success else "FAILED"
    return (NodeLeft(node=AGENT, outcome=outcome, fault=fault), RunEnded(status=status, outcome=outcome, fault=fault))


@st.composite
def runs_of_one_agent(draw: st.DrawFn) -> list[Note]:
    """Runs of one agent with retries, crashes, parks and tool calls of every outcome; perhaps cut short."""
    book = Notebook()
    book.begin()
    turn = 0
    for turn in range(1, draw(st.integers(0, 4)) + 1):
        attempt = _attempts(draw, book, turn)
        calls = draw(st.integers(0, 3))
        book.write(replied(turn, attempt, calls=calls, usage=draw(_usages())))
        for call in range(1, calls + 1):
            _call(draw, book, turn, call)
        if draw(st.booleans()):
            book.write(LifecycleMoved(to="WAITING"), RunParked(reason="Ctrl-C"))
            book.crash()
            book.write(LifecycleMoved(to="EXECUTING"))
    book.write(*over(draw(st.sampled_from((Outcome.SUCCEEDED, Outcome.FAILED)))))
    return book.notes[: draw(st.integers(3, len(book.notes)))]


def _attempts(draw: st.DrawFn, book: Notebook, turn: int) -> int:
    """Fail or be interrupted some times, and leave the last call open; return its attempt."""
    attempts = draw(st.integers(1, 3))
    for attempt in range(1, attempts):
        book.write(called(turn, attempt, reserved=draw(st.integers(1, 500))))
        if draw(st.booleans()):
            book.write(failed(turn, attempt, retry_at=book.now + 5))
        else:
            book.crash()
            book.write(ModelInterrupted(node=AGENT, turn=turn, attempt=attempt))
    book.write(called(turn, attempts))
    return attempts


def _call(draw: st.DrawFn, book: Notebook, turn: int, call: int) -> None:
    attempt = 1
    if draw(st.booleans()):
        book.write(intended(turn, call))
        book.crash()
        book.write(interrupted(turn, call))
        attempt = 2
    if draw(st.booleans()):
        book.write(intended(turn, call, attempt))
    book.write(ended(turn, call, attempt, draw(st.sampled_from((Outcome.SUCCEEDED, Outcome.FAILED, Outcome.REFUSED)))))


def _usages() -> st.SearchStrategy[Usage]:
    counts = st.integers(0, 5_000)
    return st.builds(
        Usage,
        input_tokens=counts,
        output_tokens=counts,
        cached_tokens=counts,
        cost_usd=st.none() | st.integers(0, 100).map(lambda cents: cents / 128),
    )
