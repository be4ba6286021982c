"""How a run comes to be: once, however often the commit or the request that begins it is repeated."""

import asyncio

import msgspec
import pytest

from holdfast.journal.port import AlreadyBegun, Committed, Head, NewRun, Parking, Stale, Store
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.errors import JournalError, RunNotFound
from holdfast.kernel.ids import RunId
from holdfast.testing.conformance.journal.samples import (
    DESK,
    OTHER,
    RUN,
    OpenStore,
    begin,
    beginning,
    due_runs,
    events,
    following,
    letter,
    take,
)

REQUESTED = NewRun("acme", "desk", request_id="request-1")


class Beginning(OpenStore):
    """First commits."""

    async def test_a_new_run_is_known_to_the_index_and_due_at_once(self, store: Store, clock: VirtualClock) -> None:
        new = NewRun("acme", "desk", request_id="request-1", parent=OTHER, title="A question")
        assert await store.commit(beginning(RUN, new, event_count=2)) == Committed(2)
        now = clock.now()
        assert await store.head(RUN) == Head(
            run=RUN,
            tenant="acme",
            app="desk",
            title="A question",
            status="waiting",
            is_over=False,
            version=2,
            epoch=0,
            worker="",
            lease_until=0.0,
            wake_at=now,
            request_id="request-1",
            parent=OTHER,
            created_at=now,
            updated_at=now,
        )
        assert await due_runs(store, now) == [RUN]
        assert await store.read(RUN) == events(1, 2)

    async def test_a_run_may_begin_without_events(self, store: Store) -> None:
        assert await store.commit(beginning(event_count=0)) == Committed(0)
        assert await store.read(RUN) == ()

    async def test_the_same_first_commit_twice_begins_once(self, store: Store) -> None:
        await begin(store)
        assert await store.commit(beginning()) == Committed(1)
        assert await store.read(RUN) == events(1)

    async def test_a_first_commit_is_recognised_after_the_run_has_moved_on(self, store: Store) -> None:
        await begin(store, RUN, REQUESTED)
        claim = await take(store)
        await store.commit(following(claim))
        assert await store.commit(beginning(RUN, REQUESTED)) == Committed(1)
        assert (await store.head(RUN)).version == 2

    async def test_another_first_commit_on_an_existing_run_is_stale(self, store: Store) -> None:
        await begin(store)
        assert await store.commit(beginning(named="another")) == Stale(1)

    async def test_a_request_begins_one_run(self, store: Store) -> None:
        await begin(store, RUN, REQUESTED)
        assert await store.commit(beginning(OTHER, REQUESTED, letters=(letter("l1", RUN),))) == AlreadyBegun(RUN)
        with pytest.raises(RunNotFound):
            await store.head(OTHER)
        assert await store.inbox(RUN) == ()

    async def test_a_request_that_comes_twice_at_once_begins_one_run(self, store: Store) -> None:
        names = [RunId(f"run_{number}") for number in range(8)]
        results = await asyncio.gather(*(store.commit(beginning(name, REQUESTED)) for name in names))
        winners = [name for name, result in zip(names, results, strict=True) if result == Committed(1)]
        assert len(winners) == 1
        assert results.count(AlreadyBegun(winners[0])) == len(names) - 1

    async def test_tenants_do_not_share_request_ids(self, store: Store) -> None:
        await begin(store, RUN, REQUESTED)
        await begin(store, OTHER, msgspec.structs.replace(REQUESTED, tenant="globex"))
        assert (await store.head(OTHER)).tenant == "globex"

    async def test_a_commit_of_nobody_to_an_existing_run_is_stale(self, store: Store) -> None:
        await begin(store)
        nobody = msgspec.structs.replace(beginning(), begins=None, expected=1, events=events(2))
        assert await store.commit(nobody) == Stale(1)
        assert await store.read(RUN) == events(1)

    async def test_a_run_begins_on_nothing(self, store: Store) -> None:
        with pytest.raises(JournalError, match="expected epoch 0 on version 0"):
            await store.commit(msgspec.structs.replace(beginning(), expected=1, events=events(2)))
        with pytest.raises(JournalError, match="found epoch 1"):
            await store.commit(msgspec.structs.replace(beginning(), epoch=1))
        with pytest.raises(RunNotFound):
            await store.head(RUN)

    async def test_a_run_may_begin_parked_until_its_time(self, store: Store, clock: VirtualClock) -> None:
        later = clock.now() + 60
        await store.commit(beginning(parking=Parking(0, later)))
        assert await due_runs(store, clock.now()) == []
        assert await due_runs(store, later) == [RUN]

    async def test_mail_that_came_before_its_run_makes_it_due(self, store: Store, clock: VirtualClock) -> None:
        await store.post([letter("l1")])
        await store.commit(beginning(RUN, DESK, parking=Parking(0, None)))
        assert await due_runs(store, clock.now()) == [RUN]
        assert [delivered.letter_id for delivered in await store.inbox(RUN)] == ["l1"]

    async def test_a_run_may_begin_and_end_at_once(self, store: Store, clock: VirtualClock) -> None:
        await store.commit(beginning(is_over=True))
        assert (await store.head(RUN)).is_over
        assert await due_runs(store, clock.now() + 1e6) == []
