"""What a parallel or map wants under way: so many of its branches at once, until its join is decided. Pure."""

from collections.abc import Iterator
from functools import lru_cache

from holdfast.execution.actions import Action, Evaluate
from holdfast.journal.fold.state import NodeState
from holdfast.kernel import paths
from holdfast.orchestration.flow.nodes import Map, Node, Parallel
from holdfast.orchestration.values import joins
from holdfast.orchestration.walk.port import Walk, leave

MAPS_REMEMBERED_MAX = 64
"""Of how many maps the paths of the items are kept, for they are asked for at every event."""


def parallel(walk: Walk, node: Parallel, state: NodeState) -> Iterator[Action]:
    """What its branches want, until the join is decided."""
    bodies = [(branch, paths.below(state.path, branch.name)) for branch in node.branches]
    return _fan_out(walk, node, state, bodies, node.branch_timeout_seconds)


def mapped(walk: Walk, node: Map, state: NodeState) -> Iterator[Action]:
    """What its items want, until the join is decided."""
    bodies = [(node.do, item) for item in _item_paths(state.path, state.keys)]
    return _fan_out(walk, node, state, bodies, node.item_timeout_seconds)


def _fan_out(
    walk: Walk, node: Parallel | Map, state: NodeState, bodies: list[tuple[Node, str]], timeout_seconds: float | None
) -> Iterator[Action]:
    states = [walk.run.nodes.get(path) for _, path in bodies]
    verdict = joins.settle(node.join, node.quorum, states)
    if verdict is not None:
        yield leave(walk.run, state, verdict.outcome, verdict.fault)
        return
    running = 0
    for (body, path), child in zip(bodies, states, strict=True):
        if child is not None and child.outcome is not None:
            continue
        running += 1
        if running > node.at_once_max:
            return
        yield from walk.node(body, path, Evaluate(path, timeout_seconds))


@lru_cache(maxsize=MAPS_REMEMBERED_MAX)
def _item_paths(path: str, keys: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(paths.item(path, key) for key in keys)
