"""The events of the bus: published with the events of the run or not at all, each once, in one order."""

import pytest

from holdfast.journal.bus import EventFilter, Publication
from holdfast.journal.port import Committed, Lost, Store
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.errors import JournalError
from holdfast.kernel.ids import EventId
from holdfast.testing.conformance.journal.samples import OTHER, RUN, Disk, OpenStore, drive, following, take
from holdfast.testing.conformance.journal.upkeeping import kept

PAID = "orders.paid"


def publication(name: str, topic: str = PAID, key: str | None = None, **more: object) -> Publication:
    """Return an event that says its own name."""
    given = {"tenant": "acme", "body": f'"{name}"'.encode(), **more}
    return Publication(event_id=EventId(name), topic=topic, key=key, **given)  # type: ignore[arg-type]  # said by tests


async def offsets(store: Store, topic: str = PAID) -> list[tuple[str, int]]:
    """Return the events of ``topic``, each with its offset, in order."""
    return [(event.event_id, event.offset) for event in await store.bus.events(EventFilter(topic=topic))]


class Publishing(OpenStore):
    """Events on topics."""

    async def test_nothing_is_published_at_first(self, store: Store) -> None:
        assert await store.bus.topics() == ()
        assert await store.bus.event(EventId("a")) is None
        assert await offsets(store) == []

    async def test_what_a_commit_publishes_is_there_with_its_publisher(self, store: Store, clock: VirtualClock) -> None:
        given = publication("a", key="4711", step="pay", caused_by=EventId("z"), hops=2)
        assert await store.commit(following(await drive(store), publishes=(given,))) == Committed(2)
        event = await store.bus.event(EventId("a"))
        assert event is not None
        assert (event.tenant, event.topic, event.offset, event.body) == ("acme", PAID, 1, b'"a"')
        assert (event.key, event.run, event.step, event.at) == ("4711", RUN, "pay", clock.now())
        assert (event.caused_by, event.hops) == (EventId("z"), 2)

    async def test_offsets_count_the_events_of_a_topic_without_gaps(self, store: Store) -> None:
        claim, other = await drive(store), await drive(store, OTHER)
        await store.commit(following(claim, publishes=(publication("a"), publication("b", "other"), publication("c"))))
        await store.bus.publish([publication("d")])
        await store.commit(following(other, publishes=(publication("e"),)))
        assert await offsets(store) == [("a", 1), ("c", 2), ("d", 3), ("e", 4)]
        assert await offsets(store, "other") == [("b", 1)]
        heads = [(head.topic, head.last, head.kept) for head in await store.bus.topics()]
        assert heads == [(PAID, 4, 4), ("other", 1, 1)]

    async def test_the_same_id_again_is_the_same_event(self, store: Store) -> None:
        first = (await store.bus.publish([publication("a")])).events
        again = await store.bus.publish([publication("a", body=b"2"), publication("a")])
        assert again.events == (*first, *first)
        await store.commit(following(await drive(store), publishes=(publication("a", body=b"3"),)))
        assert await offsets(store) == [("a", 1)]

    async def test_a_commit_that_is_sent_again_publishes_once(self, store: Store) -> None:
        commit = following(await drive(store), publishes=(publication("a"),))
        for _ in range(2):
            assert await store.commit(commit) == Committed(2)
        assert await offsets(store) == [("a", 1)]

    async def test_a_refused_commit_publishes_nothing(self, store: Store, clock: VirtualClock) -> None:
        claim = await drive(store)
        await clock.advance(60)
        await take(store)
        assert await store.commit(following(claim, publishes=(publication("a"),))) == Lost(2)
        with pytest.raises(JournalError, match="expected an event that says so"):
            await store.commit(following(claim, event_count=0, publishes=(publication("a"),)))
        assert await offsets(store) == []

    async def test_events_are_found_by_topic_cause_and_run(self, store: Store) -> None:
        claim = await drive(store)
        caused = publication("b", "other", caused_by=EventId("a"))
        await store.commit(following(claim, publishes=(publication("a"), caused, publication("c"))))
        await store.bus.publish([publication("d")])

        async def found(which: EventFilter) -> list[str]:
            return [event.event_id for event in await store.bus.events(which)]

        assert await found(EventFilter(topic=PAID, after=1)) == ["c", "d"]
        assert await found(EventFilter(topic=PAID, count_max=2)) == ["a", "c"]
        assert await found(EventFilter(caused_by=EventId("a"))) == ["b"]
        assert await found(EventFilter(run=RUN)) == ["a", "b", "c"]

    async def test_events_outlive_the_store_object_and_the_run(self, disk: Disk) -> None:
        store = disk.store()
        await store.open()
        await store.commit(following(await drive(store), is_over=True, publishes=(publication("a"),)))
        await kept(store).remove([RUN])
        await store.close()
        again = disk.store()
        await again.open()
        await again.bus.publish([publication("b")])
        assert await offsets(again) == [("a", 1), ("b", 2)]
        await again.close()

    async def test_events_published_at_once_have_places_of_their_own(self, store: Store) -> None:
        claims = [await drive(store), await drive(store, OTHER)]
        commits = [
            store.commit(following(claim, publishes=(publication(name),)))
            for claim, name in zip(claims, "ab", strict=True)
        ]
        for commit in commits:
            await commit
        assert sorted(offset for _, offset in await offsets(store)) == [1, 2]
