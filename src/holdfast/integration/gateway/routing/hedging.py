"""After how long, and where, a second is asked beside one that is silent; learned from the calls before. Pure."""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.integration.gateway.routing.place import Place
from holdfast.kernel.breaker import State

SEEN_MIN = 20
"""Of fewer calls than this a quantile says little: a place of which no more were seen is waited for."""
SEEN_KEPT_MAX = 200
"""It is the last so many calls of a place that count."""


@dataclass(frozen=True, slots=True)
class HedgeAfter:
    """How long a call may be silent: so many seconds, or as long as a share of those before it were at its place."""

    seconds: float | None = None
    share: float | None = None


class Hedging:
    """What one route knows of its places' silence. A first that was outrun was silent for so long at the least."""

    def __init__(self, after: HedgeAfter, places: Sequence[Place]) -> None:
        self._after, self._places = after, tuple(places)
        self._silences: dict[Place, deque[float]] = {place: deque(maxlen=SEEN_KEPT_MAX) for place in places}

    def is_possible(self, now: float) -> bool:
        """Whether a second may be asked beside some call that is made now: only then need anybody reserve for two."""
        return any(self.seconds_at(place) is not None and self.beside(place, now) for place in self._places)

    def seconds_at(self, place: Place) -> float | None:
        """Return how long a call at ``place`` may be silent; None as long as that is not known."""
        if self._after.share is None:
            return self._after.seconds
        seen = self._silences[place]
        if len(seen) < SEEN_MIN:
            return None
        return sorted(seen)[math.ceil(self._after.share * len(seen)) - 1]

    def beside(self, place: Place, now: float) -> tuple[Place, ...]:
        """Return where a second may be asked: what has a capacity of its own and is in good health."""
        return tuple(each for each in self._places if _is_apart(each, place) and _is_healthy(each, now))

    def note_silence(self, place: Place, seconds: float) -> None:
        """Take note of how long a call at ``place`` was silent."""
        if self._after.share is not None:
            self._silences[place].append(seconds)


def _is_apart(place: Place, other: Place) -> bool:
    return place.account.meter is not other.account.meter


def _is_healthy(place: Place, now: float) -> bool:
    account = place.account
    return account.state(now) is State.CLOSED and not account.is_barred(now)
