"""How one version of a plan follows on another: what is finished stays, where it lies and as it is. Pure."""

from collections.abc import Collection, Mapping

from holdfast.journal.events.plans import PlannedStep, StepKind
from holdfast.journal.fold.state import NodeState, RunState
from holdfast.kernel import paths
from holdfast.orchestration.flow.nodes import PlanNode
from holdfast.orchestration.flow.planned import node_of, plan_of, present
from holdfast.orchestration.plan.schema import Plan, content_of
from holdfast.orchestration.values.graphs import Placed, Standing, standing


def placed(state: NodeState) -> list[Placed]:
    """Return the steps of the version that is carried out, where they lie."""
    return [
        Placed(step.name, paths.below(state.path, step.place), node_of(step), step.after, step.is_judged)
        for step in present(state)
    ]


def standing_of(state: NodeState, run: RunState) -> Standing:
    """Return how the steps of the version stand that is carried out."""
    return standing(placed(state), state, run)


def finished(state: NodeState, run: RunState) -> dict[str, PlannedStep]:
    """Return by name the steps that have succeeded, and came to what was expected of them."""
    found = standing_of(state, run)
    left = {step.path for step in found.to_judge} | {failed.path for failed in found.failed}
    done: dict[str, PlannedStep] = {}
    for step in present(state):
        path = paths.below(state.path, step.place)
        node = run.nodes.get(path)
        if path not in left and node is not None and node.outcome is not None and node.outcome.is_success:
            done[step.name] = step
    return done


def merged(plan: Plan, before: Plan | None, kept: Collection[str]) -> Plan:
    """Return ``plan`` with the steps of the version ``before`` that are ``kept``, as they were, ahead of all others."""
    stay = () if before is None else tuple(step for step in before.steps if step.name in kept)
    return Plan(steps=(*stay, *(step for step in plan.steps if step.name not in kept)), why=plan.why)


def adopted(plan: Plan, kept: Mapping[str, PlannedStep], state: NodeState, run: RunState) -> tuple[PlannedStep, ...]:
    """Return the steps of ``plan`` as the next version has them: what is ``kept`` as it is, others at new paths."""
    version = plan_of(state).version + 1
    steps = []
    for step in plan.steps:
        if step.name in kept:
            steps.append(kept[step.name])
            continue
        is_free = paths.below(state.path, step.name) not in run.nodes
        steps.append(
            PlannedStep(
                name=step.name,
                place=step.name if is_free else f"{step.name}.{version}",
                kind=StepKind(step.kind),
                what=step.uses,
                content=content_of(step),
                after=step.after,
                is_judged=step.holds is not None,
                share=step.share,
            )
        )
    return tuple(steps)


def is_allowed(step: PlannedStep, node: PlanNode) -> bool:
    """Whether a plan of ``node`` may use what ``step`` does."""
    match step.kind:
        case StepKind.AGENT:
            return step.what in node.agent_names
        case StepKind.TOOL:
            return step.what in node.tools
        case StepKind.FUNCTION:
            return step.what in node.functions
