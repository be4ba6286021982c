"""What a node wants that waits: for an instant, for an event, or for a person until a deadline. Pure."""

from collections.abc import Iterator

from holdfast.execution.actions import Action, AwaitEvent, AwaitPerson, Evaluate, Note, WakeAt
from holdfast.governance.approvals import BY_DEADLINE
from holdfast.journal.events import Event, NodeLeft, QuestionAnswered
from holdfast.journal.fold.state import NodeState, QuestionState
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome

EVENTS_REFUSED_MAX = 100
"""How many events that cannot be judged a wait puts up with."""


def timer(state: NodeState) -> Action:
    """Return what the wait at ``state`` wants: its instant to come."""
    assert state.wakes_at is not None, "a wait that was entered knows its instant, or has failed"
    return WakeAt(state.path, state.wakes_at, (NodeLeft(node=state.path, outcome=Outcome.SUCCEEDED),))


def decision(state: NodeState) -> Iterator[Action]:
    """Yield what the decision at ``state`` wants: an answer, or its deadline to come; once there is one, its end."""
    question = state.question
    assert question is not None, "a decision that was entered asks, or has failed"
    if question.choice is not None:
        yield Note((NodeLeft(node=state.path, outcome=Outcome.SUCCEEDED),))
        return
    yield AwaitPerson(state.path)
    if question.deadline is not None:
        yield WakeAt(state.path, question.deadline, (_at_deadline(state.path, question),))


def event(state: NodeState) -> Action:
    """Return what the node at ``state`` wants that waits for an event: that it comes; once it has, its end."""
    wait = state.wait
    assert wait is not None, "a node that was entered to wait for an event does so, or has failed"
    if wait.event is not None:
        return Note((NodeLeft(node=state.path, outcome=Outcome.SUCCEEDED, result=wait.payload),))
    if wait.refused >= EVENTS_REFUSED_MAX:
        told = f"{wait.refused} events on {wait.topic} came of which none could be judged"
        return Note((NodeLeft(node=state.path, outcome=Outcome.FAILED, fault=Fault(ErrorKind.BAD_INPUT, told)),))
    return Evaluate(state.path) if wait.held else AwaitEvent(state.path)


def _at_deadline(path: str, question: QuestionState) -> Event:
    if question.default is not None:
        return QuestionAnswered(node=path, number=question.number, choice=question.default, by=BY_DEADLINE)
    fault = Fault(ErrorKind.TIMEOUT, "nobody has decided by the deadline")
    return NodeLeft(node=path, outcome=Outcome.FAILED, fault=fault)
