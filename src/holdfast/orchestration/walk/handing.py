"""What a handoff wants under way: the turn of the member that was handed over to, then what its contracts say. Pure."""

from collections.abc import Iterable

from holdfast.execution.actions import Action, Evaluate
from holdfast.journal.fold.handing import turns
from holdfast.journal.fold.state import NodeState
from holdfast.orchestration.flow.nodes import Handoff
from holdfast.orchestration.values import joins
from holdfast.orchestration.walk.port import Walk, leave


def handoff(walk: Walk, node: Handoff, state: NodeState) -> Iterable[Action]:
    """What the turn under way wants, then whether another has the next one."""
    turn = turns(walk.run, state)[-1]
    child = walk.run.nodes.get(turn.path)
    if child is None or child.outcome is None:
        member = next(each for each in node.members if each.name == turn.member)
        return walk.node(member, turn.path, Evaluate(turn.path, node.turn_timeout_seconds))
    if not child.outcome.is_success:
        return (leave(walk.run, state, child.outcome, joins.because(child)),)
    return (Evaluate(state.path),)
