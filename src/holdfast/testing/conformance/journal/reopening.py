"""Runs that are over: one letter takes them up again, the one that names their end, and nothing else does."""

import asyncio

import pytest

from holdfast.journal.port import Claim, Committed, Lost, Store
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.errors import JournalError
from holdfast.testing.conformance.journal.samples import (
    LEASE_SECONDS,
    OTHER,
    RUN,
    Disk,
    OpenStore,
    drive,
    due_runs,
    following,
    letter,
    take,
)


class Reopening(OpenStore):
    """Letters that reopen."""

    async def test_a_letter_that_names_the_end_makes_the_run_due_and_claimable(
        self, store: Store, clock: VirtualClock
    ) -> None:
        first = await _ended(store)
        await store.post([letter("again", reopens=2)])
        head = await store.head(RUN)
        assert (head.is_over, head.is_parked, head.status) == (False, False, "failed")
        assert await due_runs(store, clock.now()) == [RUN]
        second = await take(store)
        assert second.epoch > first.epoch
        assert second.version == 2
        assert await store.commit(following(second)) == Committed(3)

    async def test_it_may_come_with_the_commit_of_another_run(self, store: Store, clock: VirtualClock) -> None:
        await _ended(store)
        other = await drive(store, OTHER)
        await store.commit(following(other, letters=(letter("again", reopens=2),)))
        assert await due_runs(store, clock.now()) == [RUN]

    @pytest.mark.parametrize("reopens", [None, 0, 1, 3])
    async def test_no_other_letter_does(self, store: Store, clock: VirtualClock, reopens: int | None) -> None:
        await _ended(store)
        await store.post([letter("again", reopens=reopens)])
        assert (await store.head(RUN)).is_over
        assert await due_runs(store, clock.now() + 1e6) == []
        with pytest.raises(JournalError, match="is over"):
            await store.claim(RUN, "worker-2", LEASE_SECONDS)

    async def test_the_driver_before_cannot_write_to_what_another_has_taken_up(self, store: Store) -> None:
        first = await _ended(store)
        await store.post([letter("again", reopens=2)])
        assert isinstance(await store.commit(following(first, 2)), Lost)
        second = await take(store, worker="worker-2")
        assert await store.commit(following(first, 2, named="late")) == Lost(second.epoch)
        assert await store.commit(following(second)) == Committed(3)

    async def test_posted_twice_it_reopens_once(self, store: Store, clock: VirtualClock) -> None:
        await _ended(store)
        await asyncio.gather(*(store.post([letter("again", reopens=2)]) for _ in range(4)))
        second = await take(store)
        await store.commit(following(second, event_count=0, status="failed", is_over=True))
        await store.post([letter("again", reopens=2)])
        assert (await store.head(RUN)).is_over
        assert await due_runs(store, clock.now() + 1e6) == []

    async def test_a_run_that_goes_on_is_only_woken_by_it(self, store: Store, clock: VirtualClock) -> None:
        claim = await drive(store)
        await store.post([letter("again", reopens=claim.version)])
        head = await store.head(RUN)
        assert (head.worker, head.lease_until, head.is_over) == ("worker-1", claim.lease_until, False)
        assert await due_runs(store, clock.now()) == []

    async def test_a_reopened_run_can_end_again(self, store: Store, clock: VirtualClock) -> None:
        await _ended(store)
        await store.post([letter("again", reopens=2)])
        await store.commit(following(await take(store), is_over=True, status="complete"))
        head = await store.head(RUN)
        assert (head.is_over, head.status, head.version) == (True, "complete", 3)
        assert await due_runs(store, clock.now() + 1e6) == []

    async def test_that_it_is_reopened_outlives_the_store(self, disk: Disk, clock: VirtualClock) -> None:
        before = disk.store()
        await before.open()
        await _ended(before)
        await before.post([letter("again", reopens=2)])
        await before.close()
        after = disk.store()
        await after.open()
        assert await due_runs(after, clock.now()) == [RUN]
        assert (await take(after)).version == 2
        await after.close()


async def _ended(store: Store) -> Claim:
    """End the run at version 2, and return the claim under which that was done."""
    claim = await drive(store)
    await store.commit(following(claim, status="failed", is_over=True))
    return claim
