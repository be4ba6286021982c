"""Runs that wait for events: no event passes a wait by, whenever it came, and each is told once."""

from holdfast.journal.bus import EventWait, Met
from holdfast.journal.mail import EventCame, decode_mail
from holdfast.journal.port import Committed, Parking, Store
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.ids import EventId, RunId
from holdfast.testing.conformance.journal.publishing import PAID, publication
from holdfast.testing.conformance.journal.samples import OTHER, RUN, OpenStore, drive, due_runs, following
from holdfast.testing.conformance.journal.upkeeping import kept


def begun(number: int = 1, key: str | None = None, since: float | None = None, tenant: str = "acme") -> EventWait:
    """Return a wait that begins."""
    return EventWait(number=number, tenant=tenant, topic=PAID, key=key, since=since)


def over(number: int = 1, met: str | None = None) -> EventWait:
    """Return a wait that is over."""
    return EventWait(number=number, tenant="acme", topic=PAID, is_over=True, met=None if met is None else EventId(met))


async def told(store: Store, run: RunId = RUN) -> list[tuple[int, str]]:
    """Return the waits of ``run`` that were told of an event, each with the event."""
    mail = [decode_mail(letter.body) for letter in await store.inbox(run)]
    return [(each.number, each.event) for each in mail if isinstance(each, EventCame)]


class Waiting(OpenStore):
    """Waits, and the letters that tell them of events."""

    async def test_a_wait_is_told_of_what_is_published_after_it_began(self, store: Store) -> None:
        await store.bus.publish([publication("a")])
        await store.commit(following(await drive(store), waits=(begun(),)))
        published = await store.bus.publish([publication("b"), publication("c", "other"), publication("b")])
        assert published.told == (RUN,)
        assert await told(store) == [(1, "b")]

    async def test_a_parked_run_that_waits_is_woken(self, store: Store, clock: VirtualClock) -> None:
        claim = await drive(store)
        await store.commit(following(claim, waits=(begun(),), parking=Parking(0, None)))
        assert await due_runs(store, clock.now()) == []
        other = await drive(store, OTHER)
        assert await store.commit(following(other, publishes=(publication("a"),))) == Committed(2, (RUN,))
        assert await due_runs(store, clock.now()) == [RUN]

    async def test_an_event_between_the_wait_and_the_parking_keeps_the_run_awake(
        self, store: Store, clock: VirtualClock
    ) -> None:
        claim = await drive(store)
        await store.commit(following(claim, waits=(begun(),)))
        await store.bus.publish([publication("a")])
        await store.commit(following(claim, 2, parking=Parking(0, None)))
        assert await due_runs(store, clock.now()) == [RUN]

    async def test_a_wait_with_a_key_is_told_of_that_key_only(self, store: Store) -> None:
        await store.commit(following(await drive(store), waits=(begun(key="4711"), begun(2))))
        await store.bus.publish([publication("a", key="4712"), publication("b", key="4711"), publication("c")])
        assert sorted(await told(store)) == [(1, "b"), (2, "a"), (2, "b"), (2, "c")]

    async def test_a_wait_hears_nothing_of_other_tenants(self, store: Store) -> None:
        await store.commit(following(await drive(store), waits=(begun(), begun(2, tenant="zeta"))))
        await store.bus.publish([publication("a", tenant="zeta")])
        assert await told(store) == [(2, "a")]

    async def test_a_wait_since_before_is_told_of_what_was_there(self, store: Store, clock: VirtualClock) -> None:
        await store.bus.publish([publication("a", key="1")])
        await clock.advance(10)
        await store.bus.publish([publication("b", key="1"), publication("c", key="2")])
        claim, since = await drive(store), clock.now()
        await store.commit(following(claim, waits=(begun(key="1", since=since), begun(2, since=0.0))))
        assert await told(store) == [(1, "b"), (2, "a"), (2, "b"), (2, "c")]

    async def test_a_wait_that_begins_again_is_the_same(self, store: Store) -> None:
        claim = await drive(store)
        await store.commit(following(claim, waits=(begun(since=0.0),)))
        await store.bus.publish([publication("a")])
        await store.commit(following(claim, 2, event_count=0, waits=(begun(since=0.0),)))
        await store.bus.publish([publication("b")])
        assert await told(store) == [(1, "a"), (1, "b")]

    async def test_a_wait_that_is_over_hears_nothing_more(self, store: Store) -> None:
        claim = await drive(store)
        await store.commit(following(claim, waits=(begun(), begun(2))))
        await store.bus.publish([publication("a")])
        await store.commit(following(claim, 2, waits=(over(met="a"), over(2))))
        await store.commit(following(claim, 3, waits=(begun(), over(1, "b"))))
        await store.bus.publish([publication("b")])
        assert await told(store) == [(1, "a"), (2, "a")]
        assert await store.bus.met_by(EventId("a")) == (Met(RUN, 1),)
        assert await store.bus.met_by(EventId("b")) == ()

    async def test_the_waits_of_a_run_that_is_removed_are_gone(self, store: Store) -> None:
        claim = await drive(store)
        await store.commit(following(claim, is_over=True, waits=(begun(), begun(2), over(2, "a"))))
        await kept(store).remove([RUN])
        await store.bus.publish([publication("a")])
        assert await told(store) == []
        assert await store.bus.met_by(EventId("a")) == ()
