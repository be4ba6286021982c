"""Finds the node of a flow that a path names. Pure."""

from holdfast.kernel.errors import DefinitionError
from holdfast.orchestration.flow import Map, Node, children


def locate(flow: Node, path: str, root: str = "") -> Node:
    """Return the node at ``path`` in ``flow``, which lies at ``root``, by default at its own name.

    Raises DefinitionError if the flow has none there.
    """
    node, rest = flow, path.removeprefix(root or flow.name)
    while rest:
        node, rest = _down(node, rest, path)
    return node


def _down(node: Node, rest: str, path: str) -> tuple[Node, str]:
    if isinstance(node, Map) and rest.startswith("["):
        return node.do, rest.partition("]")[2]
    name = rest[1:].partition("/")[0].partition("[")[0]
    for child in children(node):
        if not isinstance(node, Map) and child.name == name:
            return child, rest[1 + len(name) :]
    raise DefinitionError(
        f"expected a node at {path!r}, found none below {node.name!r}: the flow has changed under the run"
    )
