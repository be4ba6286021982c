"""Whether a plan can be carried out, and is allowed to be: every problem in words its writer can do something about.

What is not known to be allowed is a problem: a plan names what was listed for it and nothing else.
"""

from collections import Counter
from collections.abc import Iterator, Mapping

from holdfast.journal.events.plans import PlannedStep
from holdfast.kernel.errors import DefinitionError, ExpressionError
from holdfast.kernel.paths import check_name
from holdfast.orchestration.flow.check import check_flow
from holdfast.orchestration.flow.names import GIVEN, HANDED, INPUT, RESERVED, RESULT, VARIABLES, VOTES
from holdfast.orchestration.flow.nodes import PlanNode
from holdfast.orchestration.flow.planned import APPROVE, DRAFT
from holdfast.orchestration.plan.graph import graph_of
from holdfast.orchestration.plan.schema import Plan, content_of
from holdfast.orchestration.planning.allowed import Allowed, Left
from holdfast.orchestration.planning.arguments import of_step
from holdfast.orchestration.planning.budgets import of_budget

PROBLEMS_TOLD_MAX = 20
SEEN = frozenset((INPUT, VARIABLES, GIVEN))
"""What the expressions of a plan see beside the steps they come after: the run's input and variables, the task."""
SEEN_IN_TURN = frozenset((HANDED, GIVEN))
"""The same in a turn of a handoff, where nothing of what is outside is seen."""
TAKEN = RESERVED | {GIVEN, RESULT, VOTES, DRAFT, APPROVE, "review", "undo", "turn", "call"}
"""What no step is called: expressions and paths use it for something else."""


def problems_of(
    plan: Plan,
    new: Plan,
    node: PlanNode,
    allowed: Allowed,
    left: Left,
    kept: Mapping[str, PlannedStep],
    *,
    is_in_turn: bool = False,
) -> list[str]:
    """Return what is wrong with ``plan``; with nothing it can be carried out.

    ``new`` is what was written, ``plan`` the same with the steps that are ``kept``; ``is_in_turn`` says that it is made
    in a turn of a handoff.
    """
    found = [
        *_of_whole(plan, node),
        *_of_kept(new, kept),
        *(problem for step in new.steps if step.name not in kept for problem in of_step(step, allowed)),
        *of_budget(plan, allowed, left, kept),
    ]
    if not found:
        found = list(_of_graph(plan, node, SEEN_IN_TURN if is_in_turn else SEEN))
    return found[:PROBLEMS_TOLD_MAX]


def _of_whole(plan: Plan, node: PlanNode) -> Iterator[str]:
    if not plan.steps:
        yield "expected at least one step, found none"
    if len(plan.steps) > node.steps_max:
        yield f"expected at most {node.steps_max} steps, found {len(plan.steps)}"
    for name, times in Counter(step.name for step in plan.steps).items():
        if times > 1:
            yield f"expected each step to have a name of its own, found {name!r:.80} {times} times"
        try:
            check_name(name, "step")
        except DefinitionError as error:
            yield str(error)
        if name in TAKEN:
            yield f"expected another name than {name!r}, which is used for something else"


def _of_kept(new: Plan, kept: Mapping[str, PlannedStep]) -> Iterator[str]:
    for step in new.steps:
        if step.name in kept and content_of(step) != kept[step.name].content:
            yield (
                f"expected {step.name} to stay as it is, for it is finished, found it changed: "
                "leave it out, and give what is to be done instead another name"
            )


def _of_graph(plan: Plan, node: PlanNode, names: frozenset[str]) -> Iterator[str]:
    """Yield the first thing that would be wrong with the graph if a developer had composed it."""
    try:
        graph = graph_of(plan, "plan", node.at_once_max)
        grants: dict[str, frozenset[str]] = {name: frozenset() for name in node.agent_names}
        check_flow(graph, set(node.agent_names), set(node.functions), set(node.tools), grants, names=names)
    except (DefinitionError, ExpressionError) as error:
        yield str(error)
