"""What follows where a call could not be sent, or its outcome is lost: by its effect, by what is open. Pure."""

from holdfast.integration.tools.faults import fault
from holdfast.integration.tools.invocation import End, Failed, Invocation, Later, Refused, Unknown
from holdfast.kernel.effects import Effect
from holdfast.kernel.outcomes import ErrorKind, Fault


def unknown(invocation: Invocation, message: str, retry_after_seconds: float | None = None) -> End:
    """End an attempt that was sent and of which nothing came back."""
    match invocation.effect:
        case Effect.PURE | Effect.READ:
            said = fault(ErrorKind.TIMEOUT, message, retryable=True)
            return Failed(said, retry_after_seconds=retry_after_seconds)
        case Effect.KEYED:
            in_doubt = has_no_attempt_left(invocation)
            return Unknown(in_doubt=in_doubt, reason=message, retry_after_seconds=retry_after_seconds)
        case Effect.TRANSACTIONAL | Effect.UNSAFE:
            return Unknown(in_doubt=True, reason=message)


def not_sent(invocation: Invocation, said: Fault) -> End:
    """End an attempt that was not made; of one before it, nothing is known by that."""
    if is_open(invocation):
        return unknown(invocation, said.message)
    return Failed(said, is_definite=True)


def held_back(invocation: Invocation, said: Fault, until: float) -> End:
    """Refuse a call that a guard does not let through now; one that may have been sent before waits for it."""
    if not is_open(invocation):
        return Refused(said)
    if has_no_attempt_left(invocation):
        return Unknown(in_doubt=True, reason=said.message)
    return Later(until, said)


def is_open(invocation: Invocation) -> bool:
    """Whether an attempt before this one may have done something."""
    return not invocation.order.is_first and invocation.effect.needs_intent


def has_no_attempt_left(invocation: Invocation) -> bool:
    """Whether this is the last that is made while the outcome stays unknown."""
    return invocation.order.attempt - invocation.order.attempts_void >= invocation.tool.attempts_max
