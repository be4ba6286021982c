"""How often, and after what waits, something that failed is tried again. Pure."""

import math

import msgspec

RETRY_ATTEMPTS_MAX = 100
DOUBLINGS_MAX = 60
"""Beyond this no bound grows: a number that is too large for any clock is still one."""


class Retry(msgspec.Struct, frozen=True, omit_defaults=True):
    """What fails is tried again, where its fault says that this can help and nothing could be done twice.

    Between two tries comes a wait of random length, up to a bound that doubles. It counts in the time that there is.
    """

    attempts_max: int = 3
    """How often it is tried in all."""
    seconds_first: float = 1.0
    """The longest wait before the second try."""
    seconds_max: float = 60.0
    """The longest wait before any."""

    def wait_seconds_max(self, attempt: int) -> float:
        """Return the longest wait after try ``attempt`` has failed."""
        return min(self.seconds_max, self.seconds_first * 2.0 ** min(attempt - 1, DOUBLINGS_MAX))


def unusable_retry(retry: Retry) -> str | None:
    """Return what is no limit in ``retry``, None if all are."""
    if not 1 <= retry.attempts_max <= RETRY_ATTEMPTS_MAX:
        return f"expected retry.attempts_max from 1 to {RETRY_ATTEMPTS_MAX}, found {retry.attempts_max}"
    if not 0 < retry.seconds_first <= retry.seconds_max < math.inf:
        return (
            "expected retry.seconds_first above 0 and at most retry.seconds_max, "
            f"found {retry.seconds_first:g} and {retry.seconds_max:g}"
        )
    return None
