"""When a budget runs low: which of its limits have four fifths taken. Pure."""

import msgspec

from holdfast.kernel.limits import Budget, Spend

LOW_PART = 0.8
"""The part of a limit that is taken when somebody should know, and what is declared for it happens."""
ECONOMISED = "usd"
"""The limit for whose sake an agent goes on with a cheaper model: such a one takes no fewer tokens or turns."""


class Reached(msgspec.Struct, frozen=True):
    """A limit of which that much is taken."""

    limit: str
    spent: float
    allowed: float


def low_limits(budget: Budget, spend: Spend) -> list[Reached]:
    """Return the limits that run low; one that allows nothing never does. What is reserved or lent may come back."""
    low: list[Reached] = []
    if budget.tokens and (tokens := spend.input_tokens + spend.output_tokens) >= LOW_PART * budget.tokens:
        low.append(Reached("tokens", tokens, budget.tokens))
    if budget.usd and spend.usd >= LOW_PART * budget.usd:
        low.append(Reached("usd", spend.usd, budget.usd))
    if budget.turns and spend.turns >= LOW_PART * budget.turns:
        low.append(Reached("turns", spend.turns, budget.turns))
    if budget.tool_calls and spend.tool_calls >= LOW_PART * budget.tool_calls:
        low.append(Reached("tool_calls", spend.tool_calls, budget.tool_calls))
    if budget.descendants and spend.descendants >= LOW_PART * budget.descendants:
        low.append(Reached("descendants", spend.descendants, budget.descendants))
    return low
