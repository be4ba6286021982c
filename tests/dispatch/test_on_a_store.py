"""A dispatcher over a real journal: what stands there is driven, whether or not it is woken, also after a crash."""

from holdfast.dispatch.local import LocalDispatcher
from holdfast.journal.port import NO_EPOCH, Claim, Commit, Committed, Held, Letter, NewRun, Parking, Recorded
from holdfast.journal.stores.memory import MemoryDisk, MemoryStore
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.ids import LetterId, RunId, commit_id, new_run_id
from holdfast.kernel.randomness import SeededRandomness
from holdfast.testing.conformance.dispatch import serving
from holdfast.testing.conformance.runs_to_drive import Trouble

LEASE_SECONDS = 30.0
RUN = new_run_id(0.0, SeededRandomness(0))


class Worker:
    """Drives a run that sleeps a while, reads its mail, and ends with the first letter."""

    def __init__(self, store: MemoryStore, clock: VirtualClock, *, nap_seconds: float) -> None:
        self._store = store
        self._clock = clock
        self._nap_seconds = nap_seconds
        self.drives: list[float] = []

    async def drive(self, run: RunId) -> float | None:
        if (await self._store.head(run)).is_over:
            return None
        claim = await self._store.claim(run, "worker", LEASE_SECONDS)
        if isinstance(claim, Held):
            return claim.lease_until
        self.drives.append(self._clock.now())
        mail = await self._store.inbox(run)
        await self._clock.sleep(1)
        wake_at = self._clock.now() + self._nap_seconds
        await self._park(claim, len(mail), wake_at)
        return None if mail else wake_at

    async def _park(self, claim: Claim, mail: int, wake_at: float) -> None:
        committed = await self._store.commit(
            Commit(
                commit_id=commit_id(claim.run, claim.epoch, claim.version),
                run=claim.run,
                epoch=claim.epoch,
                expected=claim.version,
                events=(Recorded(claim.version + 1, self._clock.now(), b"{}"),),
                status="over" if mail else "waiting",
                is_over=mail > 0,
                parking=None if mail else Parking(inbox_read=mail, wake_at=wake_at),
            )
        )
        assert isinstance(committed, Committed)


async def begin(store: MemoryStore, clock: VirtualClock) -> None:
    begun = await store.commit(
        Commit(
            commit_id=commit_id(RUN, NO_EPOCH, 0),
            run=RUN,
            epoch=NO_EPOCH,
            expected=0,
            events=(Recorded(1, clock.now(), b"{}"),),
            status="new",
            begins=NewRun("tenant", "app"),
        )
    )
    assert begun == Committed(1)


async def test_a_run_goes_from_its_first_commit_over_timer_and_mail_to_its_end() -> None:
    clock, trouble = VirtualClock(start=1000.0), Trouble()
    store = MemoryStore(clock)
    await store.open()
    worker = Worker(store, clock, nap_seconds=20.5)
    await begin(store, clock)
    async with serving(LocalDispatcher(store, clock, on_trouble=trouble), worker.drive):
        await clock.advance(5)
        assert worker.drives == [1000.0]
        await clock.advance(20)
        assert worker.drives == [1000.0, 1021.5]
        await store.post([Letter(LetterId("ltr_1"), RUN, b"go")])
        await clock.advance(100)
    assert len(worker.drives) == 3
    assert worker.drives[-1] <= 1026.0
    assert (await store.head(RUN)).is_over
    assert trouble.reports == []


async def test_a_run_whose_driver_died_is_driven_when_the_store_opens_again_and_its_timer_kept() -> None:
    clock, trouble, disk = VirtualClock(start=1000.0), Trouble(), MemoryDisk()
    store = MemoryStore(clock, disk)
    await store.open()
    await begin(store, clock)
    dying = Worker(store, clock, nap_seconds=1)
    async with serving(LocalDispatcher(store, clock, on_trouble=trouble), dying.drive):
        await clock.advance(0.5)
    assert dying.drives == [1000.0]

    store = MemoryStore(clock, disk)
    await store.open()
    second = Worker(store, clock, nap_seconds=40.25)
    async with serving(LocalDispatcher(store, clock, on_trouble=trouble), second.drive):
        await clock.advance(2)
    assert second.drives == [1000.5]

    store = MemoryStore(clock, disk)
    await store.open()
    third = Worker(store, clock, nap_seconds=1000)
    async with serving(LocalDispatcher(store, clock, on_trouble=trouble), third.drive):
        await clock.advance(60)
    assert third.drives == [1000.5 + 1 + 40.25]
    assert trouble.reports == []
