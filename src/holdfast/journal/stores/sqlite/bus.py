"""The port of the bus over an SQLite file: any process may publish and read, whoever drives moves subscriptions on."""

import sqlite3
from collections.abc import Awaitable, Callable, Sequence
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
from holdfast.journal.stores.sqlite import deliveries, events
from holdfast.journal.stores.sqlite.batch import Batch
from holdfast.journal.stores.sqlite.group import Work
from holdfast.kernel.ids import EventId

T = TypeVar("T")


class Submit(Protocol):
    """Has work done in a transaction, and answers once that is durable."""

    def __call__(self, work: Work[T]) -> Awaitable[T]: ...


class Ask(Protocol):
    """Has a question answered by a reader."""

    def __call__(self, question: Callable[[sqlite3.Connection], T]) -> Awaitable[T]: ...


class SqliteBus:
    """Keeps the whole contract of ``journal.bus.BusStore``."""

    def __init__(self, submit: Submit, ask: Ask) -> None:
        self._submit, self._ask = submit, ask

    async def publish(self, publications: Sequence[Publication]) -> Published:
        """Publish from outside of any run. See ``Topics.publish``."""
        return await self._submit(partial(Batch.publish, publications=publications))

    async def event(self, event_id: EventId) -> BusEvent | None:
        """Return the event of that id, None if there is none."""
        return next(iter(await self._ask(partial(events.named, ids=[event_id]))), None)

    async def events(self, which: EventFilter) -> Sequence[BusEvent]:
        """Return the events that match."""
        return await self._ask(partial(events.matching, which=which))

    async def topics(self) -> Sequence[TopicHead]:
        """Return every topic on which something was ever published, by name."""
        return await self._ask(events.topics)

    async def met_by(self, event_id: EventId) -> Sequence[Met]:
        """Return the waits that the event has ended."""
        return await self._ask(partial(events.met_by, event_id=event_id))

    async def subscribe(self, name: str, topic: str, app: str, *, from_start: bool) -> Position:
        """Return how far the subscription has come. See ``Subscriptions.subscribe``."""
        return await self._submit(
            lambda batch: deliveries.subscribe(batch.connection, name, topic, app, from_start=from_start)
        )

    async def positions(self) -> Sequence[Position]:
        """Return how far each subscription has come, by name."""
        return await self._ask(deliveries.positions)

    async def rewind(self, name: str, position: int) -> Position | None:
        """Begin a new generation after ``position``. See ``Subscriptions.rewind``."""
        return await self._submit(lambda batch: deliveries.rewind(batch.connection, name, position))

    async def unsubscribe(self, name: str) -> bool:
        """Forget the subscription and its deliveries; False if there is none."""
        return await self._submit(lambda batch: deliveries.unsubscribe(batch.connection, name))

    async def advance(self, was: Position, position: int, taken: Sequence[Delivery]) -> bool:
        """Move the subscription on, if it still is where it was. See ``Deliveries.advance``."""
        return await self._submit(lambda batch: deliveries.advance(batch.connection, was, position, taken))

    async def settle(self, moved: Sequence[Delivery]) -> None:
        """Say where deliveries stand now."""
        await self._submit(lambda batch: deliveries.settle(batch.connection, moved))

    async def deliveries(self, which: DeliveryFilter) -> Sequence[Delivery]:
        """Return the deliveries that match. See ``Deliveries.deliveries``."""
        return await self._ask(partial(deliveries.matching, which=which))

    async def prune(self, before: float, count_max: int) -> int:
        """Remove old events that nobody has to see to any more. See ``Deliveries.prune``."""
        return await self._submit(lambda batch: deliveries.prune(batch.connection, before, count_max))
