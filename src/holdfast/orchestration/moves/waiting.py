"""What a node wants that waits: for an instant, or for a person until a deadline. Pure."""

from collections.abc import Iterator

from holdfast.execution.actions import Action, AwaitPerson, Note, WakeAt
from holdfast.governance.approvals import BY_DEADLINE
from holdfast.journal.events import Event, NodeLeft, QuestionAnswered
from holdfast.journal.fold.state import NodeState, QuestionState
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome


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


def _at_deadline(path: str, question: QuestionState) -> Event:
    if question.default is not None:
        return QuestionAnswered(node=path, number=question.number, choice=question.default, by=BY_DEADLINE)
    fault = Fault(ErrorKind.TIMEOUT, "nobody has decided by the deadline")
    return NodeLeft(node=path, outcome=Outcome.FAILED, fault=fault)
