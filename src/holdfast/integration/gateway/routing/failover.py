"""What is done about a failed try: nothing, or another one, and where. Pure.

The rule: a try that may be billed is never repeated behind the journal's back. Only what cost nothing for certain, and
of which the caller has not been shown a word, is tried elsewhere within one attempt; all else is a new attempt, with a
reservation of its own.
"""

import enum
from collections.abc import Collection, Mapping, Sequence

from holdfast.integration.gateway.port import ModelCallFailed
from holdfast.integration.gateway.routing.place import Place
from holdfast.kernel.outcomes import ErrorKind


class Remedy(enum.Enum):
    """Where a request that failed may still be answered."""

    NOWHERE = "nowhere"
    """It is the request, or the reply, that is at fault: no other would do better."""
    SOON = "soon"
    """At any place, also the same one, whose account rests until it may be asked again."""
    ANOTHER_PLACE = "another place"
    ANOTHER_ACCOUNT = "another account"
    LARGER_WINDOW = "larger window"


REMEDIES: Mapping[ErrorKind, Remedy] = {
    ErrorKind.AUTH: Remedy.ANOTHER_ACCOUNT,
    ErrorKind.BROKEN_STREAM: Remedy.ANOTHER_PLACE,
    ErrorKind.CONTEXT_TOO_LONG: Remedy.LARGER_WINDOW,
    ErrorKind.MODEL_FAILED: Remedy.ANOTHER_PLACE,
    ErrorKind.OVERLOADED: Remedy.ANOTHER_PLACE,
    ErrorKind.RATE_LIMITED: Remedy.SOON,
    ErrorKind.TIMEOUT: Remedy.ANOTHER_PLACE,
}
"""Whatever is not among these has no remedy: a bad request, a refusal, a content filter, a reply of no use."""


def remedy_for(failed: ModelCallFailed, *, has_begun: bool) -> Remedy:
    """Return what may be done within this attempt. ``has_begun``: the caller has been shown some of the reply."""
    if failed.may_be_billed or has_begun:
        return Remedy.NOWHERE
    if failed.fault.kind is ErrorKind.RATE_LIMITED and not failed.fault.retryable:  # no money is left
        return Remedy.ANOTHER_ACCOUNT
    return REMEDIES.get(failed.fault.kind, Remedy.NOWHERE)


def others(remedy: Remedy, failed: Place, places: Sequence[Place], tried: Collection[Place]) -> tuple[Place, ...]:
    """Return the places that are left after ``failed``, without those ``tried`` before it."""
    match remedy:
        case Remedy.NOWHERE:
            return ()
        case Remedy.SOON:
            return tuple(each for each in places if each not in tried)
        case Remedy.ANOTHER_PLACE:
            return tuple(each for each in places if each not in tried and each is not failed)
        case Remedy.ANOTHER_ACCOUNT:
            account = failed.account.terms.name
            return tuple(each for each in places if each not in tried and each.account.terms.name != account)
        case Remedy.LARGER_WINDOW:
            return tuple(each for each in places if each not in tried and _is_larger(each, failed))


def _is_larger(place: Place, failed: Place) -> bool:
    """Whether a prompt too long for the one is known to have more room in the other."""
    window, too_small = place.account.terms.window_tokens, failed.account.terms.window_tokens
    return window is not None and too_small is not None and window > too_small
