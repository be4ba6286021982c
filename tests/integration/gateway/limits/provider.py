"""A simulated provider: exact token buckets, as providers publish them; 429 for what is above, outages on demand."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from holdfast.integration.gateway.limits.rate import Counting, Rate
from holdfast.integration.gateway.port import ModelCallFailed, ModelRequest, TextDelta
from holdfast.integration.gateway.routing.hearing import told
from holdfast.kernel.messages import Reply, Role, StopReason, Usage, say
from holdfast.kernel.outcomes import ErrorKind, Fault

MINUTE_SECONDS = 60.0
SECONDS_A_TOKEN = 0.01


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


def to_step(usage: Usage) -> str:
    """Say in a request what it is to consume."""
    return f"{usage.input_tokens} {usage.output_tokens} {usage.cached_tokens}"


class Provider:
    """A model that serves calls which take their time, under ``rate``, and tells in headers what is left."""

    name = "m"

    def __init__(self, rate: Rate, counting: Counting, seed: int) -> None:
        self.counting, self.rate = counting, rate
        self._random = random.Random(seed)
        now = self._now()
        self._requests = Kept(rate.requests or 1e12, now)
        self._input = Kept(rate.input_tokens or 1e12, now)
        self._output = Kept(rate.output_tokens or 1e12, now)
        self.turned_away = self.served = 0
        self.tokens_in = 0.0
        self.is_down = False

    async def stream(self, request: ModelRequest) -> AsyncIterator[TextDelta | Reply]:
        """Arrive, be counted, be served."""
        tokens, output_tokens, cached_tokens = map(int, request.step.split())
        usage = Usage(tokens, output_tokens, cached_tokens)
        await asyncio.sleep(self._random.uniform(0.005, 0.08))
        if self.is_down:
            raise ModelCallFailed(Fault(ErrorKind.OVERLOADED, "529", retryable=True))
        self._count(usage, request.output_tokens_max)
        told(self._headers())
        await asyncio.sleep(usage.output_tokens * SECONDS_A_TOKEN)
        if not self.counting.reserves_output_max:
            self._output.left(self._now())
            self._output.level -= usage.output_tokens
        self.served += 1
        yield Reply(say(Role.ASSISTANT, "done"), StopReason.END_TURN, usage, "m")

    def _count(self, usage: Usage, output_max: int) -> None:
        now = self._now()
        counted = usage.input_tokens - (0 if self.counting.counts_cached_input else usage.cached_tokens)
        output = output_max if self.counting.reserves_output_max else 0
        if self.counting.joins_output:
            counted, output = counted + output, 0
        for limit, amount in ((self._requests, 1), (self._input, counted), (self._output, max(1, output))):
            if limit.left(now) < amount:
                self.turned_away += 1
                seconds = (amount - limit.level) * MINUTE_SECONDS / limit.capacity
                raise ModelCallFailed(Fault(ErrorKind.RATE_LIMITED, "429", retryable=True), seconds)
        self._requests.level -= 1
        self._input.level -= counted
        self._output.level -= output
        self.tokens_in += counted

    def _headers(self) -> dict[str, str]:
        limits = (("requests", self._requests), ("input-tokens", self._input), ("output-tokens", self._output))
        said = {f"anthropic-ratelimit-{what}-limit": str(int(limit.capacity)) for what, limit in limits}
        return said | {f"anthropic-ratelimit-{what}-remaining": str(int(limit.level)) for what, limit in limits}

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
