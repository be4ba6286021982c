"""Lets calls pass, over accounts that can stand in for one another: an actor that keeps the line and the time.

Whoever is first in the line goes as soon as some account can take it, and until then claims the one that will be ready
first: those behind it may use the others, so a large call neither holds up the rest nor is passed for ever. Where
no limit is known and nobody waits a call passes at once, and the actor sleeps.
"""

import asyncio
import enum
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from holdfast.dispatch.port import Lane
from holdfast.integration.gateway.limits.account import Account, Permit
from holdfast.integration.gateway.limits.line import WAITING_MAX, Line, Waiting, cost_of
from holdfast.integration.gateway.limits.meter import Meter
from holdfast.integration.gateway.limits.rate import Demand, Taken
from holdfast.kernel.clock import LOOK_SECONDS_MAX, Clock, wait_until
from holdfast.kernel.errors import HoldfastError


class ModelBusy(HoldfastError):
    """More calls wait for a model than may: try again later."""


class Prefer(enum.StrEnum):
    """Which of the accounts that are ready takes a call."""

    ORDER = "order"
    """The first of them as they are listed."""
    PRICE = "price"
    """The cheapest; one whose price is not known comes last."""
    HEADROOM = "headroom"
    """The one with the most left."""


@dataclass(eq=False, slots=True)
class _Place:
    """A place in the line."""

    call: Waiting
    demand: Demand
    among: Sequence[Account]
    prefer: Prefer
    granted: "asyncio.Future[Permit]"


class Admission:
    """Admits calls. ``serve`` must run as a task for as long as calls may have to wait."""

    def __init__(self, name: str, accounts: Sequence[Account], clock: Clock) -> None:
        self._name, self._clock = name, clock
        self.accounts = list(accounts)
        self._line = Line()
        self._places: dict[Waiting, _Place] = {}
        self._changed = asyncio.Event()

    @property
    def waiting(self) -> int:
        """How many calls wait."""
        return len(self._line)

    def at_once(
        self, tenant: str, demand: Demand, among: Sequence[Account], prefer: Prefer = Prefer.ORDER
    ) -> Permit | None:
        """Return the permit of a call that need not wait, None if it must.

        What is limited is never given out so: of those who come in one instant the first would have it all.
        """
        if len(self._line) or any(each.meter.is_limited for each in among):
            return None
        now = self._clock.now()
        account, at = _best(among, demand, prefer, set(), now)
        if account is None or at > now:
            return None
        self._line.charge(tenant, cost_of(account.wanted(demand)))
        return account.permit(demand, now, partial(self._ended, tenant))

    async def admit(
        self, tenant: str, lane: Lane, demand: Demand, among: Sequence[Account], prefer: Prefer = Prefer.ORDER
    ) -> Permit:
        """Return the permit to send a call to one of the accounts ``among`` ours, once it is its turn.

        Raises ModelBusy if too many wait already.
        """
        if self._line.is_full:
            raise ModelBusy(f"expected at most {WAITING_MAX} calls to wait for {self._name}, found as many: try later")
        group = "\n".join(f"{each.terms.name} {each.terms.model}" for each in among)
        call = Waiting(tenant, lane, among[0].wanted(demand), self._clock.now(), group)
        place = _Place(call, demand, among, prefer, asyncio.get_running_loop().create_future())
        self._line.join(call)
        self._places[call] = place
        self._changed.set()
        try:
            return await place.granted
        except asyncio.CancelledError:
            if place.granted.done() and not place.granted.cancelled():
                place.granted.result().unused(self._clock.now())
            self._forget(place)
            raise

    async def serve(self) -> None:
        """Let calls pass as their time comes, until cancelled."""
        while True:
            self._changed.clear()
            now = self._clock.now()
            instant = self._pass_all(now)
            if instant == math.inf:
                await self._changed.wait()
            else:
                await wait_until(min(instant, now + LOOK_SECONDS_MAX), self._clock, self._changed)

    def _pass_all(self, now: float) -> float:
        """Let everybody pass who can, and return when somebody may be able to next."""
        meters = len({account.meter for account in self.accounts})
        while True:
            earliest, claimed = math.inf, set[Meter]()
            for call in self._line.order(now):
                place = self._places[call]
                account, at = _best(place.among, place.demand, place.prefer, claimed, now)
                if account is None:
                    continue
                if at <= now:
                    self._grant(place, account, now)
                    break
                earliest = min(earliest, at)
                claimed.add(account.meter)  # whoever comes after may not take what this one waits for
                if len(claimed) == meters:
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

    def _forget(self, place: _Place) -> None:
        """Let nobody wait for what this one had claimed."""
        self._line.leave(place.call)
        self._places.pop(place.call, None)
        self._changed.set()


def _best(
    among: Sequence[Account], demand: Demand, prefer: Prefer, claimed: set[Meter], now: float
) -> tuple[Account | None, float]:
    """Return who can take the call soonest, of those not ``claimed``; of those who can now, the one preferred."""
    best: Account | None = None
    best_key: tuple[float, ...] = (math.inf,)
    for account in among:
        if account.meter in claimed:
            continue
        key = (account.ready_at(demand, now), *_rank(account, prefer, now))
        if best is None or key < best_key:
            best, best_key = account, key
    return best, best_key[0]


def _rank(account: Account, prefer: Prefer, now: float) -> tuple[float, ...]:
    """Return what is smaller for an account that is preferred; of those alike the first is taken."""
    match prefer:
        case Prefer.ORDER:
            return ()
        case Prefer.PRICE:
            price = account.terms.usd_per_million
            return math.inf if price is None else price, -account.meter.headroom(now), account.meter.under_way
        case Prefer.HEADROOM:
            return -account.meter.headroom(now), account.meter.under_way
