"""What an app declares, as its policies see it, and the rules that its calls are decided by."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from holdfast.execution.agent import Agent
from holdfast.governance.policy.declared import Declared, DeclaredAgent, DeclaredTool, Source
from holdfast.governance.policy.rules import rules_of
from holdfast.integration.tools.circumstances import CONFIDENCE
from holdfast.integration.tools.contract import Tool
from holdfast.integration.tools.stock.results import RESULT_TOOLS
from holdfast.kernel.errors import DefinitionError


@dataclass(frozen=True)
class Governed:
    """The part of an app that policies bear on."""

    app: str
    agents: Sequence[Agent]
    tools: Sequence[Tool]
    functions: Sequence[Tool]
    files: tuple[Source, ...]

    @property
    def is_needed(self) -> bool:
        """Whether anything is declared that a call has to be judged by."""
        asks = any(tool.ask_when is not None or tool.ask_below_confidence is not None for tool in self._tools)
        levels = any(agent.autonomy is not None or agent.ask_below_confidence is not None for agent in self.agents)
        return bool(self.files) or asks or levels

    @property
    def sources(self) -> tuple[Source, ...]:
        """The policies: what the declarations come to, then the files. Raises DefinitionError."""
        return (*rules_of(self.declared, has_files=bool(self.files)), *self.files)

    @property
    def declared(self) -> Declared:
        """What policies can speak of. Raises DefinitionError if two tools share a name."""
        tools = dict[str, Tool]()
        for each in (*RESULT_TOOLS, *self._tools):
            if tools.setdefault(each.name, each) is not each:
                raise DefinitionError(
                    f"app {self.app!r}: expected one tool called {each.name!r} for policies to speak of, found two"
                )
        agents = tuple(_agent(agent) for agent in self.agents)
        return Declared(
            app=self.app,
            tools=tuple(_tool(each) for each in tools.values()),
            agents=agents,
            own=tuple(each.name for each in RESULT_TOOLS),
            functions=tuple(each.name for each in self.functions if each.permission is None),
        )

    def check(self) -> None:
        """Find what is declared so that no policy could do as it says. Raises DefinitionError."""
        for tool in self._tools:
            if tool.permission is not None and not self.files:
                raise DefinitionError(
                    f"tool {tool.name}: needs the permission {tool.permission!r}, and app {self.app!r} has no policies "
                    "that could give it: add policies="
                )
            _check_confidence(tool, tool.ask_below_confidence)
        for agent in self.agents:
            for tool in agent.tools:
                _check_confidence(tool, agent.ask_below_confidence if tool.effect.needs_intent else None)
        if self.is_needed:
            _ = self.sources

    @property
    def tools_by_name(self) -> dict[str, Tool]:
        """Every tool that policies can speak of."""
        return {tool.name: tool for tool in (*RESULT_TOOLS, *self._tools)}

    @property
    def _tools(self) -> Iterable[Tool]:
        given = (*(tool for agent in self.agents for tool in agent.tools), *self.tools, *self.functions)
        return dict.fromkeys((*given, *(tool.undo for tool in given if tool.undo is not None)))


def _check_confidence(tool: Tool, least: float | None) -> None:
    if least is None:
        return
    if not 0 <= least <= 1:
        raise DefinitionError(f"tool {tool.name}: expected ask_below_confidence from 0 to 1, found {least}")
    properties = tool.parameters.get("properties")
    said = properties.get(CONFIDENCE) if isinstance(properties, dict) else None
    if not isinstance(said, dict) or said.get("type") != "number":
        raise DefinitionError(
            f"tool {tool.name}: expected an argument '{CONFIDENCE}: float', in which the model says how sure it is, "
            "beside ask_below_confidence"
        )


def _agent(agent: Agent) -> DeclaredAgent:
    return DeclaredAgent(
        name=agent.name,
        tools=tuple(tool.name for tool in agent.tools),
        autonomy=agent.autonomy,
        ask_below_confidence=agent.ask_below_confidence,
    )


def _tool(tool: Tool) -> DeclaredTool:
    return DeclaredTool(
        name=tool.name,
        effect=tool.effect,
        reversibility=tool.reversibility,
        parameters=tool.parameters,
        server=tool.server,
        permission=tool.permission,
        ask_when=tool.ask_when,
        ask_below_confidence=tool.ask_below_confidence,
    )
