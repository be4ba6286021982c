"""What a run is charged a day: spent for good, and held for calls whose reply is still to come.

A call belongs to the day on which it was made: what its reply says, and what somebody finds out of it later, is charged
to that day, however late. Money is counted in whole nano-dollars, so that sums of millions of calls stay exact.
"""

import msgspec

NANO = 1_000_000_000


class Charge(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What one day is charged with; in a sum of differences an amount may be below nothing."""

    day: int
    tokens: int = 0
    nano_usd: int = 0
    unpriced: int = 0
    """Calls of which nobody knows what they cost."""
    held_tokens: int = 0
    held_nano_usd: int = 0
    held_unpriced: int = 0
    """Calls in flight of which nobody knows what they may cost: to be told from those that are free."""


Charges = tuple[Charge, ...]
"""In the order of their days, each day once."""


def nano(usd: float | None) -> int:
    """Return an amount of dollars in nano-dollars; one that is not known counts as nothing."""
    return 0 if usd is None else round(usd * NANO)


def added(charges: Charges, more: Charge) -> Charges:
    """Return ``charges`` with ``more`` added to its day."""
    if len(charges) == 1 and charges[0].day == more.day:  # nearly always
        return (_plus(charges[0], more),)
    days = [each.day for each in charges]
    if more.day not in days:
        return tuple(sorted((*charges, more), key=lambda each: each.day))
    index = days.index(more.day)
    return (*charges[:index], _plus(charges[index], more), *charges[index + 1 :])


def since(before: Charges, now: Charges) -> Charges:
    """Return what was spent between the two, with what is held now, of each day on which they differ."""
    if now is before:
        return ()
    if len(before) == len(now) == 1 and before[0].day == now[0].day:  # nearly always
        return (_spent_since(before[0], now[0]),) if before[0] != now[0] else ()
    known = {each.day: each for each in before}
    return tuple([_spent_since(known.get(each.day), each) for each in now if known.get(each.day) != each])


def _plus(one: Charge, other: Charge) -> Charge:
    return Charge(
        one.day,
        one.tokens + other.tokens,
        one.nano_usd + other.nano_usd,
        one.unpriced + other.unpriced,
        one.held_tokens + other.held_tokens,
        one.held_nano_usd + other.held_nano_usd,
        one.held_unpriced + other.held_unpriced,
    )


def _spent_since(before: Charge | None, now: Charge) -> Charge:
    if before is None:
        return now
    return Charge(
        now.day,
        now.tokens - before.tokens,
        now.nano_usd - before.nano_usd,
        now.unpriced - before.unpriced,
        now.held_tokens,
        now.held_nano_usd,
        now.held_unpriced,
    )
