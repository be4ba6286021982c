"""Hard limits on what a run or an agent may consume, and what it has consumed."""

import math
from typing import TypeVar

import msgspec

Amount = TypeVar("Amount", int, float)

USD_DIGITS = 9
"""Money is rounded to the nano-dollar, so that what is added and taken away again leaves nothing behind."""
EXACT_USD = 1e-12
"""Two amounts that differ by less are the same: floating point has no nano-dollars."""


class Budget(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """The most that may be consumed; None means no limit of this kind."""

    tokens: int | None = None
    usd: float | None = None
    turns: int | None = None
    tool_calls: int | None = None
    seconds: float | None = None
    depth: int | None = None
    """How many levels of child runs may stand below a run; 0: it begins none."""
    fan_out: int | None = None
    """How many child runs a run may begin, and how many items each of its maps may have."""
    descendants: int | None = None
    """How many runs may be begun below a run, on all levels together."""


def unusable(budget: Budget) -> str | None:
    """Return what is no limit in ``budget``, None if all are: what cannot be compared would limit nothing."""
    for name in Budget.__struct_fields__:
        limit = getattr(budget, name)
        if limit is not None and not 0 <= limit < math.inf:
            return f"expected a budget with {name} of at least 0, found {limit}: leave it out for no limit"
    return None


class Spend(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """What has been consumed so far."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    usd: float = 0.0
    calls_of_unknown_cost: int = 0
    turns: int = 0
    tool_calls: int = 0
    descendants: int = 0
    """Runs below it that have ended."""

    @property
    def tokens(self) -> int:
        """Input and output together."""
        return self.input_tokens + self.output_tokens


NOTHING_SPENT = Spend()


def plus(one: Spend, other: Spend) -> Spend:
    """Return what both come to."""
    return Spend(
        input_tokens=one.input_tokens + other.input_tokens,
        output_tokens=one.output_tokens + other.output_tokens,
        cached_tokens=one.cached_tokens + other.cached_tokens,
        usd=round(one.usd + other.usd, USD_DIGITS),
        calls_of_unknown_cost=one.calls_of_unknown_cost + other.calls_of_unknown_cost,
        turns=one.turns + other.turns,
        tool_calls=one.tool_calls + other.tool_calls,
        descendants=one.descendants + other.descendants,
    )


def minus(one: Spend, other: Spend) -> Spend:
    """Return what ``one`` comes to beyond ``other``."""
    return Spend(
        input_tokens=one.input_tokens - other.input_tokens,
        output_tokens=one.output_tokens - other.output_tokens,
        cached_tokens=one.cached_tokens - other.cached_tokens,
        usd=round(one.usd - other.usd, USD_DIGITS),
        calls_of_unknown_cost=one.calls_of_unknown_cost - other.calls_of_unknown_cost,
        turns=one.turns - other.turns,
        tool_calls=one.tool_calls - other.tool_calls,
        descendants=one.descendants - other.descendants,
    )


def taken_by(share: Budget) -> Spend:
    """Return the most that a child run with these limits may spend, itself counted; one that it lacks takes nothing."""
    return Spend(
        input_tokens=share.tokens or 0,
        usd=share.usd or 0.0,
        turns=share.turns or 0,
        tool_calls=share.tool_calls or 0,
        descendants=1 + (share.descendants or 0),
    )


def usd_left(limit: float, taken: float) -> float:
    """Return what is left of ``limit``, in whole nano-dollars if both are."""
    left = limit - taken
    rounded = round(left, USD_DIGITS)
    return rounded if abs(left - rounded) <= EXACT_USD else left


class Exceeded(msgspec.Struct, frozen=True, gc=False):
    """A limit that has been reached: its name, the most allowed, and what was found."""

    limit: str
    allowed: float
    found: float

    def __str__(self) -> str:
        return f"{self.limit} limit reached: {_amount(self.found)} of {_amount(self.allowed)}"


def raised(limits: Budget, to: Budget | None) -> Budget:
    """Return ``limits`` with each that is lower raised to that of ``to``; what had no limit still has none."""
    if to is None:
        return limits
    names = (name for name in Budget.__struct_fields__ if getattr(limits, name) is not None)
    return msgspec.structs.replace(
        limits, **{name: _higher(getattr(limits, name), getattr(to, name)) for name in names}
    )


def highest(one: Budget | None, other: Budget | None) -> Budget | None:
    """Return the higher limit of each kind; one that only one of them has is taken as it is."""
    if one is None or other is None:
        return one or other
    return Budget(**{name: _higher(getattr(one, name), getattr(other, name)) for name in Budget.__struct_fields__})


def next_turn_exceeds(budget: Budget, spend: Spend) -> Exceeded | None:
    """Return the limit that forbids one more turn, or None while there is room in every one."""
    if budget.usd is not None and spend.calls_of_unknown_cost:
        return Exceeded("usd (calls of unknown cost)", 0, spend.calls_of_unknown_cost)
    if budget.turns is not None and spend.turns >= budget.turns:
        return Exceeded("turns", budget.turns, spend.turns)
    if budget.tokens is not None and spend.tokens >= budget.tokens:
        return Exceeded("tokens", budget.tokens, spend.tokens)
    if budget.usd is not None and spend.usd >= budget.usd:
        return Exceeded("usd", budget.usd, spend.usd)
    return None


def calls_exceed(budget: Budget, spend: Spend, wanted: int) -> Exceeded | None:
    """Return the limit that forbids ``wanted`` more tool calls, or None."""
    if budget.tool_calls is not None and spend.tool_calls + wanted > budget.tool_calls:
        return Exceeded("tool_calls", budget.tool_calls, spend.tool_calls + wanted)
    return None


def _higher(one: Amount | None, other: Amount | None) -> Amount | None:
    return max((limit for limit in (one, other) if limit is not None), default=None)


def _amount(number: float) -> str:
    return f"{number:,.0f}" if number == int(number) else f"{number:,.4f}".rstrip("0")
