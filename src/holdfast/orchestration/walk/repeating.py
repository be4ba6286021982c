"""What a loop or fallback wants under way: one after the other, until it has what it is there for. Pure."""

from collections.abc import Iterable

from holdfast.execution.actions import Action, Evaluate
from holdfast.journal.fold.state import NodeState
from holdfast.kernel import paths
from holdfast.orchestration.flow.nodes import Fallback, Loop
from holdfast.orchestration.values import joins, ladder, looping
from holdfast.orchestration.walk.port import Walk, leave


def loop(walk: Walk, node: Loop, state: NodeState) -> Iterable[Action]:
    """What the round under way wants, then whether another is needed."""
    number, last = looping.last_round(walk.run, state.path)
    if last is None or looping.goes_on(state, number, last):
        if number == node.rounds_max:
            return (leave(walk.run, state, *looping.exhausted(node)),)
        path = paths.item(state.path, str(number + 1))
        return walk.node(node.do, path, Evaluate(path, node.round_timeout_seconds))
    if last.outcome is None:
        return walk.node(node.do, last.path, Evaluate(last.path, node.round_timeout_seconds))
    if not last.outcome.is_success:
        return (leave(walk.run, state, last.outcome, joins.because(last)),)
    return (Evaluate(state.path),)


def fallback(walk: Walk, node: Fallback, state: NodeState) -> Iterable[Action]:
    """What the highest rung wants that has not been given up."""
    ended: list[NodeState] = []
    for rung in node.rungs:
        path = paths.below(state.path, rung.name)
        child = walk.run.nodes.get(path)
        if child is None or child.outcome is None:
            return walk.node(rung, path)
        if ladder.has_answered(child):
            return (leave(walk.run, state, *ladder.answered(node, child, ended)),)
        ended.append(child)
        if not ladder.steps_down(node, child, walk.run):
            break
    return (leave(walk.run, state, *ladder.unanswered(ended)),)
