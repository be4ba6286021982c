"""How budgets are remembered that run low, and which agents go on cheaper."""

from msgspec.structs import replace

from holdfast.journal.events import BudgetLow, ModelSwitched, ReservationExceeded
from holdfast.journal.fold.agent_state import Low
from holdfast.journal.fold.nodes import entered
from holdfast.journal.fold.state import RunState
from holdfast.journal.fold.turns import agent_of, with_agent


def budget_low(state: RunState, event: BudgetLow, _at: float, version: int) -> RunState:
    low = Low(event.limit, event.allowed)
    if not event.node:
        return replace(state, low=(*state.low, low), version=version)
    node = entered(state, event.node)
    agent = agent_of(node)
    return with_agent(state, node, replace(agent, low=(*agent.low, low)), version)


def model_switched(state: RunState, event: ModelSwitched, _at: float, version: int) -> RunState:
    node = entered(state, event.node)
    return with_agent(state, node, replace(agent_of(node), economy=event.model), version)


def reservation_exceeded(state: RunState, _event: ReservationExceeded, _at: float, version: int) -> RunState:
    """It is charged already, by the reply that told of it."""
    return replace(state, version=version)
