"""Whether a call that failed in passing is made again, and when: where nothing can be done twice by it."""

from msgspec.structs import replace

from holdfast.integration.tools.faults import fault
from holdfast.integration.tools.invocation import End, Failed, Invocation, Later, Unknown
from holdfast.integration.tools.timing import deadline_at
from holdfast.kernel.clock import Clock
from holdfast.kernel.outcomes import ErrorKind, Fault
from holdfast.kernel.randomness import Randomness
from holdfast.kernel.retry import Retry

RETRY_AFTER_SECONDS_MAX = 600.0
"""The longest wait that is taken from the other side; where it says longer, the model is told."""


class Again:
    """Puts a later try in the place of a failure.

    What only looks may always be made again. What changes the world is where its failure is definite and retryable, for
    then nothing was done; where its outcome is lost only what is keyed, under the same key. The wait is drawn from
    nothing to a bound that doubles, unless the other side says how long; a try that would come after the deadline, or
    after the last one, is not made.
    """

    __slots__ = ("_clock", "_randomness")

    def __init__(self, clock: Clock, randomness: Randomness) -> None:
        self._clock, self._randomness = clock, randomness

    def instead(self, invocation: Invocation, end: End) -> End:
        """Return what the call comes to in place of ``end``."""
        retry = invocation.tool.retry
        if retry is None:
            return end
        match end:
            case Failed(said, is_definite, after) if said.retryable:
                at = self._next(invocation, retry, after)
                return Later(at, said, is_definite=is_definite) if at is not None else _tried_in_vain(invocation, end)
            case Unknown(in_doubt=False, reason=reason, retry_after_seconds=after):
                at = self._next(invocation, retry, after)
                return Unknown(in_doubt=True, reason=reason) if at is None else Later(at, _lost(reason))
            case _:
                return end

    def _next(self, invocation: Invocation, retry: Retry, after_seconds: float | None) -> float | None:
        """Return the instant of the next try; None if there is none."""
        attempt, now = invocation.order.attempt, self._clock.now()
        if attempt >= retry.attempts_max or (after_seconds or 0.0) > RETRY_AFTER_SECONDS_MAX:
            return None
        wait = self._randomness.uniform(0, retry.wait_seconds_max(attempt)) if after_seconds is None else after_seconds
        until = deadline_at(invocation.desk.recorder.state, invocation.order.node)
        return None if until is not None and now + wait >= until else now + max(0.0, wait)


def _tried_in_vain(invocation: Invocation, end: Failed) -> Failed:
    said, attempt = end.fault, invocation.order.attempt
    hint = said.hint
    if end.retry_after_seconds is not None and not hint:
        hint = f"call it again in {end.retry_after_seconds:.0f} seconds, or do without"
    message = f"{said.message} (tried {attempt} times)" if attempt > 1 else said.message
    return replace(end, fault=fault(said.kind, message, retryable=said.retryable, hint=hint))


def _lost(reason: str) -> Fault:
    return fault(ErrorKind.TIMEOUT, reason, retryable=True)
