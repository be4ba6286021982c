"""What a model's calls are expected to take, learned from those before. Pure."""

from holdfast.integration.gateway.limits.rate import Demand
from holdfast.kernel.messages import Usage

OUTPUT_TOKENS_FIRST = 500
"""What a reply is expected to be while none was seen."""
WEIGHT = 0.1
"""How much the newest call counts in the moving averages."""


class Expectation:
    """Exponentially weighted means of a model's output, and of the share of its input that was cached."""

    __slots__ = ("_cached_share", "_output_tokens")

    def __init__(self) -> None:
        self._output_tokens: float = OUTPUT_TOKENS_FIRST
        self._cached_share = 0.0

    def of(self, input_tokens: int, output_tokens_max: int) -> Demand:
        """Return what a call is expected to take."""
        return Demand(
            input_tokens=input_tokens,
            output_tokens=min(output_tokens_max, round(self._output_tokens)),
            output_tokens_max=output_tokens_max,
            cached_tokens=int(input_tokens * self._cached_share),
        )

    def learn(self, usage: Usage) -> None:
        """Take note of what a call has taken."""
        self._output_tokens += WEIGHT * (usage.output_tokens - self._output_tokens)
        if usage.input_tokens:
            self._cached_share += WEIGHT * (usage.cached_tokens / usage.input_tokens - self._cached_share)
