"""What a plan of one node may use, and what is left for it to spend."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from holdfast.execution.agent import Agent
from holdfast.execution.decide import run_account
from holdfast.integration.tools.contract import Tool
from holdfast.journal.fold.state import RunState
from holdfast.kernel.limits import usd_left
from holdfast.orchestration.application.app import App
from holdfast.orchestration.flow.nodes import PlanNode, Skill


@dataclass(frozen=True, slots=True)
class Allowed:
    """The agents, tools and functions that a plan may use, by name."""

    agents: Mapping[str, Agent]
    tools: Mapping[str, Tool]
    functions: Mapping[str, Tool]
    skills: Mapping[str, str]
    """What the agents are good at, as far as that is declared."""

    def of(self, kind: str) -> Mapping[str, Agent | Tool]:
        """Return those of one kind."""
        every: dict[str, Mapping[str, Agent | Tool]] = {
            "agent": self.agents,
            "tool": self.tools,
            "function": self.functions,
        }
        return every[kind]


class Left(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is left of a run's budget; None: it has no limit of this kind."""

    tokens: int | None = None
    usd: float | None = None
    turns: int | None = None
    tool_calls: int | None = None


def allowed_by(node: PlanNode, app: App) -> Allowed:
    """Return what plans of ``node`` may use."""
    return Allowed(
        {name: app.agents_by_name[name] for name in node.agent_names},
        {name: app.tools_by_name[name] for name in node.tools},
        {name: app.functions_by_name[name] for name in node.functions},
        {each.agent: each.does for each in node.agents if isinstance(each, Skill)},
    )


def left_of(run: RunState) -> Left:
    """Return what is left of the budget of ``run``: what is lent or reserved is not."""
    account = run_account(run)
    budget, spend = account.budget, account.spend
    return Left(
        tokens=None if budget.tokens is None else max(0, budget.tokens - spend.tokens - account.reserved),
        usd=None if budget.usd is None else max(0.0, usd_left(budget.usd, spend.usd + account.reserved_usd)),
        turns=None if budget.turns is None else max(0, budget.turns - spend.turns),
        tool_calls=None if budget.tool_calls is None else max(0, budget.tool_calls - spend.tool_calls),
    )
