"""Which services there are and who calls whom, by seed."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from holdfast.apps.outages.kinds import Tier

SERVICES_MIN, SERVICES_MAX = 8, 15
_EDGES = ("gateway", "storefront", "mobile-api")
_SERVICES = (
    "checkout", "cart", "inventory", "pricing", "accounts", "search", "shipping", "payments", "catalogue", "reviews",
    "recommendations", "sessions", "tax", "offers",
)  # fmt: skip
_WORKERS = ("order-worker", "mail-worker", "invoice-worker")
_DATABASES = ("orders-db", "users-db", "stock-db", "billing-db")
_CACHES = ("session-cache", "page-cache")
_QUEUES = ("events-queue", "orders-queue")
_EXTERNALS = ("card-provider", "address-lookup", "parcel-carrier")
_ZONES = ("a", "b", "c")


@dataclass(frozen=True, slots=True)
class Service:
    """A service and its instances."""

    name: str
    tier: Tier
    instances: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Topology:
    """Services in an order in which callers stand before those that they call, and the calls."""

    services: tuple[Service, ...]
    calls: tuple[tuple[str, str], ...]

    def named(self, name: str) -> Service:
        return next(each for each in self.services if each.name == name)

    def of(self, *tiers: Tier) -> list[Service]:
        return [each for each in self.services if each.tier in tiers]

    def callers(self, name: str) -> list[str]:
        return [caller for caller, callee in self.calls if callee == name]

    def callees(self, name: str) -> list[str]:
        return [callee for caller, callee in self.calls if caller == name]

    def above(self, name: str) -> Iterator[tuple[str, int]]:
        """Yield whoever calls it, directly or through others, nearest first, with how many calls lie between."""
        seen, level, distance = {name}, [name], 0
        while level:
            distance += 1
            level = list(dict.fromkeys(up for each in level for up in self.callers(each) if up not in seen))
            seen.update(level)
            yield from ((each, distance) for each in level)

    def below(self, name: str) -> list[str]:
        """Return what it calls, directly or through others."""
        found = dict.fromkeys(self.callees(name))
        for each in list(found):
            found.update(dict.fromkeys(self.below(each)))
        return list(found)


def draw(rng: Random) -> Topology:
    """Return a topology in which every tier stands, each service is called, and nobody calls in a circle."""
    total = rng.randint(SERVICES_MIN, SERVICES_MAX)
    chosen = [
        (rng.sample(_EDGES, 1 if total < 11 else 2), Tier.EDGE),
        ([], Tier.SERVICE),
        (rng.sample(_WORKERS, 1), Tier.WORKER),
        (rng.sample(_DATABASES, 1 if total < 10 else 2), Tier.DATABASE),
        (rng.sample(_CACHES, 1), Tier.CACHE),
        (rng.sample(_QUEUES, 1), Tier.QUEUE),
        (rng.sample(_EXTERNALS, 1), Tier.EXTERNAL),
    ]
    others = sum(len(names) for names, _ in chosen)
    chosen[1] = (rng.sample(_SERVICES, total - others), Tier.SERVICE)
    services = tuple(Service(name, tier, _instances(rng, name, tier)) for names, tier in chosen for name in names)
    return Topology(services, tuple(_calls(rng, {tier: names for names, tier in chosen})))


def _instances(rng: Random, name: str, tier: Tier) -> tuple[str, ...]:
    count = rng.randint(3, 5) if tier in (Tier.EDGE, Tier.SERVICE, Tier.WORKER) else 2
    return tuple(f"{name}-{_ZONES[place % 3]}{place + 1}" for place in range(count))


def _calls(rng: Random, names: dict[Tier, list[str]]) -> list[tuple[str, str]]:
    services, calls = names[Tier.SERVICE], dict[tuple[str, str], None]()
    first = services[: max(1, len(services) // 2)]
    for place, edge in enumerate(names[Tier.EDGE]):
        for name in first[place :: len(names[Tier.EDGE])] or first[:1]:
            calls[edge, name] = None
    for place, name in enumerate(services):
        later = services[max(place + 1, len(first)) :]
        for callee in rng.sample(later, min(len(later), rng.randint(1, 2))):
            calls[name, callee] = None
        if not later or rng.random() < 0.5:
            calls[name, rng.choice(names[Tier.DATABASE])] = None
    for callee in services[len(first) :]:
        if not any(called == callee for _, called in calls):
            calls[rng.choice(first), callee] = None
    for tier, callers in ((Tier.DATABASE, 1), (Tier.CACHE, 2), (Tier.QUEUE, 1), (Tier.EXTERNAL, 1)):
        for callee in names[tier]:
            for caller in rng.sample(services, min(len(services), callers)):
                calls[caller, callee] = None
    for worker in names[Tier.WORKER]:
        calls[worker, names[Tier.QUEUE][0]] = None
        calls[worker, rng.choice(names[Tier.DATABASE])] = None
    return list(calls)
