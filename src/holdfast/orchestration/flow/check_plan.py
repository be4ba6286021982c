"""Whether a plan node says who plans, and with what. Pure; raises DefinitionError."""

from collections.abc import Collection, Mapping

from holdfast.kernel.errors import DefinitionError
from holdfast.orchestration.flow.nodes import PlanNode


def check_plan(node: PlanNode, path: str, known: Mapping[str, Collection[str]]) -> None:
    """Raise DefinitionError for a plan node that names what the app does not have, or leaves nothing to plan with."""
    listed = {"agent": node.agent_names, "tool": node.tools, "function": node.functions}
    if not any(listed.values()):
        raise DefinitionError(f"{path}: expected agents, tools or functions that a plan may use, found none")
    for what, names in {**listed, "planner": (node.planner,)}.items():
        there = known["agent" if what == "planner" else what]
        if missing := [name for name in names if name not in there]:
            told = ", ".join(sorted(there)) or "none"
            raise DefinitionError(f"{path}: expected {what} {missing[0]!r} to be one of the app's, found {told}")
        if len(set(names)) < len(names):
            raise DefinitionError(f"{path}: expected each {what} once, found {', '.join(names)}")
    if node.replans_max < 0:
        raise DefinitionError(f"{path}: expected replans_max of at least 0, found {node.replans_max}")
