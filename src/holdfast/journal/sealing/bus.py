"""The bus with what it holds of a person sealed: a payload lies under the key of the run that published it."""

from collections.abc import Sequence

from msgspec.structs import replace

from holdfast.journal.bus import (
    BusEvent,
    BusStore,
    Delivery,
    DeliveryFilter,
    EventFilter,
    Met,
    Position,
    Publication,
    Published,
    TopicHead,
)
from holdfast.journal.sealing.envelope import is_sealed, unescaped
from holdfast.journal.sealing.outgoing import in_clear, published_place
from holdfast.journal.sealing.seals import Seals
from holdfast.kernel.errors import Erased
from holdfast.kernel.ids import EventId


class SealedBus:
    """The bus of a sealing store. See ``journal.bus.BusStore``."""

    def __init__(self, inner: BusStore, seals: Seals) -> None:
        self._inner, self._seals = inner, seals

    async def publish(self, publications: Sequence[Publication]) -> Published:
        """Publish from outside of any run: in the clear, for nobody knows whom it is about."""
        found = await self._inner.publish(in_clear(publications))
        return replace(found, events=tuple([await self._opened(event) for event in found.events]))

    async def event(self, event_id: EventId) -> BusEvent | None:
        """Return the event of that id, None if there is none. Raises KeyMissing."""
        found = await self._inner.event(event_id)
        return None if found is None else await self._opened(found)

    async def events(self, which: EventFilter) -> Sequence[BusEvent]:
        """Return the events that match. One of a person who was erased has no body. Raises KeyMissing."""
        return tuple([await self._opened(event) for event in await self._inner.events(which)])

    async def topics(self) -> Sequence[TopicHead]:
        """Return every topic on which something was ever published, by name."""
        return await self._inner.topics()

    async def met_by(self, event_id: EventId) -> Sequence[Met]:
        """Return the waits that the event has ended."""
        return await self._inner.met_by(event_id)

    async def subscribe(self, name: str, topic: str, app: str, *, from_start: bool) -> Position:
        """Return how far the subscription has come. See ``Subscriptions.subscribe``."""
        return await self._inner.subscribe(name, topic, app, from_start=from_start)

    async def positions(self) -> Sequence[Position]:
        """Return how far each subscription has come, by name."""
        return await self._inner.positions()

    async def rewind(self, name: str, position: int) -> Position | None:
        """Begin a new generation after ``position``. See ``Subscriptions.rewind``."""
        return await self._inner.rewind(name, position)

    async def unsubscribe(self, name: str) -> bool:
        """Forget the subscription and its deliveries; False if there is none."""
        return await self._inner.unsubscribe(name)

    async def advance(self, was: Position, position: int, taken: Sequence[Delivery]) -> bool:
        """Move the subscription on, if it still is where it was. See ``Deliveries.advance``."""
        return await self._inner.advance(was, position, taken)

    async def settle(self, moved: Sequence[Delivery]) -> None:
        """Say where deliveries stand now."""
        await self._inner.settle(moved)

    async def deliveries(self, which: DeliveryFilter) -> Sequence[Delivery]:
        """Return the deliveries that match. See ``Deliveries.deliveries``."""
        return await self._inner.deliveries(which)

    async def prune(self, before: float, count_max: int) -> int:
        """Remove old events that nobody has to see to any more. See ``Deliveries.prune``."""
        return await self._inner.prune(before, count_max)

    async def _opened(self, event: BusEvent) -> BusEvent:
        if event.body is None or not is_sealed(event.body):
            return event if event.body is None else replace(event, body=unescaped(event.body))
        assert event.run is not None, "only what a run publishes is sealed"
        try:
            sealer = await self._seals.for_body(event.run, event.body)
        except Erased:
            return replace(event, body=None, is_personal=True)
        return replace(event, body=sealer.open(published_place(event.event_id), event.body), is_personal=True)
