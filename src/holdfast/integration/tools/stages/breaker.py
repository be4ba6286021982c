"""A tool that keeps failing is left alone for a while, and then tried by one call at a time."""

from datetime import UTC, datetime

from holdfast.integration.tools.definition import Tool
from holdfast.integration.tools.faults import fault
from holdfast.integration.tools.invocation import End, Failed, Invocation, Later, Unknown
from holdfast.integration.tools.lost import held_back
from holdfast.integration.tools.traffic import Traffic
from holdfast.kernel.breaker import Breaker
from holdfast.kernel.clock import Clock
from holdfast.kernel.outcomes import ErrorKind

PROBED_SECONDS = 5.0
"""When a call that may have been sent is made again, if another finds out meanwhile whether the tool works."""


class CircuitBreaker:
    """Refuses calls of a tool that is unavailable, and says until when.

    What the other side rejects counts for no failure: it has answered. Exceptions, silence, and what can be tried again
    do, over all runs of the process.
    """

    name = "breaker"

    def __init__(self, clock: Clock, traffic: Traffic) -> None:
        self._clock, self._traffic = clock, traffic

    def concerns(self, tool: Tool) -> bool:
        return tool.has_breaker

    async def run(self, invocation: Invocation) -> End | None:
        if invocation.simulation is not None:
            return None
        breaker, now = self._traffic.breaker(invocation.tool), self._clock.now()
        ready_at = breaker.ready_at(now)
        if ready_at is None or ready_at > now:
            return self._unavailable(invocation, ready_at, now)
        was_probe = breaker.passing(now)
        invocation.afterwards(lambda ended: self._ended(ended, breaker, was_probe=was_probe))
        return None

    def _unavailable(self, invocation: Invocation, ready_at: float | None, now: float) -> End:
        name = invocation.tool.name
        until = "it is known whether it works again" if ready_at is None else _instant(ready_at)
        message = f"{name} was not called: too many of its calls failed, and it is unavailable until {until}"
        hint = f"do without {name}, or call it again after that"
        said = fault(ErrorKind.UNAVAILABLE, message, retryable=True, hint=hint)
        return held_back(invocation, said, now + PROBED_SECONDS if ready_at is None else ready_at)

    def _ended(self, invocation: Invocation, breaker: Breaker, *, was_probe: bool) -> None:
        if not invocation.is_settled or (invocation.end is not None and invocation.ended_by != "call"):
            breaker.withdrawn(was_probe=was_probe)
        else:
            breaker.ended(failed=_is_at_fault(invocation.end), was_probe=was_probe, now=self._clock.now())


def _is_at_fault(end: End | None) -> bool:
    match end:
        case Failed(said, is_definite):
            return said.retryable or not is_definite
        case Unknown() | Later():
            return True
        case _:
            return False


def _instant(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
