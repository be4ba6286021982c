"""What a plan wants under way: who writes, who decides, and its steps once it is adopted. Pure."""

from collections.abc import Iterable

from holdfast.execution.actions import Action, Evaluate
from holdfast.journal.fold.state import NodeState
from holdfast.orchestration.flow.nodes import PlanNode
from holdfast.orchestration.flow.planned import approving, drafting, plan_of
from holdfast.orchestration.plan.stage import Adopt, Approve, Ask, Check, Draft, Edit, Ended, Running, stage
from holdfast.orchestration.walk.graphing import at_work
from holdfast.orchestration.walk.port import Walk, leave


def planned(walk: Walk, node: PlanNode, state: NodeState) -> Iterable[Action]:
    """What is next of the plan; nothing of a version runs before it is adopted."""
    match stage(node, state, walk.run):
        case Ask() | Check() | Edit() | Adopt():
            return (Evaluate(state.path),)
        case Draft(path):
            return walk.node(drafting(node), path)
        case Approve(path):
            return walk.node(approving(node, plan_of(state)), path)
        case Running(found):
            return at_work(walk, found, state, node.at_once_max)
        case Ended(outcome, fault):
            return (leave(walk.run, state, outcome, fault),)
