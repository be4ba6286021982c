"""What expressions see below a node, besides what the node sees itself. Pure."""

from collections.abc import Mapping

from holdfast.orchestration.flow.graphs import after_of, all_before
from holdfast.orchestration.flow.names import FAULT, HANDED, ITEM, KEY, LAST, ROUND, VOTES
from holdfast.orchestration.flow.nodes import Fallback, Graph, Loop, Map, Node, Vote

ROUNDS = frozenset((ROUND, LAST))
SOMETIMES = frozenset((*ROUNDS, VOTES, FAULT, HANDED))
"""What is seen at some places only: where it is, no node is called so."""

_INSIDE: Mapping[type[Node], frozenset[str]] = {Map: frozenset((ITEM, KEY)), Loop: ROUNDS}
_NOTHING: frozenset[str] = frozenset()


def seen_besides(node: Node, child: Node) -> frozenset[str]:
    """Return the names that ``child``, which stands directly below ``node``, sees besides."""
    match node:
        case Graph():
            return all_before(child.name, after_of(node))
        case Vote(judge=judge) if child is judge:
            return frozenset((VOTES,))
        case Fallback(rungs=rungs) if child is not rungs[0]:
            return frozenset((FAULT,))
        case _:
            return _INSIDE.get(type(node), _NOTHING)
