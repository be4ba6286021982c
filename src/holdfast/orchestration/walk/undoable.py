"""What a saga wants under way: its steps in order, or that what they did is undone. Pure."""

from collections.abc import Iterator

from holdfast.execution.actions import Action
from holdfast.journal.fold.state import NodeState
from holdfast.kernel import paths
from holdfast.kernel.outcomes import Outcome
from holdfast.orchestration.flow.nodes import Saga
from holdfast.orchestration.sagas.undoing import undoing
from holdfast.orchestration.walk.port import Walk, leave


def saga(walk: Walk, node: Saga, state: NodeState) -> Iterator[Action]:
    """What is not done as a whole is undone; so is what was begun when the saga's time was up."""
    is_undoing = paths.undo(state.path) in walk.run.nodes
    for step in () if is_undoing else node.steps:
        path = paths.below(state.path, step.do.name)
        child = walk.run.nodes.get(path)
        if child is None or child.outcome is None:
            yield from walk.node(step.do, path)
            return
        if child.outcome not in (Outcome.SUCCEEDED, Outcome.SKIPPED):
            is_undoing = True
            break
    if is_undoing:
        yield from undoing(node, state.path, walk.run, walk.agents)
    else:
        yield leave(walk.run, state, Outcome.SUCCEEDED)
