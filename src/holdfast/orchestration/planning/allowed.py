"""What a plan of one node may use, and what is left for it to spend."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from holdfast.execution.agent import Agent
from holdfast.execution.decide import run_account, share_accounts
from holdfast.governance.budget import Account
from holdfast.integration.tools.contract import Tool
from holdfast.journal.fold.state import RunState
from holdfast.kernel.limits import usd_left
from holdfast.orchestration.application.app import App
from holdfast.orchestration.flow.nodes import PlanNode, Skill

Amount = TypeVar("Amount", int, float)


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
    """What is left to spend; None: there is no limit of this kind."""

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


def left_of(run: RunState, path: str) -> Left:
    """Return what is left for the plan at ``path`` of the budget of ``run``, and of every share around it."""
    each = [_left(account) for account in (*share_accounts(path, run), run_account(run))]
    return Left(
        tokens=_least(left.tokens for left in each),
        usd=_least(left.usd for left in each),
        turns=_least(left.turns for left in each),
        tool_calls=_least(left.tool_calls for left in each),
    )


def _left(account: Account) -> Left:
    """Return what is left of one budget: what is lent or reserved is not."""
    budget, spend = account.budget, account.spend
    return Left(
        tokens=None if budget.tokens is None else max(0, budget.tokens - spend.tokens - account.reserved),
        usd=None if budget.usd is None else max(0.0, usd_left(budget.usd, spend.usd + account.reserved_usd)),
        turns=None if budget.turns is None else max(0, budget.turns - spend.turns),
        tool_calls=None if budget.tool_calls is None else max(0, budget.tool_calls - spend.tool_calls),
    )


def _least(left: Iterable[Amount | None]) -> Amount | None:
    return min((each for each in left if each is not None), default=None)
