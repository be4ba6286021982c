"""What a sequence, branch or block wants under way. Pure."""

from collections.abc import Iterable

from holdfast.execution.actions import Action
from holdfast.journal.fold.state import NodeState
from holdfast.journal.fold.variables import overtaken
from holdfast.kernel import paths
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from holdfast.orchestration.flow.nodes import Block, Branch, Sequence, children
from holdfast.orchestration.values import joins
from holdfast.orchestration.walk.port import Walk, leave


def sequence(walk: Walk, node: Sequence, state: NodeState) -> Iterable[Action]:
    """What its next step wants; a part of it makes the whole a part."""
    is_partial = False
    for step in node.steps:
        path = paths.below(state.path, step.name)
        child = walk.run.nodes.get(path)
        if child is None or child.outcome is None:
            return walk.node(step, path)
        if not child.outcome.is_success:
            return (leave(walk.run, state, Outcome.FAILED, joins.because(child)),)
        is_partial = is_partial or child.outcome is Outcome.PARTIAL
    return (leave(walk.run, state, Outcome.PARTIAL if is_partial else Outcome.SUCCEEDED),)


def branch(walk: Walk, node: Branch, state: NodeState) -> Iterable[Action]:
    """What the case that was taken wants."""
    taken = next((child for child in children(node) if child.name == state.case), None)
    if taken is None:
        return (leave(walk.run, state, Outcome.SKIPPED),)
    path = paths.below(state.path, taken.name)
    child = walk.run.nodes.get(path)
    if child is None or child.outcome is None:
        return walk.node(taken, path)
    return (leave(walk.run, state, child.outcome, None if child.outcome.is_success else joins.because(child)),)


def block(walk: Walk, node: Block, state: NodeState) -> Iterable[Action]:
    """What is inside wants; at its end, whether it was alone in what it has written."""
    path = paths.below(state.path, node.do.name)
    child = walk.run.nodes.get(path)
    if child is None or child.outcome is None:
        return walk.node(node.do, path)
    if not child.outcome.is_success:
        return (leave(walk.run, state, child.outcome, joins.because(child)),)
    if lost := overtaken(walk.run, state):
        message = f"expected to be alone in writing {', '.join(lost)}, found them written outside of it meanwhile"
        return (leave(walk.run, state, Outcome.FAILED, Fault(ErrorKind.CONFLICT, message)),)
    return (leave(walk.run, state, child.outcome),)
