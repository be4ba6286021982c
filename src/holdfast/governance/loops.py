"""Whether an agent goes in circles: found from the trail of its calls, before it has burned the budget. Pure.

A call is known by its tool, the digest of its arguments and the digest of what it gave; arguments of calls that failed
have a sketch besides, so that those that differ by a word are known to be alike.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise, takewhile

import msgspec

from holdfast.governance.loop_thresholds import DEFAULT, Threshold, Thresholds
from holdfast.journal.events.circles import Circle
from holdfast.journal.fold.trail import Mark, Suspicion
from holdfast.kernel.ids import digest
from holdfast.kernel.sketch import are_alike

PERIOD_MAX = 4
KEY_DIGITS = 16
DRIFT_WINDOW = 8
"""Among how many of the last calls those are counted that have nothing to do with the task."""


class Found(msgspec.Struct, frozen=True):
    """A circle, how often it went round, and whether that is enough to stop."""

    circle: Circle
    count: int
    tools: tuple[str, ...]
    is_final: bool
    key: str = ""
    """Which circle of its kind it is: the same as long as it grows."""
    threshold: int = 0
    """The count that it has reached."""

    def is_news_to(self, suspected: Sequence[Suspicion]) -> bool:
        """Whether it has grown since the model was told of it, or never was."""
        return not any(
            (each.circle, each.key) == (self.circle, self.key) and each.count >= self.count for each in suspected
        )


def find_circles(trail: Sequence[Mark], fresh: int, thresholds: Thresholds = DEFAULT) -> tuple[Found, ...]:
    """Return the circles that the newest ``fresh`` calls of ``trail`` are part of: the largest of each kind."""
    largest: dict[Circle, Found] = {}
    for end in range(len(trail) - fresh + 1, len(trail) + 1):
        for found in _circles(trail if end == len(trail) else trail[:end], thresholds):
            if found.circle not in largest or largest[found.circle].count < found.count:
                largest[found.circle] = found
    if (adrift := _drift(trail[: len(trail) - fresh], thresholds.drift)) is not None:
        largest[Circle.DRIFT] = adrift
    return tuple(largest.values())


def _circles(trail: Sequence[Mark], thresholds: Thresholds) -> list[Found]:
    newest = trail[-1] if trail else None
    if newest is None:
        return []
    found = [_similar(trail, thresholds.similar_calls)] if newest.is_error else []
    if len([mark for mark in trail if mark.result == newest.result and mark.tool == newest.tool]) > 1:
        found += (
            _same_call(trail, thresholds.same_call),
            _cycle(trail, thresholds.cycle),
            _nothing_new(trail, thresholds.nothing_new),
            _contradiction(trail, thresholds.contradiction),
        )
    return [each for each in found if each is not None]


def _same_call(trail: Sequence[Mark], threshold: Threshold | None) -> Found | None:
    """Look how often the newest call was made since it last gave another result."""
    newest = trail[-1]
    made = (mark for mark in reversed(trail) if _call(mark) == _call(newest))
    same = list(takewhile(lambda mark: mark.result == newest.result, made))
    return _judged(Circle.SAME_CALL, same, threshold, _call(newest))


def _similar(trail: Sequence[Mark], threshold: Threshold | None) -> Found | None:
    """Look how many calls in a row failed whose arguments hardly differ from those of the call before."""
    count = 0
    for mark, before in zip(reversed(trail), [*reversed(trail[:-1]), None], strict=True):
        if not mark.is_error:
            break
        count += 1
        if before is None or before.tool != mark.tool or not are_alike(before.sketch, mark.sketch):
            break
    return _in_a_row(Circle.SIMILAR_CALLS, trail, count, threshold)


def _nothing_new(trail: Sequence[Mark], threshold: Threshold | None) -> Found | None:
    """Look how many of the newest calls in a row gave what had been seen before them."""
    seen = Counter((mark.tool, mark.result) for mark in trail)
    count = 0
    for mark in reversed(trail):
        seen[mark.tool, mark.result] -= 1
        if not seen[mark.tool, mark.result]:
            break
        count += 1
    return _in_a_row(Circle.NOTHING_NEW, trail, count, threshold)


def _cycle(trail: Sequence[Mark], threshold: Threshold | None) -> Found | None:
    best: Found | None = None
    for period in range(2, PERIOD_MAX + 1):
        steps = trail[-period:]
        if len({(mark.tool, mark.arguments) for mark in steps}) < 2:
            continue
        rounds = 1
        while _is_round(trail, steps, period, rounds):
            rounds += 1
        found = _judged(Circle.CYCLE, steps, threshold, " ".join(sorted({_call(mark) for mark in steps})), rounds)
        if found is not None and (best is None or found.count > best.count):
            best = found
    return best


def _contradiction(trail: Sequence[Mark], threshold: Threshold | None) -> Found | None:
    """Look how many results of the newest read have taken turns since the agent may last have changed something."""
    newest = trail[-1]
    if newest.may_change:
        return None
    since = next((place for place in range(len(trail), 0, -1) if trail[place - 1].may_change), 0)
    readings = [mark for mark in trail[since:] if _call(mark) == _call(newest) and not mark.is_error]
    results = [mark.result for mark in readings]
    returns = sum(
        result != before and result in results[:place] for place, (before, result) in enumerate(pairwise(results), 1)
    )
    if not returns or results[-1] == results[-2]:
        return None
    return _judged(Circle.CONTRADICTION, readings, threshold, _call(newest), returns + 2)


def _drift(trail: Sequence[Mark], threshold: Threshold | None) -> Found | None:
    adrift = [mark for mark in trail[-DRIFT_WINDOW:] if mark.is_adrift]
    return _judged(Circle.DRIFT, adrift, threshold, "") if adrift else None


def _is_round(trail: Sequence[Mark], steps: Sequence[Mark], period: int, rounds: int) -> bool:
    end = len(trail) - rounds * period
    earlier = trail[end - period : end] if end >= period else ()
    return len(earlier) == period and all(_is_same(one, other) for one, other in zip(earlier, steps, strict=True))


def _is_same(one: Mark, other: Mark) -> bool:
    return (one.tool, one.arguments, one.result) == (other.tool, other.arguments, other.result)


def _call(mark: Mark) -> str:
    """Return what a call is known by, whatever it gave."""
    return f"{mark.tool} {mark.arguments}"


def _in_a_row(circle: Circle, trail: Sequence[Mark], count: int, threshold: Threshold | None) -> Found | None:
    """A row is the same for as long as it began with the same turn."""
    return _judged(circle, trail[len(trail) - count :], threshold, f"{trail[-count].turn}") if count else None


def _judged(
    circle: Circle, marks: Sequence[Mark], threshold: Threshold | None, key: str, count: int | None = None
) -> Found | None:
    count = len(marks) if count is None else count
    if threshold is None or count < threshold.hint:
        return None
    is_final = threshold.stop is not None and count >= threshold.stop
    reached = threshold.stop if is_final and threshold.stop is not None else threshold.hint
    name = digest(key.encode("utf-8", "surrogatepass"))[:KEY_DIGITS]
    return Found(circle, count, tuple(dict.fromkeys(mark.tool for mark in marks)), is_final, name, reached)
