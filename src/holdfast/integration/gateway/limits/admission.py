"""Lets calls of one logical model pass, over the accounts that serve it: an actor that keeps the line and the time.

Whoever is first in the line goes as soon as some account can take it, and until then claims the one that will be ready
first: those behind it may use the others, so a large call neither holds up the rest nor is passed for ever.
"""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from holdfast.dispatch.port import Lane
from holdfast.integration.gateway.limits.account import Account, Permit
from holdfast.integration.gateway.limits.line import WAITING_MAX, Line, Waiting, cost_of
from holdfast.integration.gateway.limits.rate import Demand, Taken
from holdfast.kernel.clock import Clock, wait_until
from holdfast.kernel.errors import HoldfastError


class ModelBusy(HoldfastError):
    """More calls wait for a model than may: try again later."""


@dataclass(eq=False, slots=True)
class _Place:
    """A place in the line."""

    call: Waiting
    demand: Demand
    without: frozenset[str]
    granted: "asyncio.Future[Permit]"


class Admission:
    """Admits calls. ``serve`` must run as a task for as long as it is used."""

    def __init__(self, model: str, accounts: Sequence[Account], clock: Clock) -> None:
        """``accounts`` in the order in which they are preferred, all else being equal."""
        self._model, self.accounts, self._clock = model, tuple(accounts), clock
        self._line = Line()
        self._places: dict[Waiting, _Place] = {}
        self._changed = asyncio.Event()

    @property
    def waiting(self) -> int:
        """How many calls wait."""
        return len(self._line)

    async def admit(self, tenant: str, lane: Lane, demand: Demand, without: frozenset[str] = frozenset()) -> Permit:
        """Return the permit to send a call to one of the accounts not named in ``without``, once it is its turn.

        Raises ModelBusy if too many wait already, HoldfastError if no account can ever take such a call.
        """
        if self._line.is_full:
            raise ModelBusy(f"expected at most {WAITING_MAX} calls to wait for {self._model}, found as many: try later")
        able = [account for account in self.accounts if account.terms.name not in without and account.fits(demand)]
        if not able:
            told = ", ".join(f"{each.terms.name} ({each.terms.window_tokens} tokens)" for each in self.accounts)
            raise HoldfastError(
                f"expected an account of {self._model} that takes {demand.input_tokens} tokens and a reply of "
                f"{demand.output_tokens_max}, found {told or 'none'}"
            )
        now = self._clock.now()
        call = Waiting(tenant, lane, able[0].wanted(demand), now)
        place = _Place(call, demand, without, asyncio.get_running_loop().create_future())
        self._line.join(call)
        self._places[call] = place
        self._changed.set()
        try:
            return await place.granted
        except asyncio.CancelledError:
            if place.granted.done() and not place.granted.cancelled():
                place.granted.result().withdrawn(self._clock.now())
            self._forget(place)
            raise

    async def serve(self) -> None:
        """Let calls pass as their time comes, until cancelled."""
        while True:
            self._changed.clear()
            instant = self._pass_all(self._clock.now())
            if instant == math.inf:
                await self._changed.wait()
            else:
                await wait_until(instant, self._clock, self._changed)

    def _pass_all(self, now: float) -> float:
        """Let everybody pass who can, and return when somebody may be able to next."""
        while True:
            earliest, claimed = math.inf, set[Account]()
            for call in self._line.order(now):
                place = self._places[call]
                account, at = self._best(place, claimed, now)
                if account is None:
                    continue
                if at <= now:
                    self._grant(place, account, now)
                    break
                earliest = min(earliest, at)
                claimed.add(account)  # whoever comes after may not take what this one waits for
                if len(claimed) == len(self.accounts):
                    return earliest
            else:
                return earliest

    def _grant(self, place: _Place, account: Account, now: float) -> None:
        if place.granted.done():  # cancelled, and not yet told
            self._forget(place)
            return
        del self._places[place.call]
        permit = account.permit(place.demand, now, partial(self._ended, place.call.tenant))
        self._line.serve(place.call, cost_of(account.wanted(place.demand)))
        place.granted.set_result(permit)

    def _ended(self, tenant: str, reserved: Taken, taken: Taken | None) -> None:
        if taken is not None:
            self._line.charge(tenant, cost_of(taken) - cost_of(reserved))
        self._changed.set()

    def _best(self, place: _Place, claimed: set[Account], now: float) -> tuple[Account | None, float]:
        """Return who can take the call soonest, of those not ``claimed``; at once the cheapest, then the emptiest."""
        best: Account | None = None
        best_key = (math.inf, math.inf, math.inf)
        for account in self.accounts:
            if account in claimed or account.terms.name in place.without or not account.fits(place.demand):
                continue
            price = account.terms.usd_per_million
            at = account.ready_at(place.demand, now)
            key = (at, math.inf if price is None else price, account.meter.under_way)
            if best is None or key < best_key:
                best, best_key = account, key
        return best, best_key[0]

    def _forget(self, place: _Place) -> None:
        self._line.leave(place.call)
        self._places.pop(place.call, None)
