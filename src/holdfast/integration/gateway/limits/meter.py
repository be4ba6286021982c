"""What an account has left: reserved before a call is sent, settled after it. Pure: it is told the time.

The reserve is what a call is *expected* to take; budgets reserve the worst case, and are another thing
(``governance.budget``). A call that takes more leaves a debt, which the refill pays.
"""

import math

import msgspec

from holdfast.integration.gateway.limits.rate import Rate, Taken
from holdfast.kernel.bucket import MINUTE_SECONDS, Bucket

MARGIN = 0.98
"""How much of a published limit is used: the rest absorbs clocks that differ and calls that take longer to arrive."""
DECREASE = 0.7
INCREASE_PER_MINUTE = 0.3
"""Additive increase, multiplicative decrease: how the share in use falls on overload, and how it recovers."""
SHARE_LEAST = 0.05
TRANSIT_SECONDS = 1.0
"""A call sent less than that ago may not have reached the provider when it wrote its headers."""
FROZEN_SECONDS_MAX = 600.0
"""The longest rest that is taken from a provider's word."""
DECREASE_SECONDS_MIN = 1.0
"""Calls that fail together tell one thing: the share falls once in this time."""


class Left(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What the provider says is left, in its headers; None where it says nothing."""

    requests: float | None = None
    input_tokens: float | None = None
    output_tokens: float | None = None
    of: Rate = Rate()
    """Of what limits; they hold where none is configured, and where they are lower."""


class Reservation(msgspec.Struct, frozen=True):
    """What was taken for one call; settle it once."""

    number: int
    taken: Taken
    at: float


class Meter:
    """One account's buckets, what is under way, and the share of the limits that is used at present."""

    def __init__(self, rate: Rate, now: float) -> None:
        self._rate = rate
        self._share, self._share_at, self._cut_at = 1.0, now, -math.inf
        self._frozen_until = -math.inf
        self._numbers = 0
        self._under_way: dict[int, Reservation] = {}
        self._at_once_found: int | None = None
        self._limits = [None if limit is None else limit * MARGIN for limit in _limits(rate)]
        self._buckets = [None if limit is None else Bucket(limit, now) for limit in self._limits]

    @property
    def under_way(self) -> int:
        """How many calls have a reservation."""
        return len(self._under_way)

    @property
    def is_used(self) -> bool:
        """Whether anything was ever reserved."""
        return self._numbers > 0

    @property
    def is_limited(self) -> bool:
        """Whether any limit is known."""
        return self._rate.at_once is not None or self._at_once_found is not None or any(self._buckets)

    @property
    def frozen_until(self) -> float:
        """The instant before which nothing is sent."""
        return self._frozen_until

    @property
    def limits(self) -> Rate:
        """The limits in force, configured or learned."""
        requests, tokens, output = (None if limit is None else round(limit / MARGIN) for limit in self._limits)
        at_once = self._rate.at_once or self._at_once_found
        return Rate(requests=requests, input_tokens=tokens, output_tokens=output, at_once=at_once)

    def headroom(self, now: float) -> float:
        """Return the share of its scarcest limit that is left, 1.0 without a limit."""
        return min((max(0.0, each.level(now)) / each.capacity for each in self._buckets if each), default=1.0)

    def share(self, now: float) -> float:
        """Return the share of the limits in use: 1.0 unless the account was overloaded of late."""
        recovered = (now - self._share_at) * INCREASE_PER_MINUTE / MINUTE_SECONDS
        return min(1.0, self._share + max(0.0, recovered))

    def ready_at(self, wanted: Taken, now: float) -> float:
        """Return the instant from which a call may be sent; infinity while only the end of another makes room."""
        self._adapt(now)
        if self._at_once_is_reached(now):
            return math.inf
        waits = [self._frozen_until, now]
        for bucket, amount in zip(self._buckets, _amounts(wanted), strict=True):
            if bucket is not None:
                waits.append(bucket.ready_at(amount, now))
        return max(waits)

    def reserve(self, wanted: Taken, now: float) -> Reservation:
        """Take what a call is expected to consume."""
        self._adapt(now)
        self._numbers += 1
        reservation = Reservation(self._numbers, wanted, now)
        self._under_way[reservation.number] = reservation
        self._take(wanted, now)
        return reservation

    def settle(self, reservation: Reservation, taken: Taken | None, now: float) -> None:
        """Put what a call has really consumed in the place of what was reserved; None: that is not known, it stays.

        Settled twice it counts once.
        """
        if self._under_way.pop(reservation.number, None) is None or taken is None:
            return
        reserved = reservation.taken
        more = (after - before for after, before in zip(_amounts(taken), _amounts(reserved), strict=True))
        self._take(Taken(*more), now)

    def observe(self, left: Left, now: float, answered: Reservation | None = None) -> None:
        """Lower the buckets to what the provider says is left, less what it cannot have counted yet.

        Requests and input are counted when a call arrives, as the ``answered`` one has, output while it is made.
        """
        self._learn(left.of, now)
        still = self._under_way.values()
        in_transit = [each.taken for each in still if each.at > now - TRANSIT_SECONDS and each is not answered]
        requests, tokens, output = self._buckets
        if requests is not None and left.requests is not None:
            requests.clamp(left.requests * MARGIN - sum(each.requests for each in in_transit), now)
        if tokens is not None and left.input_tokens is not None:
            tokens.clamp(left.input_tokens * MARGIN - sum(each.input_tokens for each in in_transit), now)
        if output is not None and left.output_tokens is not None:
            output.clamp(left.output_tokens * MARGIN - sum(each.taken.output_tokens for each in still), now)

    def refused(self, retry_after_seconds: float | None, now: float) -> None:
        """Note a refusal for want of capacity (429, 529, a timeout): the account rests, and then is used less.

        Where no limit is known it is the calls under way that become fewer, until the share has recovered.
        """
        if retry_after_seconds is not None:
            self._frozen_until = max(self._frozen_until, now + min(retry_after_seconds, FROZEN_SECONDS_MAX))
        if self._at_once_found is None and not any(self._buckets):
            self._at_once_found = self.under_way + 1
        if now - self._cut_at >= DECREASE_SECONDS_MIN:
            self._share = max(SHARE_LEAST, self.share(now) * DECREASE)
            self._share_at = self._cut_at = now

    def _learn(self, told: Rate, now: float) -> None:
        """Take a limit that the provider tells, where none is configured or a higher one."""
        for index, (configured, said) in enumerate(zip(_limits(self._rate), _limits(told), strict=True)):
            if said is None:
                continue
            limit = min(said, configured or said) * MARGIN
            self._limits[index] = limit
            if self._buckets[index] is None:
                self._buckets[index] = Bucket(limit * self.share(now), now)

    def _adapt(self, now: float) -> None:
        share = self.share(now)
        for bucket, limit in zip(self._buckets, self._limits, strict=True):
            if bucket is not None and limit is not None and bucket.capacity != limit * share:
                bucket.resize(limit * share, now)

    def _at_once_is_reached(self, now: float) -> bool:
        share = self.share(now)
        if share >= 1.0:
            self._at_once_found = None
        at_once = self._rate.at_once or self._at_once_found
        return at_once is not None and self.under_way >= max(1, int(at_once * share))

    def _take(self, amount: Taken, now: float) -> None:
        for bucket, each in zip(self._buckets, _amounts(amount), strict=True):
            if bucket is not None:
                bucket.take(each, now)


def _amounts(of: Taken) -> tuple[float, float, float]:
    return of.requests, of.input_tokens, of.output_tokens


def _limits(of: Rate) -> tuple[int | None, int | None, int | None]:
    return of.requests, of.input_tokens, of.output_tokens
