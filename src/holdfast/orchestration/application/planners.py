"""Whether whoever plans answers with a plan, and nothing that cannot be taken back is done without a person's yes."""

from collections.abc import Iterator, Mapping

from holdfast.execution.agent import Agent
from holdfast.integration.tools.contract import Tool
from holdfast.kernel.effects import IRREVERSIBLE
from holdfast.kernel.errors import DefinitionError
from holdfast.orchestration.application.undo import Called
from holdfast.orchestration.flow.nodes import Node, PlanNode, children
from holdfast.orchestration.plan.schema import Plan


def check_planners(flow: Node, called: Called) -> None:
    """Raise DefinitionError for a plan node of ``flow`` whose planner cannot plan, or whose plans nobody approves
    although they may do what nothing takes back."""
    for path, node in _plans(flow, flow.name):
        planner = called.agents[node.planner]
        if planner.output is not Plan:
            raise DefinitionError(
                f"{path}: expected planner {node.planner!r} to answer with a plan, found "
                f"output={planner.output!r:.60}: declare it with output=Plan"
            )
        if node.approval is not None:
            continue
        for name, tool in _usable(node, called):
            if tool.reversibility == IRREVERSIBLE and tool.ask_when is None:
                raise DefinitionError(
                    f"{path}: expected a person to approve plans that may use {name}, which nothing takes back, found "
                    "nobody: give it approval=PlanApproval(), or the tool an undo or ask_when"
                )


def _plans(node: Node, path: str) -> Iterator[tuple[str, PlanNode]]:
    if isinstance(node, PlanNode):
        yield path, node
    for child in children(node):
        yield from _plans(child, f"{path}/{child.name}")


def _usable(node: PlanNode, called: Called) -> Iterator[tuple[str, Tool]]:
    """Yield every tool that a plan may call, also through an agent, with what it is called in messages."""
    for known, names in ((called.tools, node.tools), (called.functions, node.functions)):
        yield from ((name, known[name]) for name in names)
    agents: Mapping[str, Agent] = called.agents
    for agent in node.agent_names:
        yield from ((f"{tool.name} (of agent {agent})", tool) for tool in agents[agent].tools)
