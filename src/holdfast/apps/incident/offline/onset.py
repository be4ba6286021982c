"""Since when a series is off its course: the step or ramp, begun at some minute, that fits it best. Pure."""

from collections.abc import Sequence
from itertools import accumulate

LENGTHS = (1, 4, 8, 12, 18, 25, 35, 50, 70, 100)
"""How long a ramp may take, in minutes; one of a minute is a step."""
EDGE_MINUTES = 5
"""So near to the beginning or end of a series no bend can be told."""


def onset_of(values: Sequence[float]) -> int:
    """Return the place of the first value that is off its course."""
    total, best = len(values), (float("inf"), 0)
    sums, squares = [0.0, *accumulate(values)], [0.0, *accumulate(value * value for value in values)]
    for begin in range(EDGE_MINUTES, total - EDGE_MINUTES):
        mean = sums[begin] / begin
        before = squares[begin] - begin * mean * mean
        rest = [value - mean for value in values[begin:]]
        power = sum(value * value for value in rest)
        for length in LENGTHS:
            if begin + length > total + length // 2:
                break
            best = min(best, (before + power - _explained(rest, length), begin))
    return best[1]


def _explained(rest: Sequence[float], length: int) -> float:
    """Return how much of the squares of ``rest`` the best ramp of this length takes away."""
    height = [min(1.0, (place + 1) / length) for place in range(len(rest))]
    along = sum(value * share for value, share in zip(rest, height, strict=True))
    return along * along / sum(share * share for share in height)
