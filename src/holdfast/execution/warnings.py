"""What is told of budgets that run low, and when an agent goes on with a cheaper model for it. Pure."""

from functools import lru_cache

from msgspec.structs import replace

from holdfast.execution.actions import Action, Note, WakeAt
from holdfast.execution.agent import Agent
from holdfast.governance.thresholds import ECONOMISED, LOW_PART, Reached, low_limits
from holdfast.journal.events import BudgetLow, Event, ModelSwitched
from holdfast.journal.fold.agent_state import AgentState, Low, Phase
from holdfast.journal.fold.shares import shares_around
from holdfast.journal.fold.state import NodeState, RunState
from holdfast.kernel.limits import Budget, raised

RUN = "run"
INSTANTS_REMEMBERED_MAX = 4_096
"""Of how many limits in seconds it is kept when they run low, for it is asked at every event."""


def warnings_of_run(run: RunState, root: str, limited_from: float) -> tuple[Action, ...]:
    """Return what is to be told of the run's budget; ``limited_from`` is the instant from which its seconds count."""
    spend, budget = run.spend, run.budget
    if run.children_open and budget.descendants is not None:
        spend = replace(spend, descendants=spend.descendants + len(run.children_open))
    low = low_limits(budget, spend)
    events = _news(low, run.low, RUN) if low else ()
    told = (Note(events),) if events else ()
    if budget.seconds is None or (run.low and _is_told(budget.seconds, run.low)):
        return told
    return (*told, _low_at(root, RUN, "", limited_from, budget.seconds))


def warnings_of_agent(agent: Agent, node: NodeState, state: AgentState, run: RunState) -> tuple[Action, ...]:
    """Return what is to be told of the agent's budget, and what follows from it and from the run's."""
    budget = agent.budget if run.raised is None else raised(agent.budget, run.raised)
    low = low_limits(budget, state.spend)
    events: tuple[Event, ...] = _news(low, state.low, agent.owner, node.path) if low else ()
    if agent.economy_model is not None and state.phase is not Phase.CALLING and is_to_economise(agent, state, run):
        why = _why(agent, node.path, budget, state, run)
        events = (*events, switched(agent, node.path, state, run, why)) if why else events
    told = (Note(events),) if events else ()
    if budget.seconds is None or (state.low and _is_told(budget.seconds, state.low)):
        return told
    return (*told, _low_at(node.path, agent.owner, node.path, node.entered_at, budget.seconds))


def model_of(agent: Agent, state: AgentState, run: RunState) -> str:
    """Return the model that serves the agent now."""
    return state.economy or run.models[agent.name]


def is_to_economise(agent: Agent, state: AgentState, run: RunState) -> bool:
    """Whether the agent declares another model for when money runs low, and is not served by it yet.

    A model that was asked for in place of every agent's own stands in the place of that one too.
    """
    return agent.economy_model is not None and run.model is None and agent.economy_model != model_of(agent, state, run)


def switched(agent: Agent, path: str, state: AgentState, run: RunState, reason: str) -> ModelSwitched:
    """Return what is recorded when the agent goes on with its cheaper model."""
    assert agent.economy_model is not None, "only what is declared happens"
    return ModelSwitched(node=path, model=agent.economy_model, before=model_of(agent, state, run), reason=reason)


def _why(agent: Agent, path: str, budget: Budget, state: AgentState, run: RunState) -> str:
    """Return whose money runs low; nothing where nobody's does."""
    shares = [
        (f"share of {place}", share.limits if run.raised is None else raised(share.limits, run.raised), share.spend)
        for place, share in shares_around(run, path)
    ]
    for owner, limits, spend in ((agent.owner, budget, state.spend), *shares, (RUN, run.budget, run.spend)):
        if any(reached.limit == ECONOMISED for reached in low_limits(limits, spend)):
            return f"the {owner}'s budget of {ECONOMISED} runs low"
    return ""


def _news(low: list[Reached], known: tuple[Low, ...], owner: str, node: str = "") -> tuple[BudgetLow, ...]:
    """Return what is to be told of limits that run low, and was not told yet."""
    return tuple(
        BudgetLow(owner=owner, limit=each.limit, spent=each.spent, allowed=each.allowed, node=node)
        for each in low
        if Low(each.limit, each.allowed) not in known
    )


def _is_told(seconds: float, known: tuple[Low, ...]) -> bool:
    return Low("seconds", seconds) in known


@lru_cache(maxsize=INSTANTS_REMEMBERED_MAX)
def _low_at(path: str, owner: str, node: str, since: float, seconds: float) -> WakeAt:
    """Return what is told at its instant, also where nothing else happens: time passes by itself."""
    spent = LOW_PART * seconds
    low = BudgetLow(owner=owner, limit="seconds", spent=spent, allowed=seconds, node=node)
    return WakeAt(path, since + spent, (low,))
