"""What a provider lets an account consume, and what one call is expected to take of it. Pure values."""

import msgspec

from holdfast.kernel.messages import Usage


class Rate(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The most that an account may consume a minute; None means no limit of this kind."""

    requests: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    at_once: int | None = None
    """Calls under way at the same time."""


class Counting(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How a provider counts a call against its limits (they publish it, and they differ)."""

    counts_cached_input: bool = True
    """Whether input read from the prompt cache counts (Anthropic: it does not on current models)."""
    reserves_output_max: bool = False
    """Whether the most that the reply may have is counted when the call arrives (OpenAI), not what it came to."""
    joins_output: bool = False
    """Whether input and output count against one limit (OpenAI's tokens a minute): it stands in ``input_tokens``."""


class Demand(msgspec.Struct, frozen=True, kw_only=True):
    """What one call is expected to take."""

    input_tokens: int
    output_tokens: int
    """As expected of such calls; not the most that is allowed."""
    output_tokens_max: int
    cached_tokens: int = 0
    """Input that is expected to be read from the cache."""


class Taken(msgspec.Struct, frozen=True):
    """An amount of each thing that is limited."""

    requests: float = 0.0
    input_tokens: float = 0.0
    output_tokens: float = 0.0


def expected(demand: Demand, counting: Counting) -> Taken:
    """Return what a call is to reserve, as the provider will count it."""
    cached = 0 if counting.counts_cached_input else min(demand.cached_tokens, demand.input_tokens)
    output = demand.output_tokens_max if counting.reserves_output_max else demand.output_tokens
    return _counted(demand.input_tokens - cached, output, counting)


def consumed(usage: Usage, demand: Demand, counting: Counting) -> Taken:
    """Return what a call has taken in the end, as the provider counts it."""
    cached = 0 if counting.counts_cached_input else usage.cached_tokens
    output = demand.output_tokens_max if counting.reserves_output_max else usage.output_tokens
    return _counted(usage.input_tokens - cached, output, counting)


def _counted(input_tokens: int, output_tokens: int, counting: Counting) -> Taken:
    if counting.joins_output:
        return Taken(1, input_tokens + output_tokens)
    return Taken(1, input_tokens, output_tokens)
