"""No tool is called more often than it may be."""

import asyncio

from holdfast.integration.tools.definition import Tool
from holdfast.integration.tools.faults import fault
from holdfast.integration.tools.invocation import End, Invocation
from holdfast.integration.tools.lost import held_back
from holdfast.integration.tools.rate import Rates
from holdfast.kernel.clock import Clock
from holdfast.kernel.outcomes import ErrorKind


class RateLimit:
    """Takes a call from its tool's rate, and waits for it where that is soon enough; else says when to come back."""

    name = "rate"

    def __init__(self, clock: Clock, rates: Rates, owner: str) -> None:
        self._clock, self._rates, self._owner = clock, rates, owner

    def concerns(self, tool: Tool) -> bool:
        return tool.rate is not None

    async def run(self, invocation: Invocation) -> End | None:
        tool = invocation.tool
        if invocation.simulation is not None or tool.rate is None:
            return None
        now = self._clock.now()
        bucket = self._rates.bucket(tool, tool.rate, self._owner, invocation.order.tenant, now)
        wait = bucket.ready_at(1, now) - now
        if wait > tool.rate.wait_seconds_max:
            return self._refused(invocation, wait)
        bucket.take(1, now)  # at once, so that who comes now goes before who comes later
        if wait > 0:
            try:
                await self._clock.sleep(wait)
            except asyncio.CancelledError:
                bucket.take(-1, self._clock.now())
                raise
            invocation.waited_seconds += wait
        return None

    def _refused(self, invocation: Invocation, wait: float) -> End:
        rate = invocation.tool.rate
        assert rate is not None, "what has no rate is not refused for it"
        message = (
            f"{invocation.tool.name} was not called: at most {rate.calls} in {rate.seconds:g} seconds are allowed, and "
            f"the next could be made in {wait:.0f} seconds"
        )
        hint = f"call it again in {wait:.0f} seconds, call it less, or do without"
        said = fault(ErrorKind.RATE_LIMITED, message, retryable=True, hint=hint)
        return held_back(invocation, said, self._clock.now() + wait)
