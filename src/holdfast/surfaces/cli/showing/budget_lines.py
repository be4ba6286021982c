"""What happens to budgets, as lines of words, and how much of a budget's limits is taken. Pure."""

from collections.abc import Iterator

from holdfast.journal.events import BudgetLow, ModelSwitched, ReservationExceeded, ShareGiven
from holdfast.journal.fold.state import RunState
from holdfast.kernel.limits import Budget
from holdfast.observability.usage import Figures
from holdfast.surfaces.cli.showing.wording import counted, duration, money, tokens

OfBudget = BudgetLow | ModelSwitched | ReservationExceeded | ShareGiven


def budget_line(event: OfBudget) -> str:
    """Return what happened, in one line."""
    match event:
        case BudgetLow():
            at = f"{event.node}  " if event.node else ""
            return f"{at}budget of the {event.owner} runs low: {_part(event.limit, event.spent, event.allowed)}"
        case ModelSwitched():
            return f"{event.node}  goes on with {event.model} in place of {event.before}: {event.reason}"
        case ShareGiven():
            return f"{event.node}  may spend {', '.join(limits_told(event.limits)) or 'what the run may'}"
        case ReservationExceeded():
            dearer = "" if event.usd is None or event.reserved_usd is None else f", {money(event.usd)}"
            reserved = "" if event.reserved_usd is None else f", {money(event.reserved_usd)}"
            return (
                f"{event.node}  turn {event.turn}: the provider reports {tokens(event.tokens)} tokens{dearer}, more "
                f"than was reserved ({tokens(event.reserved)} tokens{reserved})"
            )


def limits_told(limits: Budget) -> Iterator[str]:
    """Yield how much each limit allows to be spent."""
    if limits.tokens is not None:
        yield f"{tokens(limits.tokens)} tokens"
    if limits.usd is not None:
        yield money(limits.usd)
    if limits.turns is not None:
        yield counted(limits.turns, "turn")
    if limits.tool_calls is not None:
        yield counted(limits.tool_calls, "tool call")


def limits_taken(state: RunState, used: Figures, seconds: float) -> Iterator[str]:
    """Yield how much of each limit of the run is taken."""
    budget = state.budget
    if budget.tokens is not None:
        yield f"{tokens(used.tokens)} of {tokens(budget.tokens)} tokens"
    if budget.usd is not None:
        yield f"{'?' if used.cost_usd is None else money(used.cost_usd)} of {money(budget.usd)}"
    if budget.turns is not None:
        yield f"{used.turns} of {budget.turns} turns"
    if budget.tool_calls is not None:
        yield f"{used.tool_calls} of {budget.tool_calls} tool calls"
    if budget.seconds is not None:
        yield f"{duration(seconds)} of {duration(budget.seconds)}"
    yield from _family(state, budget)


def reserved_now(state: RunState) -> str:
    """Return what calls in flight have reserved; nothing if none have."""
    if not state.reserved:
        return ""
    return f"{tokens(state.reserved)} tokens" + (f", {money(state.reserved_usd)}" if state.reserved_usd else "")


def _family(state: RunState, budget: Budget) -> Iterator[str]:
    if budget.depth is not None:
        yield f"{counted(budget.depth, 'level')} of child runs"
    if budget.fan_out is not None:
        yield f"{len(state.children)} of {budget.fan_out} child runs"
    if budget.descendants is not None:
        yield f"{state.spend.descendants + len(state.children_open)} of {budget.descendants} runs below"


def _part(limit: str, spent: float, allowed: float) -> str:
    match limit:
        case "tokens":
            return f"{tokens(int(spent))} of {tokens(int(allowed))} tokens"
        case "usd":
            return f"{money(spent)} of {money(allowed)}"
        case "seconds":
            return f"{duration(spent)} of {duration(allowed)}"
        case _:
            return f"{spent:,.0f} of {allowed:,.0f} {limit.replace('_', ' ')}"
