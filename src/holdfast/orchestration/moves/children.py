"""What a run wants of its child runs: that they begin, that they end, and that none outlives it. Pure."""

from collections.abc import Iterator

from holdfast.execution.actions import Action, AwaitChild, BeginChild, Note
from holdfast.journal.events import ChildRecalled, NodeLeft
from holdfast.journal.events.runs import Ancestor
from holdfast.journal.fold.state import ChildState, NodeState, RunState
from holdfast.kernel.ids import PayloadId, RunId, child_run_id
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome

NOT_NEEDED = "its parent needs it no longer"
DEPTH_MAX = 8
"""How many runs a run may stand below: an app that runs itself must come to an end."""


def child_at(run: RunState, path: str, number: int) -> RunId:
    """Return the id of the run that the node at ``path`` starts for the ``number``-th time."""
    return child_run_id(run.run, path if number == 1 else f"{path}#{number}")


def line_below(run: RunState) -> tuple[Ancestor, ...]:
    """Return the runs that whatever ``run`` begins stands below, itself last."""
    return (*run.ancestors, Ancestor(run.run, run.app, run.input))


def circle(run: RunState, app: str, given: PayloadId) -> Fault | None:
    """Return why ``run`` may not ask ``app`` for what is ``given``: a run that it stands below was asked the same."""
    same = next((each for each in line_below(run) if (each.app, each.input) == (app, given)), None)
    if same is None:
        return None
    told = f"expected a task that no run above was given, found run {same.run} of {app} with the very same input"
    return Fault(ErrorKind.LOOP, told, hint="it would go round in circles: ask for a part of it, or ask another app")


def of_child(node: NodeState, run: RunState) -> Action:
    """Return what a node that starts a run wants under way now."""
    if node.child is None:
        return BeginChild(node.path, _next_number(node.path, run))
    child = run.children[node.child]
    return _pending(child) if child.outcome is None else Note((_left(child, child.outcome),))


def unwanted_children(run: RunState) -> Iterator[Action]:
    """Yield what is wanted for children whose node waits for them no longer: their end, and before it the recall.

    One that has not begun is begun all the same. It finds the recall in its inbox and ends before it does anything: so
    every child ends in the same way, and a driver that was frozen while it began one cannot leave it to nobody.
    """
    abandons_doubts = run.abandons_by is not None
    for identity in run.children_open:
        child = run.children[identity]
        if _is_wanted(child, run):
            continue
        if not child.is_recalled or (abandons_doubts and not child.abandons_doubts):
            reason = run.cancel_reason or NOT_NEEDED
            recalled = ChildRecalled(node=child.node, child=identity, reason=reason, abandons_doubts=abandons_doubts)
            yield Note((recalled,))
        yield _pending(child)


def _next_number(path: str, run: RunState) -> int:
    numbers = range(1, len(run.children) + 2)
    return next(number for number in numbers if child_at(run, path, number) not in run.children)


def _pending(child: ChildState) -> Action:
    return AwaitChild(child.node, child.run) if child.is_begun else BeginChild(child.node, child.number)


def _is_wanted(child: ChildState, run: RunState) -> bool:
    node = run.nodes.get(child.node)
    return run.cancel_reason is None and node is not None and node.outcome is None and node.child == child.run


def _left(child: ChildState, outcome: Outcome) -> NodeLeft:
    if outcome.is_success:
        return NodeLeft(node=child.node, outcome=outcome, result=child.result)
    fault = child.fault or Fault(ErrorKind.CHILD_FAILED, "no reason was recorded")
    # Somebody else has cancelled it: that does not say that nobody wants what comes of this node.
    kind = ErrorKind.CHILD_FAILED if fault.kind is ErrorKind.CANCELLED else fault.kind
    told = Fault(kind, f"child run {child.run} ended {outcome}: {fault.message}", fault.retryable, fault.hint)
    return NodeLeft(node=child.node, outcome=Outcome.FAILED, fault=told)
