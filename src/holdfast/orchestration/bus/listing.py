"""How far subscriptions have come, and what is stuck with them."""

import msgspec

from holdfast.journal.bus import Delivery, DeliveryFilter, DeliveryState, Position
from holdfast.journal.port import Store
from holdfast.kernel.errors import RunNotFound
from holdfast.orchestration.lifecycle import DEAD

COUNTED_MAX = 10_000
"""How many deliveries in one state are counted of one subscription."""


class Subscribed(msgspec.Struct, frozen=True, kw_only=True):
    """A subscription as it stands."""

    name: str
    topic: str
    app: str
    generation: int
    position: int
    last: int
    """The offset of the newest event of its topic."""
    waiting: int
    """How many events it has taken in whose turn has not come."""
    begun: int
    """How many reactions are not over."""
    blocked: tuple[str, ...]
    """The runs that failed and hold a key: it goes on once they are requeued or dropped."""
    undelivered: int

    @property
    def lag(self) -> int:
        """How many events it has not taken in."""
        return max(0, self.last - self.position)


async def subscribed(store: Store) -> list[Subscribed]:
    """Return how each subscription stands, by name."""
    last = {head.topic: head.last for head in await store.bus.topics()}
    return [await _standing(store, at, last.get(at.topic, 0)) for at in await store.bus.positions()]


async def _standing(store: Store, at: Position, last: int) -> Subscribed:
    begun = await _kept(store, at.name, DeliveryState.BEGUN)
    return Subscribed(
        name=at.name,
        topic=at.topic,
        app=at.app,
        generation=at.generation,
        position=at.position,
        last=last,
        waiting=len(await _kept(store, at.name, DeliveryState.WAITING)),
        begun=len(begun),
        blocked=tuple([each.run for each in begun if each.run is not None and await _is_dead(store, each)]),
        undelivered=len(await _kept(store, at.name, DeliveryState.UNDELIVERED)),
    )


async def _is_dead(store: Store, delivery: Delivery) -> bool:
    try:
        return delivery.run is not None and (await store.head(delivery.run)).status in DEAD
    except RunNotFound:
        return False


async def _kept(store: Store, name: str, state: DeliveryState) -> list[Delivery]:
    which = DeliveryFilter(subscription=name, states=(state,), count_max=COUNTED_MAX)
    return list(await store.bus.deliveries(which))
