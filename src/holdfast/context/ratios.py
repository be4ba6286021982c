"""How far estimates of tokens are off, learned model by model from what providers report.

Kept in the memory of a process: what an estimate was taken for is journalled with the call, so replay never asks.
"""

import math
from collections import OrderedDict, deque
from collections.abc import Iterable

import msgspec

KEPT_MAX = 1_024
"""How many models, each with its openings, are remembered; the one not heard of for longest goes first."""
SAMPLES_MAX = 60
"""From how many of the last replies the upper end is taken."""
LONG_TOKENS = 100
"""Of fewer estimated tokens a ratio says little: what is off there is a few tokens for each message."""
PRIOR_TOKENS = 200
"""So many tokens' worth of replies it takes until what is reported counts as much as the estimate does."""
DECAY = 0.9
"""How much of what was learned before a reply is still worth after it."""
HIGH_SHARE = 0.95
RATIO_MIN, RATIO_MAX = 0.25, 8.0
"""What is beyond has another reason, such as a provider's own search that fills the prompt."""


class Ratio(msgspec.Struct, frozen=True):
    """What an estimate is turned into: ``expected`` for what is likely, ``upper`` for what is to be reserved."""

    mean: float = 1.0
    high: float = 1.0
    """Of long texts at most one in twenty was more times its estimate than this."""
    more: int = 0
    """Of short ones at most one in twenty was more tokens than this above what was likely."""

    def expected(self, estimated: int) -> int:
        """Return how many tokens are likely."""
        return math.ceil(estimated * self.mean)

    def upper(self, estimated: int) -> int:
        """Return how many tokens there are at most, as far as can be told."""
        return max(math.ceil(estimated * self.high), math.ceil(estimated * self.mean) + self.more) if estimated else 0


class Ratios:
    """What was learned. ``opening`` names what every run of an agent begins with; without it, what turns add."""

    def __init__(self) -> None:
        self._learned: OrderedDict[tuple[str, str], _Learned] = OrderedDict()

    def of(self, model: str, opening: str = "") -> Ratio:
        """Return by how much an estimate for ``model`` is multiplied; by nothing where nothing was learned."""
        learned = self._learned.get((model, opening))
        return learned.ratio if learned is not None else Ratio()

    def learn(self, model: str, estimated: int, reported: int, opening: str = "") -> None:
        """Take note that what was estimated was reported to be so much."""
        if estimated <= 0 or reported <= 0:
            return
        learned = self._learned.pop((model, opening), None) or _Learned()
        learned.add(estimated, reported)
        self._learned[model, opening] = learned
        if len(self._learned) > KEPT_MAX:
            self._learned.popitem(last=False)


class _Learned:
    """The replies of one kind: sums in which older ones fade, and how far the last ones were off."""

    __slots__ = ("_estimated", "_excess", "_ratios", "_reported", "ratio")

    def __init__(self) -> None:
        self._estimated = self._reported = float(PRIOR_TOKENS)
        self._ratios: deque[float] = deque([1.0], SAMPLES_MAX)
        self._excess: deque[float] = deque([0.0], SAMPLES_MAX)
        self.ratio = Ratio()

    def add(self, estimated: int, reported: int) -> None:
        within = min(max(reported / estimated, RATIO_MIN), RATIO_MAX)
        self._estimated = DECAY * self._estimated + estimated
        self._reported = DECAY * self._reported + estimated * within
        mean = self._reported / self._estimated
        if estimated >= LONG_TOKENS:
            self._ratios.append(within)
        else:
            self._excess.append(estimated * (within - mean))
        high = max(mean, _upper_end(self._ratios))
        self.ratio = Ratio(mean, high, math.ceil(max(0.0, _upper_end(self._excess))))


def _upper_end(values: Iterable[float]) -> float:
    ordered = sorted(values)
    return ordered[math.ceil(HIGH_SHARE * len(ordered)) - 1]
