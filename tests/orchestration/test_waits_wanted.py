"""What is wanted where a flow waits: a pure function of its state, for an instant and for a person."""

from collections.abc import Sequence

import pytest

from holdfast.execution.actions import Action, AwaitPerson, Note, WaitUntil, WakeAt
from holdfast.journal.events import (
    CancelRequested,
    Event,
    LifecycleMoved,
    NodeEntered,
    NodeLeft,
    QuestionAnswered,
    QuestionAsked,
    RunEnded,
    RunStarted,
)
from holdfast.journal.fold import begin, evolve
from holdfast.journal.fold.state import RunState
from holdfast.kernel.ids import PayloadId, RunId
from holdfast.kernel.limits import Budget
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from holdfast.orchestration.flow.nodes import DecisionNode, Node, WaitNode
from holdfast.orchestration.walk.scheduler import decide

AT = 1_800_000_000.0
PAYLOAD = PayloadId("asked")
WAIT, ASK = WaitNode("root", seconds=60), DecisionNode("root", "'?'")


def after(*events: Event) -> RunState:
    """Return the state of a run that executes, after ``events``."""
    began = RunStarted(
        run=RunId("run_1"),
        tenant="default",
        app="root",
        input=PAYLOAD,
        definitions={},
        models={},
        budget=Budget(),
    )
    state = begin(began, AT)
    moves = [LifecycleMoved(to=status) for status in ("VALIDATING", "PLANNING", "EXECUTING")]
    for event in (*moves, *events):
        state = evolve(state, event, AT)
    return state


def wanted(flow: Node, *events: Event) -> Sequence[Action]:
    return decide(flow, {}, after(*events))


def asked(default: str | None = None, deadline: float | None = None) -> tuple[Event, ...]:
    ask = QuestionAsked(node="root", number=1, asked=PAYLOAD, options=("a", "b"), deadline=deadline, default=default)
    return NodeEntered(node="root", kind="decision"), ask


def answered(number: int = 1) -> QuestionAnswered:
    return QuestionAnswered(node="root", number=number, choice="a", by="Ann")


def test_a_wait_wants_its_instant_and_then_its_end() -> None:
    left = NodeLeft(node="root", outcome=Outcome.SUCCEEDED)
    entered = NodeEntered(node="root", kind="wait", wakes_at=AT + 60)
    assert wanted(WAIT, entered) == (WakeAt("root", AT + 60, (left,)),)
    (note,) = wanted(WAIT, entered, left)
    assert isinstance(note, Note)
    assert isinstance(note.events[-1], RunEnded)


def test_a_wait_with_a_deadline_of_its_own_wants_both_instants() -> None:
    entered = NodeEntered(node="root", kind="wait", wakes_at=AT + 60, deadline=AT + 30)
    until, wake = wanted(WAIT, entered)
    assert until == WaitUntil("root", AT + 30)
    assert isinstance(wake, WakeAt)
    assert len({until.key, wake.key}) == 2


def test_a_question_wants_a_person_and_nothing_else() -> None:
    assert wanted(ASK, *asked()) == (AwaitPerson("root"),)


@pytest.mark.parametrize(
    ("default", "then"),
    [
        ("b", QuestionAnswered(node="root", number=1, choice="b", by="deadline")),
        (
            None,
            NodeLeft(
                node="root",
                outcome=Outcome.FAILED,
                fault=Fault(ErrorKind.TIMEOUT, "nobody has decided by the deadline"),
            ),
        ),
    ],
)
def test_a_question_with_a_deadline_wants_that_too(default: str | None, then: Event) -> None:
    assert wanted(ASK, *asked(default, AT + 60)) == (AwaitPerson("root"), WakeAt("root", AT + 60, (then,)))


def test_an_answered_question_wants_its_end() -> None:
    assert wanted(ASK, *asked("b", AT + 60), answered()) == (Note((NodeLeft(node="root", outcome=Outcome.SUCCEEDED),)),)


def test_an_answer_to_another_question_decides_nothing() -> None:
    assert wanted(ASK, *asked(), answered(number=2)) == (AwaitPerson("root"),)


def test_a_cancelled_run_wants_no_person() -> None:
    (note,) = wanted(ASK, *asked(), CancelRequested(reason="enough", by="Ann"))
    assert isinstance(note, Note)
    assert [type(event) for event in note.events] == [NodeLeft, RunEnded]
    assert after(*asked(), *note.events).questions == ()


def test_no_two_questions_of_a_run_have_one_number() -> None:
    assert after(*asked()).asked == 1
    assert after(*asked(), answered(), *asked()).asked == 1
    again = QuestionAsked(node="root", number=2, asked=PAYLOAD)
    assert after(*asked(), answered(), NodeEntered(node="root", kind="decision"), again).asked == 2
