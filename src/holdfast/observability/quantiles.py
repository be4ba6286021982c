"""How long most of many things took, without keeping how long each took: right to one per cent."""

import math

GROWTH = 1.02
"""Each bucket is this much wider than the one before: what is told is its middle."""
SHORTEST_SECONDS = 1e-6

_LOG = math.log(GROWTH)


class Quantiles:
    """Takes in durations; keeps a count for each width, of which a day has less than 1,300."""

    __slots__ = ("_buckets", "_count")

    def __init__(self) -> None:
        self._buckets: dict[int, int] = {}
        self._count = 0

    def add(self, seconds: float) -> None:
        """Take in one duration; what is shorter than a microsecond counts as that."""
        bucket = math.floor(math.log(max(seconds, SHORTEST_SECONDS)) / _LOG)
        self._buckets[bucket] = self._buckets.get(bucket, 0) + 1
        self._count += 1

    def at(self, share: float) -> float | None:
        """Return the duration that ``share`` of all do not exceed, None if there was none at all."""
        wanted = math.ceil(share * self._count)
        passed = 0
        for bucket in sorted(self._buckets):
            passed += self._buckets[bucket]
            if passed >= wanted:
                return round(math.exp((bucket + 0.5) * _LOG), 6)
        return None
