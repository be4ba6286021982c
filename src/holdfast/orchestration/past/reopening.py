"""Which nodes of a run that failed are taken up where they stand, and which as if they had never been entered. Pure."""

from collections import defaultdict
from collections.abc import Sequence

import msgspec

from holdfast.journal.fold.handing import HANDOFF_KIND
from holdfast.journal.fold.sagas import SAGA_KIND
from holdfast.journal.fold.state import NodeState, RunState
from holdfast.journal.fold.variables import BLOCK_KIND, overtaken
from holdfast.kernel import paths
from holdfast.kernel.errors import InputError
from holdfast.orchestration.past.reopened_graphs import following, going_on, is_of_its_making, is_void
from holdfast.orchestration.values.ladder import FALLBACK_KIND
from holdfast.orchestration.values.looping import LOOP_KIND
from holdfast.orchestration.values.rounds import REVIEW_KIND
from holdfast.orchestration.values.votes import VOTE_KIND

STEPS_TOLD_MAX = 12
SCRIPT_KIND = "script"
IN_TURN = ("sequence", LOOP_KIND, FALLBACK_KIND, HANDOFF_KIND)
"""The kinds of nodes of which what comes after a step is done again with it."""


class Reopening(msgspec.Struct, frozen=True):
    """Paths of nodes: those that go on, and those that are dropped with all below them."""

    reopened: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()


def reopening(state: RunState, from_step: str) -> Reopening:
    """Return what is taken up: what did not succeed; with ``from_step`` that step too, what follows on it in the
    sequences, loops, fallbacks and handoffs around it, and all that encloses it. What succeeded beside it is kept, but
    of a block all or nothing is done again, and no review of the result is kept. A fallback stays on the rung it came
    to.

    Raises InputError for a step that the run has not entered, and for one that cannot be done again by itself.
    """
    if from_step and from_step not in state.nodes:
        told = ", ".join(sorted(state.nodes)[:STEPS_TOLD_MAX]) or "none"
        more = ", …" if len(state.nodes) > STEPS_TOLD_MAX else ""
        raise InputError(f"expected a step that run {state.run} has entered, found {from_step!r}: it has {told}{more}")
    _check_by_itself(state, from_step)
    root = state.nodes.get(state.app)
    if root is None:
        return Reopening()
    walk = _Walk(state, from_step)
    walk.down(root)
    return Reopening(tuple(walk.reopened), (*walk.dropped, *_rounds(state, root, walk)))


def _rounds(state: RunState, root: NodeState, walk: "_Walk") -> list[str]:
    """Return the rounds of the review: what they said was of another result, if anything is done again."""
    if root.path in walk.dropped or not walk.reopened:
        return []
    return sorted(node.path for node in state.nodes.values() if node.kind == REVIEW_KIND)


def _check_by_itself(state: RunState, from_step: str) -> None:
    """Raise InputError for a step that only what lies around it could have done again."""
    around = [state.nodes[path] for path in (from_step, *paths.ancestors(from_step)) if path in state.nodes]
    if any(node.kind == REVIEW_KIND for node in around):
        raise InputError(
            f"expected a step of the flow of run {state.run}, found {from_step!r} in a review of its result: "
            "name a step of the flow, and what comes of it is reviewed anew"
        )
    for node in reversed(around):
        if node.kind == SCRIPT_KIND and node.path != from_step:
            raise InputError(
                f"expected a step that its flow declares, found {from_step!r}, which a script asked for: "
                f"name the script, {node.path}, and it runs anew from its beginning"
            )


