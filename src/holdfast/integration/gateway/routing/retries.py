"""How many tries beyond the first a model's traffic may have, so that an outage is not made worse. Pure."""

RETRIES_SHARE_MAX = 0.2
"""Retries beyond this share of the calls are not made at once."""
RETRIES_A_MINUTE = 10.0
"""What little traffic may have in any case."""
RETRIES_SAVED_MAX = 50.0
MINUTE_SECONDS = 60.0


class RetryBudget:
    """Calls pay in, retries draw (after Finagle's)."""

    __slots__ = ("_at", "_saved")

    def __init__(self, now: float) -> None:
        self._saved, self._at = RETRIES_A_MINUTE, now

    def called(self) -> None:
        """Note a first try."""
        self._saved = min(RETRIES_SAVED_MAX, self._saved + RETRIES_SHARE_MAX)

    def draws(self, now: float) -> bool:
        """Whether one more try may be made now; if so it is drawn."""
        floor = max(0.0, now - self._at) * RETRIES_A_MINUTE / MINUTE_SECONDS
        self._saved, self._at = max(self._saved, min(RETRIES_A_MINUTE, self._saved + floor)), now
        if self._saved < 1:
            return False
        self._saved -= 1
        return True
