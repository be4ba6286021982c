"""One account of a provider: its meter, its breaker, and what sets it apart from others that serve the same model."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from holdfast.integration.gateway.limits.meter import Left, Meter, Reservation
from holdfast.integration.gateway.limits.rate import Counting, Demand, Rate, Taken, consumed, expected
from holdfast.kernel.breaker import Breaker, State
from holdfast.kernel.messages import Usage

NO_LIMIT, EVERYTHING = Rate(), Counting()


BARRED_SECONDS = 300.0
"""How long an account whose key is not accepted is passed over, before it is found out whether that still holds."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is known of an account before anything is sent."""

    name: str
    rate: Rate = NO_LIMIT
    counting: Counting = EVERYTHING
    usd_per_million: float | None = None
    """What a million tokens cost, input and output as they come; None where that is not known."""
    window_tokens: int | None = None
    """The longest prompt, with the reply; None where that is not known."""
    model: str = ""
    """What is asked there: providers limit each model by itself."""


class Account:
    """Gives permits to send calls, and takes note of how they end."""

    def __init__(self, terms: Terms, now: float, meter: Meter | None = None) -> None:
        """``meter`` is shared by models of one server, which has one capacity for all."""
        self.terms = terms
        self.meter, self.breaker = meter or Meter(terms.rate, now), Breaker()
        self.trouble, self.trouble_at = "", -math.inf
        self._barred_until = -math.inf

    def wanted(self, demand: Demand) -> Taken:
        """Return what a call is to reserve here."""
        return expected(demand, self.terms.counting)

    def fits(self, demand: Demand) -> bool:
        """Whether such a call can be made here at all."""
        window = self.terms.window_tokens
        return window is None or demand.input_tokens + demand.output_tokens_max <= window

    def ready_at(self, demand: Demand, now: float) -> float:
        """Return the instant from which the call may be sent; infinity while only another's end can make room."""
        at = self.breaker.ready_at(now)
        return math.inf if at is None else max(at, self.meter.ready_at(self.wanted(demand), now))

    def permit(self, demand: Demand, now: float, on_end: "OnEnd") -> "Permit":
        """Take what the call needs. To be asked only once ``ready_at`` has come."""
        is_probe = self.breaker.passing(now)
        return Permit(self, demand, self.meter.reserve(self.wanted(demand), now), on_end, is_probe=is_probe)

    def state(self, now: float) -> State:
        """Return how its breaker stands."""
        return self.breaker.state(now)

    def is_barred(self, now: float) -> bool:
        """Whether its key was not accepted of late: only where there is no other account is it asked again."""
        return now < self._barred_until

    def bar(self, now: float) -> None:
        """Pass it over for a while."""
        self._barred_until = now + BARRED_SECONDS

    def unbar(self) -> None:
        """Use it again: it has answered."""
        self._barred_until = -math.inf

    def note(self, trouble: str, now: float) -> None:
        """Remember what last went wrong here, for people to see."""
        self.trouble, self.trouble_at = trouble, now


OnEnd = Callable[[Taken, Taken | None], None]
"""Told what a call had reserved and what it took, None where that is not known."""


class Permit:
    """The right to send one call. One of the ways in which it ends must be told; what comes after that is ignored."""

    __slots__ = ("_demand", "_is_open", "_is_probe", "_on_end", "_reservation", "account")

    def __init__(
        self, account: Account, demand: Demand, reservation: Reservation, on_end: OnEnd, *, is_probe: bool
    ) -> None:
        self.account = account
        self._demand, self._reservation, self._on_end, self._is_probe = demand, reservation, on_end, is_probe
        self._is_open = True

    def replied(self, usage: Usage | None, now: float) -> None:
        """The call was answered: settle at what it took, where the provider says so."""
        taken = None if usage is None else consumed(usage, self._demand, self.account.terms.counting)
        if self._close(taken, now):
            self.account.breaker.ended(failed=False, was_probe=self._is_probe, now=now)
            self.account.unbar()

    def turned_away(self, retry_after_seconds: float | None, now: float) -> None:
        """The provider has no capacity left for us (429): nothing was consumed, and the account is in good health."""
        if self._close(Taken(requests=1), now):
            self.account.meter.refused(retry_after_seconds, now)
            self.account.breaker.withdrawn(was_probe=self._is_probe)

    def overloaded(self, retry_after_seconds: float | None, now: float) -> None:
        """The provider is overloaded or silent (529, a timeout)."""
        if self._close(None, now):
            self.account.meter.refused(retry_after_seconds, now)
            self.account.breaker.ended(failed=True, was_probe=self._is_probe, now=now)

    def outrun(self, now: float) -> None:
        """It was silent until another, asked beside it, had begun to answer: an account that often is gets no calls."""
        if self._close(None, now):
            self.account.note("it was silent, and another that was asked beside it answered", now)
            self.account.breaker.ended(failed=True, was_probe=self._is_probe, now=now)

    def broke(self, now: float, *, was_sent: bool = True) -> None:
        """The provider, or the way there, is broken (5xx, no connection); what was never sent took nothing."""
        if self._close(None if was_sent else Taken(), now):
            self.account.breaker.ended(failed=True, was_probe=self._is_probe, now=now)

    def barred(self, now: float) -> None:
        """The account itself is at fault (its key, its money): others are to be asked."""
        if self._close(Taken(requests=1), now):
            self.account.breaker.withdrawn(was_probe=self._is_probe)
            self.account.bar(now)

    def rejected(self, now: float) -> None:
        """The request itself was at fault (400 and the like): it took a request and no tokens."""
        if self._close(Taken(requests=1), now):
            self.account.breaker.withdrawn(was_probe=self._is_probe)

    def withdrawn(self, now: float) -> None:
        """The call was cancelled, or its end tells nothing; what it took is not known, and stays reserved."""
        if self._close(None, now):
            self.account.breaker.withdrawn(was_probe=self._is_probe)

    def unused(self, now: float) -> None:
        """It was never sent: it took nothing."""
        if self._close(Taken(), now):
            self.account.breaker.withdrawn(was_probe=self._is_probe)

    def observe(self, left: Left, now: float) -> None:
        """Heed what the headers of the answer say is left."""
        self.account.meter.observe(left, now, self._reservation)

    def _close(self, taken: Taken | None, now: float) -> bool:
        """Settle; whether this is the first that is told of the call's end."""
        if not self._is_open:
            return False
        self._is_open = False
        self.account.meter.settle(self._reservation, taken, now)
        self._on_end(self._reservation.taken, taken)
        return True
