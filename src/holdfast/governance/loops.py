"""Whether an agent goes in circles: found from the trail of its calls, before it has burned the budget. Pure.

A call is known by its tool, the digest of its arguments and the digest of what it gave. Arguments of calls that failed
have a sketch besides (the least hashes of their pieces: Broder, "On the resemblance and containment of documents",
1997), so that those that differ by a word are known to be alike.
"""

import enum
import zlib
from collections import Counter
from collections.abc import Sequence

import msgspec

TRAIL_MAX = 40
"""How many of an agent's last calls are looked at."""
PIECE_BYTES = 4
SKETCH_SIZE = 16
ALIKE_SHARE_LEAST = 0.6
"""Arguments that have that share of their pieces in common are nearly the same."""
PERIOD_MAX = 4


class Circle(enum.StrEnum):
    """In which way an agent gets nowhere."""

    SAME_CALL = "same_call"
    """The same call gave the same result again and again."""
    SIMILAR_CALLS = "similar_calls"
    """Calls that hardly differ failed one after the other."""
    CYCLE = "cycle"
    """A few calls take turns, and nothing changes."""
    NOTHING_NEW = "nothing_new"
    """Whatever is called, every result has been seen before."""


class Mark(msgspec.Struct, frozen=True):
    """One call on the trail."""

    tool: str
    arguments: str
    """Digest of the canonical arguments."""
    result: str
    """Digest of what the model was shown."""
    is_error: bool = False
    sketch: tuple[int, ...] = ()
    """Of the arguments of a call that failed."""


class Threshold(msgspec.Struct, frozen=True):
    """From how many on the model is told, and from how many on the agent is stopped."""

    hint: int
    stop: int


class Thresholds(msgspec.Struct, frozen=True, kw_only=True):
    """When each circle counts as one. Measured on 100 recorded runs of a real agent: see the tests."""

    same_call: Threshold = Threshold(3, 6)
    """Times the same call gave the same result."""
    similar_calls: Threshold = Threshold(4, 8)
    """Calls in a row."""
    cycle: Threshold = Threshold(3, 5)
    """Rounds."""
    nothing_new: Threshold = Threshold(7, 12)
    """Calls in a row."""


DEFAULT = Thresholds()


class Found(msgspec.Struct, frozen=True):
    """A circle, how often it went round, and whether that is enough to stop."""

    circle: Circle
    count: int
    tools: tuple[str, ...]
    is_final: bool


def sketch_of(canonical: bytes) -> tuple[int, ...]:
    """Return the sketch of canonical arguments, in order."""
    pieces = {canonical[start : start + PIECE_BYTES] for start in range(max(1, len(canonical) - PIECE_BYTES + 1))}
    return tuple(sorted(map(zlib.crc32, pieces))[:SKETCH_SIZE])


def are_alike(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether two sketches are of arguments that are nearly the same."""
    least = sorted({*one, *other})[:SKETCH_SIZE]
    shared = sum(piece in one and piece in other for piece in least)
    return bool(least) and shared >= ALIKE_SHARE_LEAST * len(least)


def find_circle(trail: Sequence[Mark], thresholds: Thresholds = DEFAULT) -> Found | None:
    """Return the circle that the newest call of ``trail`` is part of, the one closest to its end first."""
    if not trail:
        return None
    found = (
        _judged(Circle.SAME_CALL, _same_call(trail), thresholds.same_call, trail[-1:]),
        _judged(Circle.SIMILAR_CALLS, _similar(trail), thresholds.similar_calls, trail[-1:]),
        _cycle(trail, thresholds.cycle),
        _judged(Circle.NOTHING_NEW, _nothing_new(trail), thresholds.nothing_new, trail[-PERIOD_MAX:]),
    )
    told = [each for each in found if each is not None]
    return max(told, key=lambda each: each.is_final, default=None)


def _same_call(trail: Sequence[Mark]) -> int:
    newest = trail[-1]
    return sum(_is_same(mark, newest) for mark in trail)


def _similar(trail: Sequence[Mark]) -> int:
    """How many calls in a row failed whose arguments hardly differ from those of the call before."""
    count = 0
    for mark, before in zip(reversed(trail), [*reversed(trail[:-1]), None], strict=True):
        if not mark.is_error:
            break
        count += 1
        if before is None or before.tool != mark.tool or not are_alike(before.sketch, mark.sketch):
            break
    return count


def _nothing_new(trail: Sequence[Mark]) -> int:
    """How many of the newest calls in a row gave what had been seen before them."""
    seen = Counter((mark.tool, mark.result) for mark in trail)
    count = 0
    for mark in reversed(trail):
        seen[mark.tool, mark.result] -= 1
        if not seen[mark.tool, mark.result]:
            break
        count += 1
    return count


def _cycle(trail: Sequence[Mark], threshold: Threshold) -> Found | None:
    best: Found | None = None
    for period in range(2, PERIOD_MAX + 1):
        steps = trail[-period:]
        if len({(mark.tool, mark.arguments) for mark in steps}) < 2:
            continue
        rounds = 1
        while _is_round(trail, steps, period, rounds):
            rounds += 1
        found = _judged(Circle.CYCLE, rounds, threshold, steps)
        if found is not None and (best is None or found.count > best.count):
            best = found
    return best


def _is_round(trail: Sequence[Mark], steps: Sequence[Mark], period: int, rounds: int) -> bool:
    end = len(trail) - rounds * period
    earlier = trail[end - period : end] if end >= period else ()
    return len(earlier) == period and all(_is_same(one, other) for one, other in zip(earlier, steps, strict=True))


def _is_same(one: Mark, other: Mark) -> bool:
    return (one.tool, one.arguments, one.result) == (other.tool, other.arguments, other.result)


def _judged(circle: Circle, count: int, threshold: Threshold, marks: Sequence[Mark]) -> Found | None:
    if count < threshold.hint:
        return None
    return Found(circle, count, tuple(dict.fromkeys(mark.tool for mark in marks)), count >= threshold.stop)