class _Walk:
    """One walk down from the root through what did not succeed, and to the step."""

    def __init__(self, state: RunState, from_step: str) -> None:
        self.reopened: list[str] = []
        self.dropped: list[str] = []
        self._state = state
        self._from_step = from_step
        self._enclosing = set(paths.ancestors(from_step)) if from_step else set()
        self._children: defaultdict[str | None, list[NodeState]] = defaultdict(list)
        for node in state.nodes.values():
            if node.kind != REVIEW_KIND:
                self._children[paths.parent(node.path)].append(node)

    def down(self, node: NodeState) -> None:
        """Sort ``node`` and what lies below it."""
        assert node.outcome is not None, "a run that is over has left every node"
        if node.path == self._from_step:
            self.dropped.append(node.path)
        elif node.path in self._enclosing and (
            node.kind in (BLOCK_KIND, SAGA_KIND) or is_of_its_making(node, self._from_step)
        ):
            self.dropped.append(node.path)  # what it has staged, planned, or would undo is of all its steps
        elif node.path in self._enclosing:
            self.reopened.append(node.path)
            self._around(node)
        elif node.outcome.is_success:
            return
        elif not _stands(node) or (node.kind == BLOCK_KIND and overtaken(self._state, node)):
            self.dropped.append(node.path)
        else:
            self._inward(node)

    def _inward(self, node: NodeState) -> None:
        """Take up a node that stands. A block of which a script is dropped goes with it: it has staged its writes."""
        reopened, dropped = len(self.reopened), len(self.dropped)
        self.reopened.append(node.path)
        for child in self._taken_up(node):
            self._sort(child, node)
        if node.kind == BLOCK_KIND and any(self._is_script(path) for path in self.dropped[dropped:]):
            del self.reopened[reopened:], self.dropped[dropped:]
            self.dropped.append(node.path)

    def _is_script(self, path: str) -> bool:
        return self._state.nodes[path].kind == SCRIPT_KIND

    def _around(self, node: NodeState) -> None:
        """Sort the children of a node that encloses the step; of those in turn, the ones after it are dropped."""
        children = self._below(node)
        inner = next(child for child in children if child.path in self._enclosing or child.path == self._from_step)
        if node.kind == VOTE_KIND and not _is_voter(inner, node):
            self.down(inner)
            return
        self.dropped.extend(self._judges(node))
        after = following(inner, node)
        for child in going_on(node, children):
            if child.path in self.dropped:
                continue
            if child.path in after or (node.kind in IN_TURN and child.left_at > inner.left_at):
                self.dropped.append(child.path)
            elif node.kind != FALLBACK_KIND or child is inner:
                self._sort(child, node)

    def _sort(self, child: NodeState, around: NodeState) -> None:
        """Sort a child of ``around``: what succeeded in vain is done again."""
        if is_void(child, around, self._state):
            self.dropped.append(child.path)
        else:
            self.down(child)

    def _taken_up(self, node: NodeState) -> Sequence[NodeState]:
        """Return the children to go on with: of a fallback only the rung that it has come to.

        Of a vote that was judged only the judge: the answers are in.
        """
        below = self._below(node)
        if node.kind == FALLBACK_KIND or self._judges(node):
            return sorted(below, key=lambda child: child.left_at)[-1:]
        return going_on(node, below)

    def _judges(self, node: NodeState) -> list[str]:
        """Return who has judged the answers of a vote."""
        return [child.path for child in self._below(node) if node.kind == VOTE_KIND and not _is_voter(child, node)]

    def _below(self, node: NodeState) -> list[NodeState]:
        return sorted(self._children[node.path], key=lambda child: child.path)


def _is_voter(child: NodeState, vote: NodeState) -> bool:
    return child.path.rpartition("/")[2] in vote.branches


def _stands(node: NodeState) -> bool:
    """Whether a node has anything to go on from; otherwise it is entered anew, and its input evaluated again."""
    match node.kind:
        case "agent":
            return node.agent is not None and node.agent.turn > 0
        case "tool" | "function":
            return node.step.attempt > 0
        case "branch" | "map":
            return node.is_decided
        case "sequence" | "parallel" | "block" | "loop" | "fallback" | "vote" | "graph" | "plan" | "handoff":
            return True
        case _:
            return False
