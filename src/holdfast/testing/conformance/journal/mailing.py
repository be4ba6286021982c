"""Inboxes: every letter arrives once, in order, and wakes whom it should."""

import asyncio

from holdfast.journal.port import Delivered, Parking, Store
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.ids import LetterId, RunId
from holdfast.testing.conformance.journal.samples import (
    OTHER,
    RUN,
    OpenStore,
    drive,
    due_runs,
    following,
    letter,
)


class Mailing(OpenStore):
    """Letters, posted and committed."""

    async def test_letters_are_delivered_in_order(self, store: Store) -> None:
        await store.post([letter("l1", body=b"one"), letter("l2", body=b"two")])
        await store.post([letter("l3", body=b"three")])
        assert await store.inbox(RUN) == (
            Delivered(1, LetterId("l1"), b"one"),
            Delivered(2, LetterId("l2"), b"two"),
            Delivered(3, LetterId("l3"), b"three"),
        )
        assert [delivered.position for delivered in await store.inbox(RUN, after=1)] == [2, 3]
        assert await store.inbox(RUN, after=3) == ()

    async def test_a_letter_posted_twice_is_delivered_once(self, store: Store) -> None:
        await store.post([letter("l1", body=b"first"), letter("l1", body=b"second")])
        await store.post([letter("l1", body=b"third"), letter("l2")])
        assert [(one.position, one.body) for one in await store.inbox(RUN)] == [(1, b"first"), (2, b"hello")]

    async def test_a_letter_posted_twice_at_once_is_delivered_once(self, store: Store) -> None:
        await asyncio.gather(*(store.post([letter("l1")]) for _ in range(8)))
        assert len(await store.inbox(RUN)) == 1

    async def test_every_inbox_counts_for_itself(self, store: Store) -> None:
        await store.post([letter("l1", RUN), letter("l1", OTHER), letter("l2", RUN)])
        assert [delivered.position for delivered in await store.inbox(RUN)] == [1, 2]
        assert [delivered.position for delivered in await store.inbox(OTHER)] == [1]

    async def test_an_inbox_nobody_wrote_to_is_empty(self, store: Store) -> None:
        await store.post([])
        assert await store.inbox(RUN) == ()

    async def test_letters_of_a_commit_wake_the_run_they_are_for(self, store: Store, clock: VirtualClock) -> None:
        child, parent = await drive(store, RUN), await drive(store, OTHER)
        await store.commit(following(parent, parking=Parking(0, None)))
        assert await due_runs(store, clock.now()) == []
        await store.commit(following(child, letters=(letter("child-done", OTHER),), is_over=True))
        assert await due_runs(store, clock.now()) == [OTHER]

    async def test_of_a_letter_and_a_parking_at_once_none_is_lost(self, store: Store, clock: VirtualClock) -> None:
        names = [RunId(f"run_{number}") for number in range(20)]
        claims = [await drive(store, name) for name in names]
        await asyncio.gather(
            *(store.commit(following(claim, parking=Parking(0, None))) for claim in claims[:10]),
            store.post([letter("l1", name) for name in names]),
            *(store.commit(following(claim, parking=Parking(0, None))) for claim in claims[10:]),
        )
        assert sorted(await due_runs(store, clock.now())) == sorted(names)

    async def test_a_letter_leaves_the_lease_alone(self, store: Store, clock: VirtualClock) -> None:
        claim = await drive(store)
        await clock.advance(1)
        await store.post([letter("l1")])
        head = await store.head(RUN)
        assert (head.worker, head.lease_until) == ("worker-1", claim.lease_until)
        assert await due_runs(store, clock.now()) == []

    async def test_a_letter_to_a_run_that_is_over_is_kept_and_wakes_nobody(
        self, store: Store, clock: VirtualClock
    ) -> None:
        claim = await drive(store)
        await store.commit(following(claim, is_over=True, letters=(letter("l1"),)))
        await store.post([letter("l2")])
        assert [delivered.letter_id for delivered in await store.inbox(RUN)] == ["l1", "l2"]
        assert await due_runs(store, clock.now() + 1e6) == []
