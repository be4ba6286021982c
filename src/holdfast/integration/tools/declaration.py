"""Whether what a tool declares holds together: its limits, and what it says of its effect."""

import math

from holdfast.integration.tools.rate import Rate, unusable_rate
from holdfast.integration.tools.returned import Returned
from holdfast.kernel.effects import Effect
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.provenance import Trust
from holdfast.kernel.retry import Retry, unusable_retry

RESULT_BYTES_LEAST = 1_024
KEYED = (Effect.KEYED, Effect.TRANSACTIONAL)
WITHOUT_CONSEQUENCE = (Effect.PURE, Effect.READ)


def check_limits(
    tool: str,
    *,
    timeout_seconds: float,
    result_bytes_max: int,
    attempts_max: int,
    key_seconds: float | None,
    settle_seconds: float,
) -> None:
    """Raise DefinitionError for a limit that limits nothing, or everything."""
    if not (math.isfinite(timeout_seconds) and timeout_seconds > 0):
        raise DefinitionError(f"tool {tool}: expected timeout_seconds above 0, found {timeout_seconds}")
    if result_bytes_max < RESULT_BYTES_LEAST:
        raise DefinitionError(
            f"tool {tool}: expected result_bytes_max from {RESULT_BYTES_LEAST}, found {result_bytes_max}"
        )
    if attempts_max < 1:
        raise DefinitionError(f"tool {tool}: expected attempts_max from 1, found {attempts_max}")
    if key_seconds is not None and not (math.isfinite(key_seconds) and key_seconds > 0):
        raise DefinitionError(f"tool {tool}: expected key_seconds above 0, found {key_seconds}")
    if not (math.isfinite(settle_seconds) and settle_seconds >= 0):
        raise DefinitionError(f"tool {tool}: expected settle_seconds from 0, found {settle_seconds}")


def check_key(tool: str, effect: Effect, *, takes_key: bool, has_probe: bool, has_key_seconds: bool) -> None:
    """Raise DefinitionError where the key and the effect do not go together."""
    if takes_key and effect not in KEYED:
        raise DefinitionError(
            f"tool {tool}: takes an IdempotencyKey and is declared {effect}: declare Effect.KEYED if the key "
            "makes it safe to send twice, Effect.TRANSACTIONAL if it leaves a marker, or drop the parameter"
        )
    if effect is Effect.KEYED and not takes_key:
        raise DefinitionError(
            f"tool {tool}: is declared keyed and takes no key: add '*, key: IdempotencyKey' and send it along"
        )
    if effect is Effect.TRANSACTIONAL and not has_probe:
        raise DefinitionError(
            f"tool {tool}: is declared transactional and has no probe: add 'probe=' with a function that looks "
            "for the marker, or declare Effect.UNSAFE if there is nothing to look for"
        )
    if effect not in KEYED and (has_probe or has_key_seconds):
        raise DefinitionError(
            f"tool {tool}: is declared {effect}, which has no key to look by: drop probe and key_seconds, or "
            "declare Effect.KEYED or Effect.TRANSACTIONAL"
        )


def check_consequence(
    tool: str, effect: Effect, *, keeps: str, has_simulation: bool, has_undo: bool, has_postcondition: bool
) -> None:
    """Raise DefinitionError for what only makes sense where the world is changed, or only where it is not.

    ``keeps``: what it takes of that which a call writes when it has succeeded; empty if nothing.
    """
    if effect not in WITHOUT_CONSEQUENCE:
        if keeps:
            raise DefinitionError(
                f"tool {tool}: is declared {effect} and takes {keeps}: a call that writes them may be made "
                "again, so it may change nothing else: return the result, and put it into a variable in a pure function"
            )
        return
    if has_simulation:
        raise DefinitionError(
            f"tool {tool}: is declared {effect} and has a simulation: a fork calls it as it is, drop simulate"
        )
    if has_undo:
        raise DefinitionError(f"tool {tool}: is declared {effect}, so there is nothing to undo: drop undo")
    if has_postcondition:
        raise DefinitionError(
            f"tool {tool}: is declared {effect}, so there is nothing to read back: drop postcondition, or check the "
            "result in the function itself"
        )


def check_traffic(tool: str, rate: Rate | None, retry: Retry | None) -> None:
    """Raise DefinitionError for a rate or retries that are no limits."""
    for wrong in (unusable_rate(rate) if rate else None, unusable_retry(retry) if retry else None):
        if wrong:
            raise DefinitionError(f"tool {tool}: {wrong}")


def check_returned(tool: str, returned: Returned) -> None:
    """Raise DefinitionError for results that are trusted further than any tool's may be."""
    if returned.trust > Trust.DEVELOPER:
        raise DefinitionError(f"tool {tool}: expected trust of DEVELOPER at the most, found {returned.trust.name}")
