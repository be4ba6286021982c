"""The events with which a node of a flow is entered and left. Pure."""

from holdfast.journal.events import Event, NodeEntered, NodeLeft
from holdfast.journal.fold.sagas import SAGA_KIND, UNDO_KIND, is_undoing
from holdfast.journal.fold.state import RunState
from holdfast.kernel import paths
from holdfast.kernel.ids import PayloadId
from holdfast.kernel.outcomes import Fault, Outcome
from holdfast.orchestration.flow.nodes import Graph, Node, kind, told_apart


def entering(
    node: Node,
    path: str,
    deadline: float | None,
    given: PayloadId | None = None,
    wakes_at: float | None = None,
    shared: PayloadId | None = None,
) -> NodeEntered:
    """Return the event that enters ``node`` with the input ``given``, to wait until ``wakes_at`` if it is a wait, with
    what runs share pinned as ``shared``."""
    return NodeEntered(
        node=path,
        kind=kind(node),
        input=given,
        deadline=deadline,
        branches=told_apart(node),
        wakes_at=wakes_at,
        shared=shared,
        after=tuple(step.after for step in node.steps) if isinstance(node, Graph) else (),
    )


def leaving(run: RunState, path: str, outcome: Outcome, fault: Fault | None = None) -> tuple[Event, ...]:
    """Return the events that end the node at ``path``, and before it whatever still runs below it: all but what undoes
    the deeds of a saga."""
    below = (f"{path}/", f"{path}[")
    still = [node.path for node in run.nodes.values() if node.outcome is None and node.path.startswith(below)]
    if run.sagas:
        still = [inner for inner in still if not is_undoing(run, inner)]
    ended = [NodeLeft(node=inner, outcome=Outcome.CANCELLED) for inner in sorted(still, reverse=True)]
    return (*ended, NodeLeft(node=path, outcome=outcome, fault=fault))


def overdue(run: RunState, path: str, fault: Fault) -> tuple[Event, ...]:
    """Return the events that follow when the time of the node at ``path`` is up.

    Of a saga the step under way is ended, or where there is none its undoing begins: it is left once that is done.
    """
    if run.nodes[path].kind != SAGA_KIND:
        return leaving(run, path, Outcome.FAILED, fault)
    undo = paths.undo(path)
    if undo in run.nodes:
        return ()
    inside = (node for node in run.nodes.values() if node.outcome is None and paths.parent(node.path) == path)
    under_way = next(inside, None)
    if under_way is None:
        return (NodeEntered(node=undo, kind=UNDO_KIND),)
    return leaving(run, under_way.path, Outcome.FAILED, fault)
