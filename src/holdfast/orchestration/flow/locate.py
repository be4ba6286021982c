"""Finds the node of a flow that a path names. Pure."""

from holdfast.journal.fold.handing import JOINT
from holdfast.journal.fold.state import RunState
from holdfast.kernel import paths
from holdfast.kernel.errors import DefinitionError
from holdfast.orchestration.flow.asked import call_at, node_of
from holdfast.orchestration.flow.nodes import Handoff, Loop, Map, Node, PlanNode, Saga, ScriptNode, children
from holdfast.orchestration.flow.planned import part_at
from holdfast.orchestration.flow.saga_questions import asked_about, question

UNDO = paths.undo("")
"""What follows on the path of a saga where its steps are undone."""


def locate(flow: Node, path: str, root: str = "", run: RunState | None = None) -> Node:
    """Return the node at ``path`` in ``flow``, which lies at ``root``, by default at its own name.

    Below a script or a plan it is the step that ``run`` tells. Raises DefinitionError if there is none.
    """
    node, rest = flow, path.removeprefix(root or flow.name)
    while rest:
        if run is not None and isinstance(node, ScriptNode) and (call := call_at(run, path)) is not None:
            return node_of(call)
        if run is not None and isinstance(node, PlanNode):
            return part_at(node, path, run)
        if isinstance(node, Saga) and (rest == UNDO or rest.startswith(f"{UNDO}[")):
            return _undoing(node, path, run)
        node, rest = _down(node, rest, path)
    return node


def _undoing(saga: Saga, path: str, run: RunState | None) -> Node:
    """Return what undoes a step of ``saga``, or what is asked about it; the saga itself for its undoing as such."""
    place, around = paths.undone(path), asked_about(path)
    if around is not None:
        return question(saga, around, run)
    if place is not None and not place[1]:
        return saga
    for step in saga.steps:
        if place is not None and step.do.name == place[1]:
            return step.undo or step.do
    raise DefinitionError(f"expected a step to undo at {path!r}, found none: the flow has changed under the run")


def _down(node: Node, rest: str, path: str) -> tuple[Node, str]:
    if isinstance(node, Map | Loop) and rest.startswith("["):
        return node.do, rest.partition("]")[2]
    if isinstance(node, Handoff) and rest.startswith("["):
        key, _, rest = rest[1:].partition("]")
        for member in node.members:
            if key.partition(JOINT)[0] == member.name:
                return member, rest
    name = rest[1:].partition("/")[0].partition("[")[0]
    for child in children(node):
        if not isinstance(node, Map | Loop | Handoff) and child.name == name:
            return child, rest[1 + len(name) :]
    raise DefinitionError(
        f"expected a node at {path!r}, found none below {node.name!r}: the flow has changed under the run"
    )
