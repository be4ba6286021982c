"""Hard limits on what a run or an agent may consume, and what it has consumed."""

from typing import TypeVar

import msgspec

Amount = TypeVar("Amount", int, float)


class Budget(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The most that may be consumed; None means no limit of this kind."""

    tokens: int | None = None
    usd: float | None = None
    turns: int | None = None
    tool_calls: int | None = None
    seconds: float | None = None


class Spend(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What has been consumed so far."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    usd: float = 0.0
    calls_of_unknown_cost: int = 0
    turns: int = 0
    tool_calls: int = 0

    @property
    def tokens(self) -> int:
        """Input and output together."""
        return self.input_tokens + self.output_tokens

    def cost_of(self, tokens: int) -> float | None:
        """Return what ``tokens`` cost at the price of those consumed so far, None where that is not known."""
        if not self.tokens or self.calls_of_unknown_cost:
            return None
        return tokens * self.usd / self.tokens


NOTHING_SPENT = Spend()


def plus(one: Spend, other: Spend) -> Spend:
    """Return what both come to."""
    return Spend(
        input_tokens=one.input_tokens + other.input_tokens,
        output_tokens=one.output_tokens + other.output_tokens,
        cached_tokens=one.cached_tokens + other.cached_tokens,
        usd=one.usd + other.usd,
        calls_of_unknown_cost=one.calls_of_unknown_cost + other.calls_of_unknown_cost,
        turns=one.turns + other.turns,
        tool_calls=one.tool_calls + other.tool_calls,
    )


def taken_by(share: Budget) -> Spend:
    """Return the most that whoever has ``share`` for its limits may spend; a limit that it lacks takes nothing."""
    return Spend(
        input_tokens=share.tokens or 0,
        usd=share.usd or 0.0,
        turns=share.turns or 0,
        tool_calls=share.tool_calls or 0,
    )


class Exceeded(msgspec.Struct, frozen=True):
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
    return Budget(
        tokens=None if limits.tokens is None else _higher(limits.tokens, to.tokens),
        usd=None if limits.usd is None else _higher(limits.usd, to.usd),
        turns=None if limits.turns is None else _higher(limits.turns, to.turns),
        tool_calls=None if limits.tool_calls is None else _higher(limits.tool_calls, to.tool_calls),
        seconds=None if limits.seconds is None else _higher(limits.seconds, to.seconds),
    )


def highest(one: Budget | None, other: Budget | None) -> Budget | None:
    """Return the higher limit of each kind; one that only one of them has is taken as it is."""
    if one is None or other is None:
        return one or other
    return Budget(
        tokens=_higher(one.tokens, other.tokens),
        usd=_higher(one.usd, other.usd),
        turns=_higher(one.turns, other.turns),
        tool_calls=_higher(one.tool_calls, other.tool_calls),
        seconds=_higher(one.seconds, other.seconds),
    )


def next_turn_exceeds(budget: Budget, spend: Spend) -> Exceeded | None:
    """Return the limit that forbids one more turn, or None while there is room in every one."""
    checks = (
        ("turns", budget.turns, spend.turns),
        ("tokens", budget.tokens, spend.tokens),
        ("usd", budget.usd, spend.usd),
    )
    if budget.usd is not None and spend.calls_of_unknown_cost:
        return Exceeded("usd (calls of unknown cost)", 0, spend.calls_of_unknown_cost)
    for name, allowed, found in checks:
        if allowed is not None and found >= allowed:
            return Exceeded(name, allowed, found)
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
