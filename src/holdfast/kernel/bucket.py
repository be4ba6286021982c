"""A token bucket that fills continuously and may go into debt. Pure: it is told the time."""

import math

MINUTE_SECONDS = 60.0


class Bucket:
    """Holds at most ``capacity``, which it regains in ``seconds`` (the token bucket of RFC 2697, with one colour).

    What was taken can be given back, and settling at more than was reserved leaves a debt that the refill pays: nothing
    is dropped, what follows waits the longer.
    """

    __slots__ = ("_at", "_level", "_seconds", "capacity")

    def __init__(self, capacity: float, now: float, seconds: float = MINUTE_SECONDS) -> None:
        self.capacity, self._seconds = capacity, seconds
        self._level, self._at = capacity, now

    def level(self, now: float) -> float:
        """Return what could be taken at ``now``; below 0 it is in debt."""
        self._refill(now)
        return self._level

    def take(self, amount: float, now: float) -> None:
        """Take ``amount``, whatever the level; give it back by a negative one."""
        self._refill(now)
        self._level = min(self.capacity, self._level - amount)

    def ready_at(self, amount: float, now: float) -> float:
        """Return the instant from which ``amount`` can be taken. What exceeds the capacity waits until it is full."""
        missing = min(amount, self.capacity) - self.level(now)
        if missing <= 0:
            return now
        if self.capacity <= 0:
            return math.inf
        return now + missing * self._seconds / self.capacity

    def clamp(self, level: float, now: float) -> None:
        """Lower the level to what the provider says is left; it never rises above what is known here."""
        self._refill(now)
        self._level = min(self._level, level)

    def resize(self, capacity: float, now: float) -> None:
        """Change how much it holds and how fast it fills; what is there shrinks with it, a debt stays as it is."""
        self._refill(now)
        if self._level > 0 and capacity < self.capacity:
            self._level *= capacity / self.capacity
        self.capacity = capacity

    def _refill(self, now: float) -> None:
        passed = max(0.0, now - self._at)  # a clock that was set back fills nothing, and takes nothing either
        self._at = max(self._at, now)
        self._level = min(self.capacity, self._level + passed * self.capacity / self._seconds)
