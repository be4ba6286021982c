"""A circuit breaker for one account or tool: open while calls fail by its fault, and probed by one at a time. Pure.

States after Nygard, "Release It!": closed, open, half open.
"""

import enum
from collections import deque

WINDOW_SECONDS = 60.0
CALLS_MIN = 5
FAILURES_SHARE_MAX = 0.5
"""It opens when at least that share of at least so many calls of the window failed."""
OPEN_SECONDS_FIRST, OPEN_SECONDS_MAX = 5.0, 120.0
OUTCOMES_KEPT_MAX = 20
"""It is the last so many calls that count: after an hour of success an outage shows at once."""


class State(enum.StrEnum):
    """Whether calls pass."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"
    """One call is let through; how it ends decides."""


class Breaker:
    """Counts how calls ended: only server errors, overload and silence count, never what the caller did wrong."""

    def __init__(self) -> None:
        self._outcomes: deque[tuple[float, bool]] = deque(maxlen=OUTCOMES_KEPT_MAX)
        self._open_until: float | None = None
        self._open_seconds = OPEN_SECONDS_FIRST
        self._is_probing = False

    def state(self, now: float) -> State:
        """Return whether calls pass."""
        if self._open_until is None:
            return State.CLOSED
        return State.OPEN if now < self._open_until else State.HALF_OPEN

    def ready_at(self, now: float) -> float | None:
        """Return the instant from which a call may pass; None while a probe is under way and will tell."""
        if self._open_until is None:
            return now
        if self._is_probing:
            return None
        return max(now, self._open_until)

    def passing(self, now: float) -> bool:
        """Note that a call passes; True if it is a probe, whose end is to be told as such."""
        self._is_probing = self._is_probing or self.state(now) is State.HALF_OPEN
        return self._is_probing

    def ended(self, *, failed: bool, was_probe: bool, now: float) -> None:
        """Note how a call ended."""
        if was_probe:
            self._is_probing = False
            if failed:
                self._open(now, min(OPEN_SECONDS_MAX, self._open_seconds * 2))
            else:
                self._open_until, self._open_seconds = None, OPEN_SECONDS_FIRST
                self._outcomes.clear()
            return
        if self._open_until is not None:
            return  # sent before it opened: it tells nothing new
        self._outcomes.append((now, failed))
        while self._outcomes and self._outcomes[0][0] < now - WINDOW_SECONDS:
            self._outcomes.popleft()
        failures = sum(bad for _, bad in self._outcomes)
        if len(self._outcomes) >= CALLS_MIN and failures >= FAILURES_SHARE_MAX * len(self._outcomes):
            self._open(now, self._open_seconds)

    def withdrawn(self, *, was_probe: bool) -> None:
        """Note that a call was cancelled: it tells nothing, and another may probe."""
        if was_probe:
            self._is_probing = False

    def _open(self, now: float, seconds: float) -> None:
        self._open_seconds = seconds
        self._open_until = now + seconds
