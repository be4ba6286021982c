"""Whether the allowances have room for one more call: the tallies of all of them, and of all runs under way. Pure.

What is asked for is the worst that a call may come to. It is counted from the moment at which it is appended, so runs
side by side never overshoot together; what a reply leaves of it is free once that reply is durable. A call belongs to
the period in which it was made: when it is settled in a later one, nothing of that one changes.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from holdfast.governance.allowance import EACH, Allowance, Span
from holdfast.governance.tally import Share, Tally, firm_of, most_of, whole_of
from holdfast.journal.ledger import Charged
from holdfast.kernel.charges import NANO, Charges
from holdfast.kernel.ids import RunId


class Spent(msgspec.Struct, frozen=True):
    """No room: ``owner`` names the allowance in words. None for ``renews_at`` says that waiting would not help."""

    owner: str
    why: str
    renews_at: float | None = None
    is_hopeless: bool = False
    """A fresh allowance would have no room either."""


class Busy(msgspec.Struct, frozen=True):
    """No room yet: what calls under way hold and may not need would do."""


class _Open(msgspec.Struct):
    """A run under way: what of it is counted in the tallies already, and what versions a crash could leave behind."""

    tenant: str
    app: str
    counted: Charges
    versions: deque[tuple[int, Charges]]


class Ledger:
    """Keeps the tallies. Whoever drives tells it of every run: that it is opened, what changes, that it is closed."""

    def __init__(self, allowances: Sequence[Allowance]) -> None:
        self.allowances = tuple(allowances)
        self._tallies: dict[tuple[int, str], Tally] = {}
        self._open: dict[RunId, _Open] = {}
        self._waiting: set[RunId] = set()

    def spans(self, now: float) -> set[Span]:
        """Return the periods that must be known at ``now``."""
        return {allowance.span_at(now) for allowance in self.allowances}

    def load(self, found: Mapping[Span, Sequence[Charged]], now: float) -> None:
        """Begin anew with what the store has for each period; what runs hold there counts as spent until they go on."""
        self._tallies.clear()
        self._open.clear()
        self._waiting.clear()
        for span, rows in found.items():
            for row in rows:
                charge = msgspec.structs.replace(row.charge, day=span.first)
                for tally in self.tallies(row.tenant, row.app, now):
                    if tally.span == span:
                        tally.spend(whole_of((charge,), span))

    def tallies(self, tenant: str, app: str, now: float) -> list[Tally]:
        """Return the tallies that a run of that tenant and app is counted in, in their present periods."""
        found = list(self._tallies_of(tenant, app, now))
        for tally in found:
            tally.turn(now)
        return found

    def opened(self, run: RunId, tenant: str, app: str, charges: Charges, version: int, now: float) -> None:
        """Say that ``run`` is driven from now on, and what is durable of it. What it holds is spent until it is not."""
        before = self._open.get(run)
        if before is not None:  # its last drive broke off: what had become of that was not known until now
            for tally in self.tallies(tenant, app, now):
                tally.share(run, Share())
                tally.spend(whole_of(charges, tally.span) - whole_of(before.counted, tally.span))
        self._open[run] = _Open(tenant, app, charges, deque([(version, charges)]))

    def changed(self, run: RunId, charges: Charges, version: int, durable: int, now: float) -> None:
        """Say what ``run`` has come to, and which version of it is durable."""
        known = self._open[run]
        if known.versions[-1][1] is not charges:
            known.versions.append((version, charges))
        elif len(known.versions) == 1:
            return
        while len(known.versions) > 1 and known.versions[1][0] <= durable:
            known.versions.popleft()
        for tally in self.tallies(known.tenant, known.app, now):
            counted = whole_of(known.counted, tally.span)
            most = most_of(whole_of(each, tally.span) for _, each in known.versions)
            tally.share(run, Share(firm_of(charges, tally.span) - counted, most - counted))

    def closed(self, run: RunId, now: float) -> None:
        """Say that ``run`` is not driven any more: what it may come to counts as spent until it goes on."""
        known = self._open[run]
        tallies = self.tallies(known.tenant, known.app, now)
        if len(known.versions) == 1:
            del self._open[run]
            for tally in tallies:
                tally.keep(run)
        else:
            for tally in tallies:
                most = most_of(whole_of(each, tally.span) for _, each in known.versions)
                most -= whole_of(known.counted, tally.span)
                tally.share(run, Share(most, most))

    def ask(
        self, run: RunId, tenant: str, app: str, tokens: int, nano_usd: int | None, now: float
    ) -> Spent | Busy | None:
        """Return why a call that may come to so much has no room, None if it has; ``nano_usd`` is None if unknown.

        Until ``waits_no_more`` the run counts as one that waits for what was spent.
        """
        verdicts = [(tally, _verdict(tally, tokens, nano_usd)) for tally in self.tallies(tenant, app, now)]
        spent = [(tally, verdict) for tally, verdict in verdicts if isinstance(verdict, Spent)]
        for tally, verdict in spent:
            if not verdict.is_hopeless:
                tally.awaited_by.add(run)
                self._waiting.add(run)
        if spent:
            return max((verdict for _, verdict in spent), key=_renewed_last)
        return next((verdict for _, verdict in verdicts if verdict is not None), None)

    def waits_no_more(self, run: RunId) -> None:
        """Say that no call of ``run`` waits until an allowance is renewed: it is over, or made, or given up."""
        if run in self._waiting:
            self._waiting.remove(run)
            for tally in self._tallies.values():
                tally.awaited_by.discard(run)

    def spent(self, tenant: str, app: str, now: float) -> Spent | None:
        """Return the allowance that forbids that another run begins: one that is spent, or that runs wait for."""
        found = [
            Spent(tally.owner, f"{tally.owner} is spent: {told(tally)}", tally.span.renews_at)
            for tally in self.tallies(tenant, app, now)
            if tally.awaited_by or _is_spent(tally)
        ]
        return max(found, key=_renewed_last, default=None)

    def alerts(self) -> list[Tally]:
        """Return the tallies that have come to be nearly spent since this was last asked."""
        return [tally for tally in self._tallies.values() if tally.is_to_alert()]

    def _tallies_of(self, tenant: str, app: str, now: float) -> Iterator[Tally]:
        for index, allowance in enumerate(self.allowances):
            if allowance.applies_to(tenant, app):
                key = (index, tenant if allowance.tenant == EACH else "")
                if key not in self._tallies:
                    self._tallies[key] = Tally(allowance, key[1], now)
                yield self._tallies[key]


def told(tally: Tally) -> str:
    """Return how much of an allowance is gone, in words."""
    limits = []
    if tally.allowance.tokens is not None:
        limits.append(f"{tally.most.tokens:,} of {tally.allowance.tokens:,} tokens")
    if tally.allowance.usd is not None:
        limits.append(f"${tally.most.nano_usd / NANO:,.2f} of ${tally.allowance.usd:,.2f}")
    if tally.allowance.usd is not None and tally.most.unpriced:
        limits.append(f"calls of unknown cost: {tally.most.unpriced}")
    return ", ".join(limits) + (f" a {tally.allowance.per}" if tally.allowance.per else "")


def _verdict(tally: Tally, tokens: int, nano_usd: int | None) -> Spent | Busy | None:
    allowance = tally.allowance
    limits: list[tuple[int, int, int, int]] = []
    if allowance.tokens is not None:
        limits.append((allowance.tokens, tokens, tally.firm.tokens, tally.most.tokens))
    if (dollars := allowance.nano_usd) is not None:
        if nano_usd is None:
            why = f"{tally.owner} is in dollars, and nobody knows what this call may cost"
            return Spent(tally.owner, why, is_hopeless=True)
        if tally.firm.unpriced:
            return Spent(tally.owner, f"{tally.owner} cannot be reckoned: {told(tally)}", tally.span.renews_at)
        limits.append((dollars, nano_usd, tally.firm.nano_usd, tally.most.nano_usd))
    for limit, needed, firm, _ in limits:
        if needed > limit:
            why = f"{tally.owner} can never pay a call that may come to so much: {told(tally)}, {tokens:,} tokens asked"
            return Spent(tally.owner, why, is_hopeless=True)
        if firm + needed > limit or firm >= limit:
            why = f"{tally.owner} cannot pay a call of at most {tokens:,} tokens: {told(tally)}"
            return Spent(tally.owner, why, tally.span.renews_at)
    return Busy() if any(most + needed > limit or most >= limit for limit, needed, _, most in limits) else None


def _is_spent(tally: Tally) -> bool:
    tokens, dollars = tally.allowance.tokens, tally.allowance.nano_usd
    return (
        (tokens is not None and tally.firm.tokens >= tokens)
        or (dollars is not None and tally.firm.nano_usd >= dollars)
        or (dollars is not None and tally.firm.unpriced > 0)
    )


def _renewed_last(spent: Spent) -> float:
    return float("inf") if spent.renews_at is None else spent.renews_at
