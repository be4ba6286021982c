"""Errors as a model reads them: structured, bounded, never a traceback."""

from holdfast.integration.tools.visible import one_line
from holdfast.kernel.outcomes import ErrorKind, Fault

MESSAGE_CHARACTERS_MAX = 600
HINT_CHARACTERS_MAX = 1_200


def fault(kind: ErrorKind, message: str, *, retryable: bool = False, hint: str = "") -> Fault:
    """Return a Fault whose words are bounded, on one line each, and hide nothing.

    ``retryable`` says whether the same call can succeed if it is made again.
    """
    return Fault(kind, one_line(message, MESSAGE_CHARACTERS_MAX), retryable, one_line(hint, HINT_CHARACTERS_MAX))


def told(fault: Fault) -> str:
    """Return what the model is told of ``fault``: one field a line."""
    lines = [f"error: {fault.kind}", f"message: {fault.message}", f"retryable: {'yes' if fault.retryable else 'no'}"]
    if fault.hint:
        lines.append(f"hint: {fault.hint}")
    return "\n".join(lines)
