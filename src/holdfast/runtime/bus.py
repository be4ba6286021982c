"""The event bus as programs use it: publish, look after subscriptions and what was not delivered, trace causes."""

from collections.abc import Awaitable, Callable, Sequence

from msgspec.structs import replace

from holdfast.integration.tools.topic import Topic, check_topic_name, checked_body, checked_key
from holdfast.journal.bus import (
    BusEvent,
    Delivery,
    DeliveryFilter,
    DeliveryState,
    Position,
    Publication,
    TopicHead,
)
from holdfast.kernel.errors import InputError
from holdfast.kernel.ids import EventId, RunId, asked_event_id, new_event_id
from holdfast.orchestration.bus.causes import Consequence, trace_of
from holdfast.orchestration.bus.listing import Subscribed, subscribed
from holdfast.orchestration.driving.driver import Surroundings

EVENT_PREFIX = "evt_"


class Bus:
    """The bus of one runtime's store."""

    def __init__(self, around: Surroundings, stir: Callable[[RunId], Awaitable[None]]) -> None:
        """``stir`` has a run driven to which an event has come."""
        self._around, self._stir = around, stir
        self._store, self._bus = around.store, around.store.bus

    async def publish(
        self,
        topic: Topic | str,
        payload: object,
        *,
        key: str | int | None = None,
        event_id: str | None = None,
        tenant: str = "default",
        by: str = "caller",
    ) -> BusEvent:
        """Publish an event from outside of any run, and return it once it is durable.

        ``event_id`` is the caller's own: the same one twice on a topic is one event, as it was published first. By the
        name of a topic any JSON goes, by the topic itself what its type takes. Raises InputError for a payload or key,
        DefinitionError for a name that no topic can have.
        """
        name = check_topic_name(topic) if isinstance(topic, str) else topic.name
        body = checked_body(name, payload) if isinstance(topic, str) else topic.body(payload)
        known, randomness = self._around.secrets.known, self._around.randomness
        given = Publication(
            event_id=new_event_id(randomness) if event_id is None else asked_event_id(tenant, name, event_id),
            tenant=tenant,
            topic=name,
            body=known.body(body),
            key=checked_key(name, key),
            step=by,
        )
        published = await self._bus.publish((given,))
        for run in published.told:
            await self._stir(run)
        self._around.kin.rouse()
        return published.events[0]

    async def topics(self) -> Sequence[TopicHead]:
        """Return every topic on which something was ever published, by name."""
        return await self._bus.topics()

    async def subscriptions(self) -> list[Subscribed]:
        """Return how far each subscription has come, what waits, and what is stuck, by name."""
        return await subscribed(self._store)

    async def undelivered(self, subscription: str | None = None, count_max: int = 100) -> Sequence[Delivery]:
        """Return the events that could not be delivered and that nobody has requeued or dropped."""
        states = (DeliveryState.UNDELIVERED,)
        return await self._bus.deliveries(DeliveryFilter(subscription=subscription, states=states, count_max=count_max))

    async def requeue(self, event_id: str, subscription: str | None = None) -> list[Delivery]:
        """Have what was not delivered tried again, and return it. Raises InputError if there is nothing of it."""
        return await self._settle(event_id, subscription, DeliveryState.WAITING)

    async def drop(self, event_id: str, subscription: str | None = None) -> list[Delivery]:
        """Have nobody react to what was not delivered, and return it. Raises InputError if there is nothing of it."""
        return await self._settle(event_id, subscription, DeliveryState.DROPPED)

    async def replay(self, subscription: str, from_offset: int) -> Position:
        """Have the subscription react anew from that offset on: other runs do it all again, effects included.

        Raises InputError for a subscription that there is not, or an offset below 1.
        """
        if from_offset < 1:
            raise InputError(f"expected an offset of at least 1, found {from_offset}")
        found = await self._bus.rewind(subscription, from_offset - 1)
        if found is None:
            raise InputError(f"expected a subscription, found {subscription!r}: 'holdfast subscriptions' lists them")
        self._around.kin.rouse()
        return found

    async def forget(self, subscription: str) -> None:
        """Forget a subscription and what it has taken in; its runs go on. Raises InputError if there is none."""
        if not await self._bus.unsubscribe(subscription):
            raise InputError(f"expected a subscription, found {subscription!r}: 'holdfast subscriptions' lists them")

    async def event(self, event_id: str) -> BusEvent:
        """Return the event of that id. Raises InputError if there is none."""
        found = await self._bus.event(EventId(event_id))
        if found is None:
            raise InputError(
                f"expected the id of an event that is kept, found {event_id!r}: see 'holdfast trace RUN --events'"
            )
        return found

    async def trace(self, of: RunId | str) -> Consequence:
        """Return what began the chain that an event, or a run, belongs to, with all that followed on it.

        Raises InputError for an event that there is not, RunNotFound.
        """
        if of.startswith(EVENT_PREFIX):
            return await trace_of(self._store, await self.event(of))
        return await trace_of(self._store, RunId(of))

    async def prune(self, before: float, count_max: int) -> int:
        """Remove old events that nobody has to see to any more, and say how many. See ``Deliveries.prune``."""
        return await self._bus.prune(before, count_max)

    async def _settle(self, event_id: str, subscription: str | None, state: DeliveryState) -> list[Delivery]:
        which = DeliveryFilter(
            subscription=subscription, states=(DeliveryState.UNDELIVERED,), event_id=EventId(event_id)
        )
        now = self._around.clock.now()
        moved = [replace(each, state=state, at=now) for each in await self._bus.deliveries(which)]
        if not moved:
            raise InputError(
                f"expected an event that was not delivered, found {event_id!r}: 'holdfast undelivered' lists them"
            )
        await self._bus.settle(moved)
        self._around.kin.rouse()
        return moved
