"""What a graph wants under way: each step as soon as those before it have succeeded. Pure."""

from collections.abc import Iterator

from holdfast.execution.actions import Action, Evaluate
from holdfast.journal.fold.state import NodeState
from holdfast.kernel.outcomes import Outcome
from holdfast.orchestration.flow.nodes import Graph
from holdfast.orchestration.values.graphs import Standing, first_fault, placed, standing
from holdfast.orchestration.walk.port import Walk, leave


def graph(walk: Walk, node: Graph, state: NodeState) -> Iterator[Action]:
    """What its steps want, until one has failed or all have succeeded."""
    found = standing(placed(node, state.path), state, walk.run)
    if found.failed:
        yield leave(walk.run, state, Outcome.FAILED, first_fault(found))
    elif found.is_done:
        yield leave(walk.run, state, Outcome.SUCCEEDED if found.is_whole else Outcome.PARTIAL)
    else:
        yield from at_work(walk, found, state, node.at_once_max)


def at_work(walk: Walk, found: Standing, state: NodeState, at_once_max: int) -> Iterator[Action]:
    """What the steps under way want, those that may begin, and the verdict on those that have ended."""
    if found.to_judge:
        yield Evaluate(state.path)
    for step in (*found.under_way, *found.ready)[: max(at_once_max, len(found.under_way))]:
        yield from walk.node(step.do, step.path)
