"""Hard limits on what a run or an agent may consume, and what it has consumed."""

import msgspec


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


class Exceeded(msgspec.Struct, frozen=True):
    """A limit that has been reached: its name, the most allowed, and what was found."""

    limit: str
    allowed: float
    found: float

    def __str__(self) -> str:
        return f"{self.limit} limit reached: {_amount(self.found)} of {_amount(self.allowed)}"


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


def _amount(number: float) -> str:
    return f"{number:,.0f}" if number == int(number) else f"{number:,.4f}".rstrip("0")
