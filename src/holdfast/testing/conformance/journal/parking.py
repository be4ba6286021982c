"""Letting go of a run without losing what comes meanwhile."""

import pytest

from holdfast.journal.port import Committed, Parking, Store
from holdfast.kernel.clock import VirtualClock
from holdfast.testing.conformance.journal.samples import (
    LEASE_SECONDS,
    RUN,
    OpenStore,
    drive,
    due_runs,
    following,
    letter,
    take,
)


class ParkingRuns(OpenStore):
    """Commits that park."""

    @pytest.mark.parametrize("event_count", [0, 2])
    async def test_a_parked_run_waits_for_mail_only(self, store: Store, clock: VirtualClock, event_count: int) -> None:
        claim = await drive(store)
        parked = following(claim, event_count=event_count, parking=Parking(0, None))
        assert await store.commit(parked) == Committed(1 + event_count)
        head = await store.head(RUN)
        assert (head.worker, head.lease_until, head.wake_at) == ("", 0.0, None)
        assert await due_runs(store, clock.now() + 1e6) == []
        await store.post([letter("l1")])
        assert await due_runs(store, clock.now()) == [RUN]

    async def test_a_run_is_due_at_the_time_it_asked_for(self, store: Store, clock: VirtualClock) -> None:
        claim = await drive(store)
        wake_at = clock.now() + 100
        await store.commit(following(claim, parking=Parking(0, wake_at)))
        assert await due_runs(store, wake_at - 1) == []
        assert await due_runs(store, wake_at) == [RUN]

    async def test_mail_the_driver_has_not_read_keeps_the_run_due(self, store: Store, clock: VirtualClock) -> None:
        claim = await drive(store)
        await store.post([letter("l1"), letter("l2")])
        await clock.advance(1)
        await store.commit(following(claim, parking=Parking(1, clock.now() + 100)))
        assert (await store.head(RUN)).wake_at == clock.now()
        assert await due_runs(store, clock.now()) == [RUN]

    async def test_mail_the_driver_has_read_does_not_wake_it(self, store: Store, clock: VirtualClock) -> None:
        claim = await drive(store)
        await store.post([letter("l1"), letter("l2")])
        await store.commit(following(claim, parking=Parking(2, None)))
        assert await due_runs(store, clock.now() + 1e6) == []

    async def test_a_letter_in_the_commit_that_parks_is_newer_than_what_was_read(
        self, store: Store, clock: VirtualClock
    ) -> None:
        claim = await drive(store)
        await store.commit(following(claim, letters=(letter("to-myself"),), parking=Parking(0, None)))
        assert await due_runs(store, clock.now()) == [RUN]

    async def test_mail_brings_a_timer_forward_and_never_puts_it_off(self, store: Store, clock: VirtualClock) -> None:
        claim = await drive(store)
        await store.commit(following(claim, parking=Parking(0, clock.now() + 100)))
        await clock.advance(10)
        await store.post([letter("l1")])
        woken_at = clock.now()
        assert (await store.head(RUN)).wake_at == woken_at
        await clock.advance(10)
        await store.post([letter("l2")])
        assert (await store.head(RUN)).wake_at == woken_at

    async def test_a_parked_run_can_be_claimed_before_its_time(self, store: Store, clock: VirtualClock) -> None:
        claim = await drive(store)
        await store.commit(following(claim, parking=Parking(0, clock.now() + 1e6)))
        again = await take(store)
        assert await due_runs(store, again.lease_until - 1) == []
        await clock.advance(LEASE_SECONDS)
        assert await due_runs(store, clock.now()) == [RUN]

    async def test_the_driver_that_parked_may_still_commit_until_another_claims(
        self, store: Store, clock: VirtualClock
    ) -> None:
        claim = await drive(store)
        await store.commit(following(claim, event_count=0, parking=Parking(0, None)))
        assert await store.commit(following(claim)) == Committed(2)
        head = await store.head(RUN)
        assert (head.worker, head.lease_until, head.wake_at) == ("", 0.0, None)
        assert await due_runs(store, clock.now()) == []

    async def test_parking_twice_is_harmless(self, store: Store, clock: VirtualClock) -> None:
        claim = await drive(store)
        parked = following(claim, event_count=0, parking=Parking(0, clock.now() + 5))
        assert await store.commit(parked) == Committed(1)
        assert await store.commit(parked) == Committed(1)
        assert await due_runs(store, clock.now() + 5) == [RUN]
