"""What a check has before it: what was declared, and what the search has seen of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from holdfast.integration.tools.contract import Tool
from holdfast.orchestration.application.tool_map import FLOW, Standing, Use
from holdfast.orchestration.flow.nodes import AgentNode, FunctionNode, PlanNode, ToolNode
from holdfast.verify.report import Finding, Report
from holdfast.verify.search.search import Searched
from holdfast.verify.subject import Subject


@dataclass(frozen=True)
class Seen:
    """One application, declared and searched."""

    subject: Subject
    searched: Searched
    uses: Sequence[Use] = ()
    children: Mapping[str, Report] = field(default_factory=dict)
    """By app, what came of verifying those of which it begins runs."""
    child_uses: Mapping[str, Sequence[Use]] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """Whether every situation was visited."""
        return not self.searched.hit

    def story(self, number: int) -> tuple[str, ...]:
        """Return what leads to situation ``number``."""
        return self.searched.way_to(number)

    def beyond(self, what: str) -> tuple[Finding, ...]:
        """Return that ``what`` is not proved, if the search did not see everything."""
        if self.is_whole:
            return ()
        return (Finding(self.subject.flow.name, f"the search ended at {self.searched.hit}: {what}"),)

    def opaque(self, what: str) -> tuple[Finding, ...]:
        """Return that ``what`` is not known, for each place that is opaque."""
        return tuple(Finding(place, f"it is opaque: {what}") for place in self.subject.opaque)

    @cached_property
    def acting(self) -> tuple[tuple[str, str, Tool], ...]:
        """Every place from which a tool may be called, with the caller and the tool."""
        found = [(place, name, tool) for place, name, tools in self.agents for tool in tools]
        for place, node in self.subject.places.items():
            match node:
                case ToolNode() | FunctionNode() if (tool := self.subject.called(node)) is not None:
                    found.append((place, FLOW, tool))
                case PlanNode(tools=tools, functions=functions):
                    called = [self.subject.tools.get(name) for name in tools]
                    called += [self.subject.functions.get(name) for name in functions]
                    found.extend((place, FLOW, tool) for tool in called if tool is not None)
                case _:
                    pass
        return tuple(found)

    @cached_property
    def agents(self) -> tuple[tuple[str, str, tuple[Tool, ...]], ...]:
        """Every place at which an agent may be at work, its name, and the tools that it has there."""
        found: list[tuple[str, str, tuple[Tool, ...]]] = []
        for place, node in self.subject.places.items():
            if isinstance(node, AgentNode):
                found.append((place, node.agent, self.subject.granted(node)))
            elif isinstance(node, PlanNode):
                names = dict.fromkeys((node.planner, *node.agent_names))
                declared = [self.subject.agents[name] for name in names if name in self.subject.agents]
                found.extend((place, agent.name, tuple(agent.tools)) for agent in declared)
        return tuple(found)

    def use(self, caller: str, tool: str) -> Use | None:
        """Return what the policies say of ``tool`` in the hands of ``caller``."""
        return next((each for each in self.uses if (each.caller, each.tool) == (caller, tool)), None)

    def is_denied(self, caller: str, tool: str) -> bool:
        """Whether no call of ``tool`` by ``caller`` is let through."""
        use = self.use(caller, tool)
        return use is not None and use.standing is Standing.DENIED
