"""Makes the routes to models: which accounts serve a name, and which of them share a line."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from holdfast.integration.gateway.limits.account import Account, Terms
from holdfast.integration.gateway.limits.admission import Admission
from holdfast.integration.gateway.limits.meter import Meter
from holdfast.integration.gateway.port import Model
from holdfast.integration.gateway.routing.place import Place
from holdfast.integration.gateway.routing.route import Route
from holdfast.kernel.clock import Clock
from holdfast.kernel.randomness import Randomness
from holdfast.runtime.models.configuration import Configured, ConfiguredPlace
from holdfast.runtime.models.configured_accounts import ConfiguredAccount
from holdfast.runtime.models.name import OPENAI_COMPATIBLE, ModelName
from holdfast.runtime.models.place_prices import PlacePrices
from holdfast.runtime.models.whose import AccountName, account_of

MakeModel = Callable[[str, ConfiguredPlace, AccountName], Model]
"""Opens the client of a place. Raises DefinitionError if a key or a package is missing."""


@dataclass(frozen=True, slots=True)
class _Limited:
    """What limits hold for: a provider's account and one model of it, or a server of one's own with all its models."""

    account: str
    model: str


class Routes:
    """The routes of one process. Accounts that can stand in for one another, however indirectly, share an Admission."""

    def __init__(
        self,
        configured: Mapping[str, Configured],
        accounts: Mapping[str, ConfiguredAccount],
        clock: Clock,
        randomness: Randomness,
        known: PlacePrices,
    ) -> None:
        self._accounts, self._clock, self._randomness, self._place_prices = accounts, clock, randomness, known
        self._meters: dict[_Limited, Meter] = {}
        self._known: dict[tuple[str, str, int | None], Account] = {}
        self._admissions: dict[_Limited, Admission] = {}
        self._all: list[Admission] = []
        self._one_more = asyncio.Event()
        for name, one in configured.items():
            self._join(name, one)

    @property
    def accounts(self) -> tuple[Account, ...]:
        """All accounts that a route leads to, each with one model."""
        return tuple(self._known.values())

    def route(self, name: str, one: Configured, make: MakeModel) -> Route:
        """Return the route to a model. Raises what ``make`` raises."""
        admission = self._join(name, one)
        places = []
        for place in one.places:
            whose = account_of(place.named, place.account, self._accounts)
            shown = name if len(one.places) == 1 else place.model
            places.append(Place(make(shown, place, whose), self._account(place, whose)))
        return Route(
            name,
            places,
            admission,
            self._clock,
            self._randomness,
            one.prefer,
            cached_seconds=one.cached_seconds,
            signature=one.signature,
            hedge_after=one.hedge_after,
        )

    async def serve(self) -> None:
        """Let calls pass as their time comes, until cancelled."""
        served = 0
        async with asyncio.TaskGroup() as group:
            while True:
                self._one_more.clear()
                for admission in self._all[served:]:
                    group.create_task(admission.serve())
                served = len(self._all)
                await self._one_more.wait()

    def _join(self, name: str, one: Configured) -> Admission:
        """Return the one admission of the places; where they had several, these become one.

        Only configured names can join what was apart, and all of them do so before the first call.
        """
        limited = [self._limited(place) for place in one.places]
        admission = next((self._admissions[each] for each in limited if each in self._admissions), None)
        if admission is None:
            admission = Admission(name, (), self._clock)
            self._all.append(admission)
            self._one_more.set()
        for place, each in zip(one.places, limited, strict=True):
            other = self._admissions.setdefault(each, admission)
            if other is not admission:
                self._merge(other, admission)
            account = self._account(place, account_of(place.named, place.account, self._accounts))
            if account not in admission.accounts:
                admission.accounts.append(account)
        return admission

    def _merge(self, other: Admission, into: Admission) -> None:
        into.accounts.extend(other.accounts)
        self._all.remove(other)
        for limited, admission in self._admissions.items():
            if admission is other:
                self._admissions[limited] = into

    def _limited(self, place: ConfiguredPlace) -> _Limited:
        whose = account_of(place.named, place.account, self._accounts)
        return _limited(whose, place.named)

    def _account(self, place: ConfiguredPlace, whose: AccountName) -> Account:
        key = (whose.name, place.model, place.window)
        if key not in self._known:
            named = place.named
            configured = whose.configured
            limits = configured.limits_of(named.model)
            terms = Terms(
                whose.name,
                limits.rate,
                configured.counting(whose.name, limits),
                usd_per_million=self._place_prices.usd_per_million(place),
                window_tokens=self._place_prices.window(place),
                model=place.model,
            )
            now = self._clock.now()
            meter = self._meters.setdefault(_limited(whose, named), Meter(terms.rate, now))
            self._known[key] = Account(terms, now, meter)
        return self._known[key]


def _limited(whose: AccountName, named: ModelName) -> _Limited:
    is_ones_own = named.provider == OPENAI_COMPATIBLE
    return _Limited(whose.name, "" if is_ones_own else named.model)
