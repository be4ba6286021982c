"""A simulated provider: exact token buckets, as providers publish them; 429 for what is above, outages on demand."""

import asyncio
import random
from dataclasses import dataclass, field

from holdfast.integration.gateway.limits.rate import Counting, Rate
from holdfast.kernel.messages import Usage

MINUTE_SECONDS = 60.0
SECONDS_A_TOKEN = 0.01


class TurnedAway(Exception):
    """429: over the limit."""

    def __init__(self, retry_after_seconds: float) -> None:
        super().__init__(f"retry after {retry_after_seconds:g} s")
        self.retry_after_seconds = retry_after_seconds


class Down(Exception):
    """529: nobody is served."""


@dataclass
class Kept:
    """One limit as the provider keeps it."""

    capacity: float
    at: float
    level: float = field(init=False)

    def __post_init__(self) -> None:
        self.level = self.capacity

    def left(self, now: float) -> float:
        self.level = min(self.capacity, self.level + (now - self.at) * self.capacity / MINUTE_SECONDS)
        self.at = now
        return self.level


class Provider:
    """Serves calls that take their time, under ``rate``."""

    def __init__(self, rate: Rate, counting: Counting, seed: int) -> None:
        self.counting = counting
        self._random = random.Random(seed)
        now = self._now()
        self._requests = Kept(rate.requests or 1e12, now)
        self._input = Kept(rate.input_tokens or 1e12, now)
        self._output = Kept(rate.output_tokens or 1e12, now)
        self.turned_away = self.served = 0
        self.tokens_in = 0.0
        self.is_down = False

    async def call(self, usage: Usage, output_max: int) -> Usage:
        """Arrive, be counted, be served. Raises TurnedAway, Down."""
        await asyncio.sleep(self._random.uniform(0.005, 0.08))
        now = self._now()
        if self.is_down:
            raise Down
        counted = usage.input_tokens - (0 if self.counting.counts_cached_input else usage.cached_tokens)
        output = output_max if self.counting.reserves_output_max else 1
        for limit, amount in ((self._requests, 1), (self._input, counted), (self._output, output)):
            if limit.left(now) < amount:
                self.turned_away += 1
                raise TurnedAway((amount - limit.level) * MINUTE_SECONDS / limit.capacity)
        self._requests.level -= 1
        self._input.level -= counted
        self._output.level -= output if self.counting.reserves_output_max else 0
        self.tokens_in += counted
        await asyncio.sleep(usage.output_tokens * SECONDS_A_TOKEN)
        if not self.counting.reserves_output_max:
            self._output.left(self._now())
            self._output.level -= usage.output_tokens
        self.served += 1
        return usage

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
