"""Reckons with the most that parts of a run take: all of them, the larger of several, so many times. Pure."""

from collections.abc import Iterable, Mapping

from holdfast.verify.report import Most

LIMITS = ("turns", "tool_calls", "tokens", "usd")
"""What a budget can limit of it."""
NOTHING = Most()
UNKNOWN = Most(turns=None, tool_calls=None, tokens=None, usd=None, runs=None)


def made(amounts: Mapping[str, float | None]) -> Most:
    """Return the amounts as what they are: all but dollars are counted."""
    whole = {name: None if each is None else int(each) for name, each in amounts.items() if name != "usd"}
    return Most(**whole, usd=amounts["usd"])


def many(one: Most, factor: int) -> Most:
    """Return ``one`` so many times."""
    return made({name: times(getattr(one, name), factor) for name in Most.__struct_fields__})


def times(amount: float | None, factor: int) -> float | None:
    """Return ``amount`` so many times; no times is nothing, whatever it is."""
    return 0 if factor == 0 else None if amount is None else amount * factor


def total(each: Iterable[Most]) -> Most:
    """Return what all take together."""
    found = list(each)
    return made({name: _added([getattr(one, name) for one in found]) for name in Most.__struct_fields__})


def either(each: Iterable[Most]) -> Most:
    """Return the most that one of them takes, of each kind."""
    found = list(each)
    return made({name: _largest([getattr(one, name) for one in found]) for name in Most.__struct_fields__})


def least_of(one: float | None, other: float | None) -> float | None:
    """Return the smaller, of those that are known."""
    return min((each for each in (one, other) if each is not None), default=None)


def _added(amounts: list[float | None]) -> float | None:
    known = [each for each in amounts if each is not None]
    return sum(known) if len(known) == len(amounts) else None


def _largest(amounts: list[float | None]) -> float | None:
    known = [each for each in amounts if each is not None]
    return max(known, default=0) if len(known) == len(amounts) else None
