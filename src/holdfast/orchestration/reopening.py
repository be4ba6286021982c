"""Which nodes of a run that failed are taken up where they stand, and which as if they had never been entered. Pure."""

from collections import defaultdict

import msgspec

from holdfast.journal.fold.state import NodeState, RunState
from holdfast.kernel import paths
from holdfast.kernel.errors import InputError

STEPS_TOLD_MAX = 12


class Reopening(msgspec.Struct, frozen=True):
    """Paths of nodes: those that go on, and those that are dropped with all below them."""

    reopened: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()


def reopening(state: RunState, from_step: str) -> Reopening:
    """Return what is taken up: what did not succeed; with ``from_step`` that step too, what follows on it in the
    sequences around it, and all that encloses it. What succeeded beside it is kept.

    Raises InputError for a step that the run has not entered.
    """
    if from_step and from_step not in state.nodes:
        told = ", ".join(sorted(state.nodes)[:STEPS_TOLD_MAX]) or "none"
        more = ", …" if len(state.nodes) > STEPS_TOLD_MAX else ""
        raise InputError(f"expected a step that run {state.run} has entered, found {from_step!r}: it has {told}{more}")
    root = state.nodes.get(state.app)
    if root is None:
        return Reopening()
    walk = _Walk(state, from_step)
    walk.down(root)
    return Reopening(tuple(walk.reopened), tuple(walk.dropped))


class _Walk:
    """One walk down from the root through what did not succeed, and to the step."""

    def __init__(self, state: RunState, from_step: str) -> None:
        self.reopened: list[str] = []
        self.dropped: list[str] = []
        self._from_step = from_step
        self._enclosing = set(paths.ancestors(from_step)) if from_step else set()
        self._children: defaultdict[str | None, list[NodeState]] = defaultdict(list)
        for node in state.nodes.values():
            self._children[paths.parent(node.path)].append(node)

    def down(self, node: NodeState) -> None:
        """Sort ``node`` and what lies below it."""
        assert node.outcome is not None, "a run that is over has left every node"
        if node.path == self._from_step:
            self.dropped.append(node.path)
        elif node.path in self._enclosing:
            self.reopened.append(node.path)
            self._around(node)
        elif node.outcome.is_success:
            return
        elif not _stands(node):
            self.dropped.append(node.path)
        else:
            self.reopened.append(node.path)
            for child in self._below(node):
                self.down(child)

    def _around(self, node: NodeState) -> None:
        """Sort the children of a node that encloses the step; of a sequence, those after it are dropped."""
        children = self._below(node)
        inner = next(child for child in children if child.path in self._enclosing or child.path == self._from_step)
        for child in children:
            if node.kind == "sequence" and child.left_at > inner.left_at:
                self.dropped.append(child.path)
            else:
                self.down(child)

    def _below(self, node: NodeState) -> list[NodeState]:
        return sorted(self._children[node.path], key=lambda child: child.path)


def _stands(node: NodeState) -> bool:
    """Whether a node has anything to go on from; otherwise it is entered anew, and its input evaluated again."""
    match node.kind:
        case "agent":
            return node.agent is not None and node.agent.turn > 0
        case "tool" | "function":
            return node.step.attempt > 0
        case "branch" | "map":
            return node.is_decided
        case "sequence" | "parallel" | "block":
            return True
        case _:
            return False
