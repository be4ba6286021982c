"""What is done again of the steps of a graph or a plan, and what of a plan's making. Pure."""

from collections.abc import Sequence

from holdfast.journal.fold.state import NodeState, RunState
from holdfast.kernel import paths
from holdfast.orchestration.flow.graphs import all_after
from holdfast.orchestration.flow.planned import (
    APPROVED,
    PLAN_KIND,
    approval_path,
    draft_path,
    name_of,
    place_of,
    plan_of,
)
from holdfast.orchestration.values.graphs import unmet


def following(step: NodeState, around: NodeState) -> set[str]:
    """Return the paths of the steps of a graph or plan that come after ``step``."""
    after = {} if around.graph is None else around.graph.after
    name = name_of(around, step.path.rpartition("/")[2])
    return {paths.below(around.path, place_of(around, other)) for other in all_after(name, after)}


def is_of_its_making(plan: NodeState, step: str) -> bool:
    """Whether ``step``, in or below ``plan``, is none that the present version carries out: a draft, a question, a step
    of an earlier version."""
    if plan.kind != PLAN_KIND:
        return False
    place = step.removeprefix(f"{plan.path}/").partition("/")[0]
    return place not in plan_of(plan).steps


def going_on(node: NodeState, below: Sequence[NodeState]) -> Sequence[NodeState]:
    """Return which of the nodes ``below`` a plan it goes on with: the steps of the version that is carried out, or
    before there is one the last draft and what was asked of it. Of other kinds of nodes all."""
    if node.kind != PLAN_KIND:
        return below
    plan = plan_of(node)
    if plan.version:
        wanted = {paths.below(node.path, place) for place in plan.steps}
    else:
        wanted = {draft_path(node.path, plan.drafts), approval_path(node.path, plan.checks)}
    return [child for child in below if child.path in wanted]


def is_void(child: NodeState, around: NodeState, run: RunState) -> bool:
    """Whether ``child`` has succeeded in vain: it did not come to what was expected of it, or was turned down."""
    if child.path in unmet(around, run):
        return True
    if around.kind != PLAN_KIND:
        return False
    plan = plan_of(around)
    is_bad = child.path == draft_path(around.path, plan.drafts) and plan.plan is None
    question = child.question
    is_refused = question is not None and question.choice is not None and question.choice != APPROVED
    return is_bad or is_refused
