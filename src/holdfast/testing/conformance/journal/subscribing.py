"""Subscriptions: they go through their topic in order, and what they have taken in is kept until it is seen to."""

import pytest

from holdfast.journal.bus import Delivery, DeliveryFilter, DeliveryState, EventFilter, Position
from holdfast.journal.port import Store
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.errors import JournalError
from holdfast.kernel.ids import EventId, RunId
from holdfast.testing.conformance.journal.publishing import PAID, offsets, publication
from holdfast.testing.conformance.journal.samples import Disk, OpenStore

DESK = "desk_on_paid"


def delivery(
    offset: int, name: str, state: DeliveryState = DeliveryState.WAITING, subscription: str = DESK, **more: object
) -> Delivery:
    """Return where the event of that name stands."""
    given = {"generation": 1, "tenant": "acme", "event_id": EventId(name), **more}
    return Delivery(subscription=subscription, offset=offset, state=state, **given)  # type: ignore[arg-type]  # by tests


async def subscribed(store: Store, *, from_start: bool = True, name: str = DESK) -> Position:
    """Return how far a subscription to the topic has come."""
    return await store.bus.subscribe(name, PAID, "desk", from_start=from_start)


async def states(store: Store, name: str = DESK) -> list[tuple[int, DeliveryState]]:
    """Return the deliveries of a subscription, each with where it stands."""
    found = await store.bus.deliveries(DeliveryFilter(subscription=name))
    return [(each.offset, each.state) for each in found]


class Subscribing(OpenStore):
    """How far subscriptions have come, and what they have taken in."""

    async def test_a_subscription_begins_at_the_end_or_at_the_start_and_stays_where_it_is(self, store: Store) -> None:
        await store.bus.publish([publication("a")])
        late, early = await subscribed(store, from_start=False, name="late"), await subscribed(store)
        assert (late.position, early.position, early.generation) == (1, 0, 1)
        await store.bus.publish([publication("b")])
        assert await subscribed(store, from_start=False, name="late") == late
        assert await store.bus.positions() == (early, late)

    async def test_one_to_a_topic_that_is_not_there_yet_misses_nothing_of_it(self, store: Store) -> None:
        assert (await subscribed(store, from_start=False)).position == 0

    async def test_a_name_stands_for_one_topic(self, store: Store) -> None:
        await subscribed(store)
        with pytest.raises(JournalError, match=r"to be to topic 'orders\.paid'"):
            await store.bus.subscribe(DESK, "other", "desk", from_start=True)

    async def test_it_moves_on_with_what_it_has_taken_in(self, store: Store) -> None:
        at = await subscribed(store)
        assert await store.bus.advance(at, 3, [delivery(1, "a"), delivery(3, "c", key="k")])
        (moved,) = await store.bus.positions()
        assert moved.position == 3
        assert await states(store) == [(1, DeliveryState.WAITING), (3, DeliveryState.WAITING)]

    async def test_who_comes_second_takes_nothing_in(self, store: Store) -> None:
        at = await subscribed(store)
        assert await store.bus.advance(at, 1, [delivery(1, "a")])
        assert not await store.bus.advance(at, 2, [delivery(1, "a"), delivery(2, "b")])
        assert await states(store) == [(1, DeliveryState.WAITING)]
        assert not await store.bus.advance(Position(name="none", topic=PAID, app="desk", position=0), 1, [])

    async def test_a_delivery_is_kept_as_it_was_last_settled(self, store: Store) -> None:
        await store.bus.advance(await subscribed(store), 2, [delivery(1, "a"), delivery(2, "b")])
        begun = delivery(1, "a", DeliveryState.BEGUN, key="k", run=RunId("run_x"), at=7.0)
        dead = delivery(2, "b", DeliveryState.UNDELIVERED, reason="poison")
        await store.bus.settle([begun, dead, delivery(3, "c", DeliveryState.DONE)])
        assert await store.bus.deliveries(DeliveryFilter()) == (begun, dead)
        assert await store.bus.deliveries(DeliveryFilter(states=(DeliveryState.BEGUN,))) == (begun,)
        of_desk = DeliveryFilter(subscription=DESK, states=(DeliveryState.UNDELIVERED,))
        assert await store.bus.deliveries(of_desk) == (dead,)
        assert await store.bus.deliveries(DeliveryFilter(event_id=EventId("a"))) == (begun,)
        assert await store.bus.deliveries(DeliveryFilter(count_max=1)) == (begun,)

    async def test_a_new_generation_takes_in_anew_and_keeps_what_has_begun(self, store: Store) -> None:
        at = await subscribed(store)
        begun = delivery(1, "a", DeliveryState.BEGUN, run=RunId("run_x"))
        await store.bus.advance(at, 2, [begun, delivery(2, "b")])
        again = await store.bus.rewind(DESK, 0)
        assert again is not None
        assert (again.position, again.generation) == (0, 2)
        assert await states(store) == [(1, DeliveryState.BEGUN)]
        assert not await store.bus.advance(at, 2, [])
        assert await store.bus.advance(again, 1, [delivery(1, "a", generation=2)])
        assert await states(store) == [(1, DeliveryState.BEGUN), (1, DeliveryState.WAITING)]
        assert await store.bus.rewind("none", 0) is None

    async def test_what_is_forgotten_is_gone(self, store: Store) -> None:
        await store.bus.advance(await subscribed(store), 1, [delivery(1, "a")])
        assert await store.bus.unsubscribe(DESK)
        assert not await store.bus.unsubscribe(DESK)
        assert await store.bus.positions() == ()
        assert await states(store) == []

    async def test_old_events_go_that_nobody_has_to_see_to(self, store: Store, clock: VirtualClock) -> None:
        for name in "abcd":
            await store.bus.publish([publication(name)])
        await store.bus.publish([publication("x", "other")])
        await clock.advance(100)
        await store.bus.publish([publication("e")])
        at = await subscribed(store)
        assert await store.bus.prune(clock.now(), 10) == 1, "only the one to whose topic nobody subscribes"
        await store.bus.advance(at, 4, [delivery(1, "a", DeliveryState.DONE), delivery(3, "c")])
        assert await store.bus.prune(clock.now(), 10) == 2
        assert await offsets(store) == [("c", 3), ("d", 4), ("e", 5)]
        await store.bus.settle([delivery(3, "c", DeliveryState.UNDELIVERED)])
        assert await store.bus.prune(clock.now(), 10) == 0
        await store.bus.settle([delivery(3, "c", DeliveryState.DROPPED)])
        assert await store.bus.prune(clock.now(), 1) == 1
        assert await states(store) == []
        assert [(head.topic, head.last, head.kept) for head in await store.bus.topics()] == [
            (PAID, 5, 2),
            ("other", 1, 0),
        ]

    async def test_it_outlives_the_store_object(self, disk: Disk) -> None:
        store = disk.store()
        await store.open()
        await store.bus.advance(await subscribed(store), 2, [delivery(2, "b")])
        await store.close()
        again = disk.store()
        await again.open()
        assert (await subscribed(again)).position == 2
        assert await states(again) == [(2, DeliveryState.WAITING)]
        await again.bus.publish([publication("a")])
        assert [event.event_id for event in await again.bus.events(EventFilter(topic=PAID))] == ["a"]
        await again.close()
