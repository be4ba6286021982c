"""The port of the bus over a memory disk: writes go the way that all writes of the store do."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol, TypeVar

from holdfast.journal.bus import (
    BusEvent,
    Delivery,
    DeliveryFilter,
    EventFilter,
    Met,
    Position,
    Publication,
    Published,
    TopicHead,
)
from holdfast.journal.stores.memory.bus import BusDesk
from holdfast.journal.stores.memory.disk import MemoryDisk
from holdfast.kernel.clock import Clock
from holdfast.kernel.ids import EventId

T = TypeVar("T")


class Transact(Protocol):
    """Has work done on the disk, all or nothing."""

    async def __call__(self, work: Callable[[], T]) -> T: ...


class MemoryBus:
    """Keeps the whole contract of ``journal.bus.BusStore``."""

    def __init__(self, own_disk: Callable[[], MemoryDisk], transact: Transact, clock: Clock) -> None:
        self._own_disk, self._transact, self._clock = own_disk, transact, clock

    async def publish(self, publications: Sequence[Publication]) -> Published:
        """Publish from outside of any run. See ``Topics.publish``."""
        return await self._transact(partial(self._own_disk().publish, publications, self._clock.now()))

    async def event(self, event_id: EventId) -> BusEvent | None:
        """Return the event of that id, None if there is none."""
        return self._desk.event(event_id)

    async def events(self, which: EventFilter) -> Sequence[BusEvent]:
        """Return the events that match."""
        return self._desk.events(which)

    async def topics(self) -> Sequence[TopicHead]:
        """Return every topic on which something was ever published, by name."""
        return self._desk.topics()

    async def met_by(self, event_id: EventId) -> Sequence[Met]:
        """Return the waits that the event has ended."""
        return self._desk.met_by(event_id)

    async def subscribe(self, name: str, topic: str, app: str, *, from_start: bool) -> Position:
        """Return how far the subscription has come. See ``Subscriptions.subscribe``."""
        return await self._transact(partial(self._desk.subscribe, name, topic, app, from_start=from_start))

    async def positions(self) -> Sequence[Position]:
        """Return how far each subscription has come, by name."""
        return self._desk.positions()

    async def rewind(self, name: str, position: int) -> Position | None:
        """Begin a new generation after ``position``. See ``Subscriptions.rewind``."""
        return await self._transact(partial(self._desk.rewind, name, position))

    async def unsubscribe(self, name: str) -> bool:
        """Forget the subscription and its deliveries; False if there is none."""
        return await self._transact(partial(self._desk.unsubscribe, name))

    async def advance(self, was: Position, position: int, taken: Sequence[Delivery]) -> bool:
        """Move the subscription on, if it still is where it was. See ``Deliveries.advance``."""
        return await self._transact(partial(self._desk.advance, was, position, taken))

    async def settle(self, moved: Sequence[Delivery]) -> None:
        """Say where deliveries stand now."""
        await self._transact(partial(self._desk.settle, moved))

    async def deliveries(self, which: DeliveryFilter) -> Sequence[Delivery]:
        """Return the deliveries that match. See ``Deliveries.deliveries``."""
        return self._desk.deliveries(which)

    async def prune(self, before: float, count_max: int) -> int:
        """Remove old events that nobody has to see to any more. See ``Deliveries.prune``."""
        return await self._transact(partial(self._desk.prune, before, count_max))

    @property
    def _desk(self) -> BusDesk:
        return self._own_disk().bus
