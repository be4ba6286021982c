"""One allowance in one period: what is spent of it for good, and what runs under way may yet come to. Pure.

A run's share is the most that any version of it may come to which a crash could leave behind: from the one that is
durable to the one that was appended last. So a crash that loses a reply, and charges its call in full, finds the room
for that still there.
"""

from collections.abc import Iterable

import msgspec

from holdfast.governance.allowance import Allowance, Span
from holdfast.kernel.charges import Charge, Charges
from holdfast.kernel.ids import RunId

ALERT_SHARE = 0.8
"""From what share on an allowance is nearly spent."""


class Amount(msgspec.Struct, frozen=True):
    """Tokens, nano-dollars, and calls of which nobody knows what they cost."""

    tokens: int = 0
    nano_usd: int = 0
    unpriced: int = 0

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.tokens + other.tokens, self.nano_usd + other.nano_usd, self.unpriced + other.unpriced)

    def __sub__(self, other: "Amount") -> "Amount":
        return Amount(self.tokens - other.tokens, self.nano_usd - other.nano_usd, self.unpriced - other.unpriced)


NOTHING = Amount()


class Share(msgspec.Struct, frozen=True):
    """What a run under way has spent for good, and the most that it may come to."""

    firm: Amount = NOTHING
    most: Amount = NOTHING


class Tally:
    """Counts one allowance; where each tenant has its own, that of one ``tenant``."""

    def __init__(self, allowance: Allowance, tenant: str, now: float) -> None:
        self.allowance, self.tenant = allowance, tenant
        self.span = allowance.span_at(now)
        self.firm = NOTHING
        """Spent for good."""
        self.most = NOTHING
        """With what runs under way may yet come to."""
        self.awaited_by: set[RunId] = set()
        """Runs of which a call was told to wait until it is renewed."""
        self._shares: dict[RunId, Share] = {}
        self._was_alerted = False

    @property
    def owner(self) -> str:
        """Whose allowance it is, in words."""
        return self.allowance.owner(self.tenant)

    @property
    def held(self) -> Amount:
        """What is neither spent nor left."""
        return self.most - self.firm

    def turn(self, now: float) -> None:
        """Begin the period that ``now`` is in, if that is a later one: nothing is spent of it yet."""
        span = self.allowance.span_at(now)
        if span.first > self.span.last:
            self.span, self.firm, self.most, self._was_alerted = span, NOTHING, NOTHING, False
            self._shares.clear()
            self.awaited_by.clear()

    def spend(self, amount: Amount) -> None:
        """Count what was spent for good."""
        self.firm, self.most = self.firm + amount, self.most + amount

    def share(self, run: RunId, share: Share) -> None:
        """Count ``share`` for what ``run`` comes to, in place of what was counted for it before."""
        before = self._shares.get(run, Share())
        self._shares[run] = share
        self.firm, self.most = self.firm - before.firm + share.firm, self.most - before.most + share.most

    def keep(self, run: RunId) -> None:
        """Count the share of ``run`` as spent for good."""
        share = self._shares.pop(run, Share())
        self.firm = self.firm - share.firm + share.most

    def spent_share(self) -> float:
        """Return which share of it is spent for good, of the limit that is nearest."""
        limits = ((self.firm.tokens, self.allowance.tokens), (self.firm.nano_usd, self.allowance.nano_usd))
        return max((spent / limit if limit else 1.0) for spent, limit in limits if limit is not None)

    def is_to_alert(self) -> bool:
        """Whether it has come to be nearly spent: once a period."""
        if self._was_alerted or self.spent_share() < ALERT_SHARE:
            return False
        self._was_alerted = True
        return True


def within(charges: Iterable[Charge], span: Span) -> Iterable[Charge]:
    """Return the charges of the days of a period."""
    return (each for each in charges if span.first <= each.day <= span.last)


def firm_of(charges: Charges, span: Span) -> Amount:
    """Return what is spent for good in a period."""
    found = list(within(charges, span))
    return Amount(
        sum(each.tokens for each in found), sum(each.nano_usd for each in found), sum(each.unpriced for each in found)
    )


def whole_of(charges: Charges, span: Span) -> Amount:
    """Return what is spent and held in a period."""
    found = list(within(charges, span))
    return firm_of(charges, span) + Amount(
        sum(each.held_tokens for each in found), sum(each.held_nano_usd for each in found)
    )


def most_of(amounts: Iterable[Amount]) -> Amount:
    """Return the highest of each kind."""
    found = list(amounts)
    return Amount(
        max(each.tokens for each in found), max(each.nano_usd for each in found), max(each.unpriced for each in found)
    )
