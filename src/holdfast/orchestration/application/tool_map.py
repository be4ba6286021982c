"""Who may use which tool, under which rules: a value to print and to draw."""

import enum
from collections.abc import Callable, Iterator, Sequence

import msgspec

from holdfast.governance.policy.policy import Effect as Says
from holdfast.governance.policy.policy import Policy
from holdfast.integration.tools.contract import Tool
from holdfast.kernel.effects import Effect
from holdfast.kernel.limits import Budget
from holdfast.orchestration.application.app import App

BearingOn = Callable[[str, str | None], Sequence[Policy]]
"""The policies that can bear on calls of a tool by an agent, or by nodes."""

FLOW = "flow"


class Standing(enum.StrEnum):
    """What comes of a use of a tool, as far as it can be said before the call."""

    ALLOWED = "allowed"
    ASKS = "asks"
    """Somebody has to say yes to every call."""
    DEPENDS = "depends"
    """On the arguments and circumstances of the call."""
    DENIED = "denied"


class Rule(msgspec.Struct, frozen=True):
    """A policy that bears on a use."""

    policy: str
    source: str
    says: Says
    is_always: bool
    """Whether it holds whatever the arguments and circumstances are."""
    reason: str
    advice: str


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """One tool in the hands of one agent, or of the flow itself."""

    caller: str
    """The agent's name; ``flow`` for tools that the flow's own nodes call."""
    is_agent: bool
    autonomy: str | None
    budget: Budget | None
    tool: str
    effect: Effect
    reversibility: str | None
    permission: str | None
    rules: tuple[Rule, ...]
    standing: Standing


def uses_of(app: App, bearing_on: BearingOn | None) -> tuple[Use, ...]:
    """Return every use, by caller in the app's order. ``bearing_on`` None: nothing is declared to decide by."""
    return tuple(_uses(app, bearing_on))


def _uses(app: App, bearing_on: BearingOn | None) -> Iterator[Use]:
    for agent in app.agents:
        for tool in agent.tools:
            rules = _rules(bearing_on, tool, agent.name)
            yield _use(tool, rules, agent.name, autonomy=agent.autonomy, budget=agent.budget)
    for tool in app.tools:
        yield _use(tool, _rules(bearing_on, tool, None), None)


def _use(
    tool: Tool,
    rules: tuple[Rule, ...] | None,
    agent: str | None,
    *,
    autonomy: str | None = None,
    budget: Budget | None = None,
) -> Use:
    return Use(
        caller=agent or FLOW,
        is_agent=agent is not None,
        autonomy=autonomy,
        budget=budget,
        tool=tool.name,
        effect=tool.effect,
        reversibility=tool.reversibility,
        permission=tool.permission,
        rules=rules or (),
        standing=Standing.ALLOWED if rules is None else _standing(rules),
    )


def _rules(bearing_on: BearingOn | None, tool: Tool, agent: str | None) -> tuple[Rule, ...] | None:
    if bearing_on is None:
        return None
    return tuple(
        Rule(each.name, each.source, each.effect, each.is_always, each.reason, each.advice)
        for each in bearing_on(tool.name, agent)
    )


def _standing(rules: tuple[Rule, ...]) -> Standing:
    always = {rule.says for rule in rules if rule.is_always}
    possible = {rule.says for rule in rules}
    if Says.FORBID in always or possible.isdisjoint((Says.ALLOW, Says.ASK)):
        return Standing.DENIED
    if Says.FORBID in possible or always.isdisjoint((Says.ALLOW, Says.ASK)):
        return Standing.DEPENDS
    if not always.isdisjoint((Says.ASK, Says.ASK_IF_PERMITTED)):
        return Standing.ASKS
    return Standing.ALLOWED if possible == {Says.ALLOW} else Standing.DEPENDS
