"""One driver a run: claims, leases and epochs."""

import asyncio

import pytest

from holdfast.journal.port import Claim, Committed, Held, Lost, Store
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.errors import JournalError, RunNotFound
from holdfast.testing.conformance.journal.samples import (
    LEASE_SECONDS,
    RUN,
    Disk,
    OpenStore,
    begin,
    drive,
    due_runs,
    following,
    letter,
    take,
)


class Driving(OpenStore):
    """Claims and leases."""

    async def test_a_claim_opens_a_new_epoch(self, store: Store, clock: VirtualClock) -> None:
        await begin(store)
        claim = await store.claim(RUN, "worker-1", LEASE_SECONDS)
        assert claim == Claim(RUN, 1, 1, clock.now() + LEASE_SECONDS)
        head = await store.head(RUN)
        assert (head.worker, head.epoch, head.lease_until) == ("worker-1", 1, clock.now() + LEASE_SECONDS)

    async def test_a_claim_tells_of_the_newest_letter(self, store: Store) -> None:
        await begin(store)
        await store.post([letter("l1", RUN), letter("l2", RUN), letter("l1", RUN)])
        assert (await take(store)).last_letter == 2

    @pytest.mark.parametrize("worker", ["worker-1", "worker-2"])
    async def test_a_run_that_is_held_is_refused_to_everyone(self, store: Store, worker: str) -> None:
        claim = await drive(store)
        assert await store.claim(RUN, worker, LEASE_SECONDS) == Held("worker-1", claim.lease_until)
        assert (await store.head(RUN)).epoch == 1

    async def test_of_claims_at_once_one_wins(self, store: Store) -> None:
        await begin(store)
        claims = await asyncio.gather(*(store.claim(RUN, f"worker-{number}", LEASE_SECONDS) for number in range(8)))
        assert len([claim for claim in claims if isinstance(claim, Claim)]) == 1

    async def test_a_lease_that_ran_out_can_be_taken_over(self, store: Store, clock: VirtualClock) -> None:
        first = await drive(store)
        await clock.advance(LEASE_SECONDS - 1)
        assert isinstance(await store.claim(RUN, "worker-2", LEASE_SECONDS), Held)
        await clock.advance(1)
        second = await take(store, worker="worker-2")
        assert second.epoch == first.epoch + 1
        assert await store.commit(following(first)) == Lost(second.epoch)

    async def test_a_claim_knows_the_version(self, store: Store, clock: VirtualClock) -> None:
        claim = await drive(store)
        await store.commit(following(claim, event_count=4))
        await clock.advance(LEASE_SECONDS)
        assert (await take(store)).version == 5

    async def test_every_commit_renews_the_lease(self, store: Store, clock: VirtualClock) -> None:
        claim = await drive(store)
        await clock.advance(20)
        await store.commit(following(claim))
        assert (await store.head(RUN)).lease_until == clock.now() + LEASE_SECONDS
        await clock.advance(20)
        assert await store.commit(following(claim, 2, event_count=0)) == Committed(2)
        assert (await store.head(RUN)).lease_until == clock.now() + LEASE_SECONDS
        await clock.advance(20)
        assert isinstance(await store.claim(RUN, "worker-2", LEASE_SECONDS), Held)

    async def test_a_driven_run_is_due_only_when_its_lease_has_run_out(self, store: Store, clock: VirtualClock) -> None:
        claim = await drive(store)
        assert await due_runs(store, clock.now()) == []
        assert await due_runs(store, claim.lease_until - 1) == []
        assert await due_runs(store, claim.lease_until) == [RUN]

    async def test_no_run_no_claim(self, store: Store) -> None:
        with pytest.raises(RunNotFound):
            await store.claim(RUN, "worker-1", LEASE_SECONDS)

    async def test_a_run_that_is_over_is_not_driven_again(self, store: Store, clock: VirtualClock) -> None:
        claim = await drive(store)
        await store.commit(following(claim, is_over=True))
        head = await store.head(RUN)
        assert (head.worker, head.lease_until, head.wake_at) == ("", 0.0, None)
        assert await due_runs(store, clock.now() + 1e6) == []
        with pytest.raises(JournalError, match="is over"):
            await store.claim(RUN, "worker-2", LEASE_SECONDS)

    @pytest.mark.parametrize(("worker", "seconds"), [("", 30.0), ("worker-1", 0.0), ("worker-1", float("nan"))])
    async def test_a_claim_that_holds_nothing_is_refused(self, store: Store, worker: str, seconds: float) -> None:
        await begin(store)
        with pytest.raises(JournalError, match="a worker's name and a lease"):
            await store.claim(RUN, worker, seconds)

    async def test_leases_end_with_the_store_that_gave_them(self, disk: Disk, clock: VirtualClock) -> None:
        before = disk.store()
        await before.open()
        first = await drive(before)
        await before.commit(following(first))
        await before.close()
        await clock.advance(1)
        after = disk.store()
        await after.open()
        head = await after.head(RUN)
        assert (head.worker, head.lease_until, head.wake_at) == ("", 0.0, clock.now())
        assert await due_runs(after, clock.now()) == [RUN]
        second = await take(after, worker="worker-2")
        assert (second.epoch, second.version) == (first.epoch + 1, 2)
        await after.close()
