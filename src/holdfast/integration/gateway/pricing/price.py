"""The price of a model: what a call has cost by its usage, and the most that one can cost before it is sent. Pure."""

from collections.abc import Mapping, Sequence

import msgspec

from holdfast.kernel.messages import Usage

MILLION = 1_000_000
USD_DIGITS = 9
"""Money is rounded to the nano-dollar, so that sums of it are the same everywhere."""


class Rate(msgspec.Struct, frozen=True):
    """Dollars for a million tokens. Beyond the input of a step all tokens of the call have that step's price."""

    usd: float
    steps: tuple[tuple[int, float], ...] = ()
    """Input tokens and the price beyond them, lowest first."""

    def of(self, input_tokens: int) -> float:
        """Return the price in a call of that much input."""
        usd = self.usd
        for start, beyond in self.steps:
            if input_tokens > start:
                usd = beyond
        return usd

    def dearest(self, input_tokens: int) -> float:
        """Return the highest price in any call of at most that much input."""
        beyond = [usd for start, usd in self.steps if input_tokens > start] if self.steps else ()
        return max(self.usd, *beyond, 0.0)


class Rates(msgspec.Struct, frozen=True, kw_only=True):
    """What each kind of tokens costs; a kind without a rate of its own costs what its like costs."""

    input: Rate
    output: Rate
    cached: Rate | None = None
    cache_write: Rate | None = None
    cache_write_long: Rate | None = None
    """What is kept for an hour and not for minutes."""
    reasoning: Rate | None = None
    call_usd: float = 0.0
    """For the call itself, however short."""

    def cost_usd(self, usage: Usage) -> float:
        """Return what a call of that usage costs."""
        size = usage.input_tokens
        cached = min(usage.cached_tokens, size)
        written = min(usage.cache_write_tokens, size - cached)
        long = min(usage.cache_write_long_tokens, written)
        reasoned = min(usage.reasoning_tokens, usage.output_tokens)
        write = self.cache_write or self.input
        counts = (
            (size - cached - written, self.input),
            (cached, self.cached or self.input),
            (written - long, write),
            (long, self.cache_write_long or write),
            (usage.output_tokens - reasoned, self.output),
            (reasoned, self.reasoning or self.output),
        )
        return self.call_usd + sum(count * rate.of(size) for count, rate in counts if count) / MILLION

    def cost_usd_max(self, input_tokens: int, output_tokens: int) -> float:
        """Return the most that a call of at most so many tokens can cost: nothing is cached, all may be written."""
        read = (self.input, self.cached, self.cache_write, self.cache_write_long)
        written = (self.output, self.reasoning)
        return (
            self.call_usd
            + (input_tokens * _dearest(read, input_tokens) + output_tokens * _dearest(written, input_tokens)) / MILLION
        )


class Price(msgspec.Struct, frozen=True):
    """What calls of one model cost on one day."""

    rates: Rates
    source: str
    """The table it stands in, with its version, or ``configured``: recorded with each call that it prices."""
    tiers: Mapping[str, Rates] = {}
    """Where the provider serves calls faster or slower at another price: by its own word for it."""
    possible: tuple[Rates, ...] = ()
    """All that a call sent now may be charged at, where that is more than ``rates``: by the hour, by another place."""

    def cost_usd(self, usage: Usage) -> float:
        """Return what a call of that usage has cost."""
        return round(self.tiers.get(usage.tier, self.rates).cost_usd(usage), USD_DIGITS)

    def cost_usd_at_most(self, usage: Usage) -> float:
        """Return the most that a call of that usage can have cost, where it is not known which of them it was."""
        possible = self.possible or (self.rates,)
        return round(max(rates.cost_usd(usage) for rates in possible), USD_DIGITS)

    def cost_usd_max(self, input_tokens: int, output_tokens: int) -> float:
        """Return the most that a call of at most so many tokens can cost."""
        if self is FREE:
            return 0.0
        if not self.possible:
            return round(self.rates.cost_usd_max(input_tokens, output_tokens), USD_DIGITS)
        return round(max(rates.cost_usd_max(input_tokens, output_tokens) for rates in self.possible), USD_DIGITS)


FREE = Price(Rates(input=Rate(0.0), output=Rate(0.0)), "free")
"""What a model costs that is a program on this machine."""


def worst_of(prices: Sequence[Price | None]) -> Price | None:
    """Return the price of a call that any of several may serve, None if that of one of them is not known."""
    known = [price for price in prices if price is not None]
    if not known or len(known) < len(prices):
        return None
    first = known[0]
    possible = tuple(rates for price in known for rates in price.possible or (price.rates,))
    return first if len(known) == 1 else Price(first.rates, first.source, first.tiers, possible)


def _dearest(rates: tuple[Rate | None, ...], input_tokens: int) -> float:
    dearest = 0.0
    for rate in rates:
        if rate is not None:
            dearest = max(dearest, rate.dearest(input_tokens) if rate.steps else rate.usd)
    return dearest
