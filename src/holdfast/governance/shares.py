"""How much of a run's budget a child run gets: the smaller of what it is to have and what is left. Pure."""

from typing import TypeVar

from holdfast.governance.budget import Account, forbids_turn
from holdfast.kernel.limits import Budget, usd_left

Amount = TypeVar("Amount", int, float)


def carve(account: Account, declared: Budget, seconds_left: float | None) -> Budget | str:
    """Return the limits of a child that is to have ``declared``; or why the account has nothing left to lend.

    ``account.spend`` counts what is lent already, so that all shares together never exceed what there is.
    ``seconds_left`` is how long the parent may still run: time is not divided, everybody's passes at once.
    """
    if refusal := forbids_turn((account,)):
        return refusal
    budget, spend = account.budget, account.spend
    tokens = _left(budget.tokens, spend.tokens + account.reserved)
    if tokens is not None and tokens <= 0:
        return f"the {account.owner}'s budget of {budget.tokens} tokens is taken"
    if seconds_left is not None and seconds_left <= 0:
        return f"the {account.owner}'s time is up"
    usd = None if budget.usd is None else usd_left(budget.usd, spend.usd + account.reserved_usd)
    if usd is not None and usd <= 0:
        return f"the {account.owner}'s budget of ${budget.usd:,.9g} is taken"
    return Budget(
        tokens=_smaller(declared.tokens, tokens),
        usd=_smaller(declared.usd, usd),
        turns=_smaller(declared.turns, _left(budget.turns, spend.turns)),
        tool_calls=_smaller(declared.tool_calls, _left(budget.tool_calls, spend.tool_calls)),
        seconds=_smaller(declared.seconds, seconds_left),
        depth=_smaller(declared.depth, _left(budget.depth, 1)),
        fan_out=_smaller(declared.fan_out, budget.fan_out),
        descendants=_smaller(declared.descendants, _left(budget.descendants, spend.descendants + 1)),
    )


def forbids_child(account: Account, begun: int) -> str | None:
    """Return why a run that has begun so many children may begin no other, None if it may."""
    budget, spend = account.budget, account.spend
    if budget.depth is not None and budget.depth <= 0:
        return f"the {account.owner}'s depth limit reached: no run may stand below it"
    if budget.fan_out is not None and begun >= budget.fan_out:
        return f"the {account.owner}'s fan_out limit reached: it has begun {begun} of {budget.fan_out} runs"
    if budget.descendants is not None and spend.descendants >= budget.descendants:
        return f"the {account.owner}'s descendants limit reached: {spend.descendants} of {budget.descendants} are taken"
    return None


def _left(limit: int | None, taken: int) -> int | None:
    return None if limit is None else max(0, limit - taken)


def _smaller(one: Amount | None, other: Amount | None) -> Amount | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)
