"""How often a tool may be called, and what is left of that."""

import math
from collections.abc import Sequence
from typing import Literal
from weakref import WeakKeyDictionary

import msgspec

from holdfast.kernel.bucket import Bucket

Per = Literal["agent", "tenant"]
BUCKETS_MAX = 10_000
"""For how many agents and tenants of a tool is remembered what they have left; beyond that the idle begin anew."""


class Rate(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """At most so many calls in so many seconds, over all runs of a process."""

    calls: int
    seconds: float = 60.0
    per: tuple[Per, ...] = ("agent", "tenant")
    """Who has calls of their own; empty: all share them."""
    wait_seconds_max: float = 10.0
    """How long a call waits for its turn; where it would be longer it is refused, and told when to come back."""


def unusable_rate(rate: Rate) -> str | None:
    """Return what is no limit in ``rate``, None if all are."""
    if rate.calls < 1:
        return f"expected rate.calls from 1, found {rate.calls}"
    if not 0 < rate.seconds < math.inf:
        return f"expected rate.seconds above 0, found {rate.seconds:g}"
    if not 0 <= rate.wait_seconds_max < math.inf:
        return f"expected rate.wait_seconds_max from 0, found {rate.wait_seconds_max:g}"
    if unknown := set(rate.per) - {"agent", "tenant"}:
        return f"expected rate.per of 'agent' and 'tenant', found {', '.join(sorted(unknown))}"
    return None


class Rates:
    """What is left of the rates of a process. Told the time, it keeps none."""

    def __init__(self) -> None:
        self._buckets: WeakKeyDictionary[object, dict[tuple[str, ...], Bucket]] = WeakKeyDictionary()

    def bucket(self, tool: object, rate: Rate, agent: str, tenant: str, now: float) -> Bucket:
        """Return the bucket that a call of ``tool`` for them takes from."""
        whose = {"agent": agent, "tenant": tenant}
        key = tuple(whose[each] for each in _sorted(rate.per))
        known = self._buckets.setdefault(tool, {})
        if (found := known.get(key)) is None:
            if len(known) >= BUCKETS_MAX:
                _forget_full(known, now)
            found = known[key] = Bucket(rate.calls, now, rate.seconds)
        return found


def _sorted(per: Sequence[Per]) -> list[Per]:
    return sorted(set(per))


def _forget_full(known: dict[tuple[str, ...], Bucket], now: float) -> None:
    """Forget who has all calls left: they begin with as many. If all are used, forget who has most."""
    full = [key for key, each in known.items() if each.level(now) >= each.capacity]
    for key in full or [max(known, key=lambda key: known[key].level(now))]:
        del known[key]
