"""What a picture says of graphs and plans: what comes after what, who plans with what, what is carried out. Pure."""

from collections.abc import Iterator

from holdfast.journal.fold.state import RunState
from holdfast.kernel import paths
from holdfast.orchestration.flow.nodes import GraphStep, Node, PlanNode
from holdfast.orchestration.flow.planned import node_of, plan_of, present


def after_told(step: GraphStep) -> str:
    """Return what stands before a step of a graph: what it comes after, and what is expected of it."""
    told = [f"after {', '.join(step.after)}"] if step.after else []
    if step.expect is not None:
        told.append(f"expecting {step.expect}")
    return f"{', '.join(told)}: "


def plan_captions(node: PlanNode) -> Iterator[str]:
    """Yield what is to be said of a plan, piece by piece."""
    yield f"by {node.planner}"
    for what, names in (("agents", node.agent_names), ("tools", node.tools), ("functions", node.functions)):
        if names:
            yield f"may use {what} {', '.join(names)}"
    yield f"at most {node.steps_max} steps"
    yield f"{node.drafts_max} {'draft' if node.drafts_max == 1 else 'drafts'}"
    yield f"{node.replans_max + 1} {'version' if node.replans_max == 0 else 'versions'}"
    yield "a person approves" if node.approval is not None else "nobody approves"


def version_told(node: Node, path: str, run: RunState | None) -> str:
    """Return which version of the plan at ``path`` is carried out; empty for other nodes, and where none is."""
    state = None if run is None or not isinstance(node, PlanNode) else run.nodes.get(path)
    number = 0 if state is None else plan_of(state).version
    return f"version {number}" if number else ""


def planned_drawn(node: Node, path: str, run: RunState | None) -> list[tuple[Node, str, tuple[str, ...]]]:
    """Return the steps of the plan at ``path``, each with its path and what it comes after; for other nodes none."""
    state = None if run is None or not isinstance(node, PlanNode) else run.nodes.get(path)
    if state is None:
        return []
    return [(node_of(step), paths.below(path, step.place), step.after) for step in present(state)]
