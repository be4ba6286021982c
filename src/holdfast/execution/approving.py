"""What is wanted of a call that waits for people to say yes to it: their word, or its deadline to come. Pure."""

from holdfast.execution.actions import Action, AwaitPerson, WakeAt
from holdfast.governance.approvals import BY_DEADLINE
from holdfast.journal.events import ApprovalDecided, Event, NodeLeft
from holdfast.journal.events.approvals import Ruling
from holdfast.journal.fold.approval_state import ApprovalState
from holdfast.journal.fold.step_state import StepState
from holdfast.kernel import paths
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome


def approval_actions(path: str, turn: int, call: int, step: StepState) -> tuple[Action, ...]:
    """Return what the call of the node at ``path`` waits for."""
    approval, at = step.approval, paths.call(path, turn, call) if turn else path
    assert approval is not None, "what waits for an approval was asked for"
    if approval.deadline is None:
        return (AwaitPerson(at),)
    return (AwaitPerson(at), WakeAt(at, approval.deadline, (_at_deadline(path, turn, call, approval),)))


def _at_deadline(path: str, turn: int, call: int, approval: ApprovalState) -> Event:
    if approval.abandons:
        message = f"nobody has said yes to {approval.tool} by the deadline"
        return NodeLeft(node=path, outcome=Outcome.FAILED, fault=Fault(ErrorKind.TIMEOUT, message))
    return ApprovalDecided(
        node=path,
        turn=turn,
        call=call,
        number=approval.number,
        ruling=Ruling.REJECT,
        by=BY_DEADLINE,
        digest=approval.digest,
        settles=True,
    )
