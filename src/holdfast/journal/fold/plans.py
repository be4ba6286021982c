"""How plans evolve."""

from msgspec.structs import replace

from holdfast.journal.events import PlanAdopted, PlanAsked, PlanChecked
from holdfast.journal.fold.graph_state import GraphState, PlanState
from holdfast.journal.fold.nodes import entered, with_node
from holdfast.journal.fold.state import NodeState, RunState


def plan_asked(state: RunState, event: PlanAsked, _at: float, version: int) -> RunState:
    node, plan = _plan(state, event.node)
    tries = plan.tries + 1 if plan.is_open else 1
    plan = replace(plan, is_open=True, drafts=event.draft, tries=tries, told=event.input, edits=0, plan=None)
    return with_node(state, _with(node, plan), version)


def plan_checked(state: RunState, event: PlanChecked, _at: float, version: int) -> RunState:
    node, plan = _plan(state, event.node)
    plan = replace(
        plan,
        checks=plan.checks + 1,
        checked_at=version,
        edits=plan.edits + bool(event.by),
        problems=event.problems,
        found=event.found,
        by=event.by,
        plan=plan.plan if event.plan is None else event.plan,
    )
    return with_node(state, _with(node, plan), version)


def plan_adopted(state: RunState, event: PlanAdopted, _at: float, version: int) -> RunState:
    node, plan = _plan(state, event.node)
    plan = replace(
        plan,
        is_open=False,
        version=event.number,
        adopted=event.plan,
        steps=tuple(step.place for step in event.steps),
        known={**plan.known, **{step.place: step for step in event.steps}},
    )
    graph = replace(node.graph or GraphState(), after={step.name: step.after for step in event.steps})
    return with_node(state, _with(replace(node, graph=graph), plan), version)


def taken_up_again(node: NodeState) -> NodeState:
    """Return a plan that goes on after it had failed: what failed is tried again before another plan is made."""
    plan = None if node.graph is None else node.graph.plan
    if plan is None or not plan.version:
        return node
    return _with(node, replace(plan, is_open=False))


def _plan(state: RunState, path: str) -> tuple[NodeState, PlanState]:
    node = entered(state, path)
    return node, (node.graph and node.graph.plan) or PlanState()


def _with(node: NodeState, plan: PlanState) -> NodeState:
    return replace(node, graph=replace(node.graph or GraphState(), plan=plan))
