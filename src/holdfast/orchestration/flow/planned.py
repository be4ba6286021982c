"""What lies below a plan, as nodes of the flow: none of it is declared, it is on record. Pure."""

from holdfast.journal.events.plans import PlannedStep, StepKind
from holdfast.journal.fold.graph_state import PlanState
from holdfast.journal.fold.state import NodeState, RunState
from holdfast.kernel import paths
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.ids import PayloadId
from holdfast.orchestration.flow.nodes import AgentNode, DecisionNode, FunctionNode, PlanNode, ToolNode

PLAN_KIND = "plan"
DRAFT, APPROVE = "draft", "approve"
"""What the planner's drafts and the questions to a person are called in paths: with a number, ``draft.1``."""
APPROVED, REJECTED, EDITED = "approve", "reject", "edit"
"""What a person can decide of a plan."""
NO_PLAN = PlanState()


def plan_of(node: NodeState) -> PlanState:
    """Return where the plan at ``node`` stands."""
    return NO_PLAN if node.graph is None or node.graph.plan is None else node.graph.plan


def present(node: NodeState) -> list[PlannedStep]:
    """Return the steps of the version that is carried out, in order."""
    plan = plan_of(node)
    return [plan.known[place] for place in plan.steps]


def place_of(node: NodeState, name: str) -> str:
    """Return by what name the step called ``name`` lies below ``node``: of a plan where the present version has it."""
    return next((step.place for step in present(node) if step.name == name), name)


def name_of(node: NodeState, place: str) -> str:
    """Return what the step is called that lies at ``place`` below ``node``."""
    step = plan_of(node).known.get(place)
    return place if step is None else step.name


def draft_path(path: str, number: int) -> str:
    """Return where the planner writes its draft of that number for the plan at ``path``."""
    return paths.below(path, f"{DRAFT}.{number}")


def approval_path(path: str, number: int) -> str:
    """Return where a person is asked about what was checked as that number."""
    return paths.below(path, f"{APPROVE}.{number}")


def plan_around(run: RunState, path: str) -> NodeState | None:
    """Return the plan that the node at ``path`` lies directly below; None if it does not."""
    parent = paths.parent(path)
    node = None if parent is None else run.nodes.get(parent)
    return node if node is not None and node.kind == PLAN_KIND else None


def step_at(run: RunState, path: str) -> PlannedStep | None:
    """Return the step of a plan, of whichever version, that lies at ``path``."""
    node = plan_around(run, path)
    return None if node is None else plan_of(node).known.get(path.rpartition("/")[2])


def is_draft(run: RunState, path: str) -> bool:
    """Whether the planner writes a draft at ``path``."""
    return plan_around(run, path) is not None and path.rpartition("/")[2].startswith(f"{DRAFT}.")


def told_at(run: RunState, path: str) -> PayloadId | None:
    """Return what the planner is told for its draft at ``path``; None if no draft lies there."""
    node = plan_around(run, path) if is_draft(run, path) else None
    return None if node is None else plan_of(node).told


def is_approval(run: RunState, path: str) -> bool:
    """Whether a person is asked about a plan at ``path``."""
    return plan_around(run, path) is not None and path.rpartition("/")[2].startswith(f"{APPROVE}.")


def is_made_there(run: RunState, path: str) -> bool:
    """Whether a plan is written or decided of at ``path``."""
    return is_draft(run, path) or is_approval(run, path)


def node_of(step: PlannedStep) -> AgentNode | FunctionNode | ToolNode:
    """Return the node that does what ``step`` is there for."""
    match step.kind:
        case StepKind.AGENT:
            return AgentNode(step.name, step.what, share=step.share)
        case StepKind.TOOL:
            return ToolNode(step.name, step.what)
        case StepKind.FUNCTION:
            return FunctionNode(step.name, step.what)


def drafting(node: PlanNode) -> AgentNode:
    """Return the node at which the planner writes."""
    return AgentNode(DRAFT, node.planner)


def approving(node: PlanNode, plan: PlanState) -> DecisionNode:
    """Return the node at which a person is asked of what was written; without a plan that can be carried out there is
    nothing to say yes to. What is asked lies in the payload of the question."""
    seconds = None if node.approval is None else node.approval.deadline_seconds
    default = None if seconds is None else REJECTED
    options = (REJECTED, EDITED) if plan.plan is None else (APPROVED, REJECTED, EDITED)
    return DecisionNode(APPROVE, "''", options, deadline_seconds=seconds, at_deadline=default)


def part_at(node: PlanNode, path: str, run: RunState) -> AgentNode | FunctionNode | ToolNode | DecisionNode:
    """Return what lies at ``path`` directly below the plan of ``node``. Raises DefinitionError if nothing does."""
    if is_draft(run, path):
        return drafting(node)
    plan = plan_around(run, path)
    if plan is not None and is_approval(run, path):
        return approving(node, plan_of(plan))
    step = step_at(run, path)
    if step is None:
        raise DefinitionError(f"expected a step of an adopted plan at {path!r}, found none: the flow has changed")
    return node_of(step)
