"""What the memory store adds to the contract: disks that outlive it, and points at which a test interferes."""

import pytest

from holdfast.journal.port import Committed
from holdfast.journal.stores.memory import MemoryDisk, MemoryStore
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.errors import JournalError, RunNotFound, StoreClosed
from holdfast.kernel.faults import Point
from holdfast.testing.conformance.journal.samples import RUN, begin, beginning, drive, due_runs, following


async def test_a_store_opened_on_a_used_disk_ends_the_one_before() -> None:
    clock, disk = VirtualClock(), MemoryDisk()
    crashed = MemoryStore(clock, disk)
    await crashed.open()
    claim = await drive(crashed)
    after = MemoryStore(clock, disk)
    await after.open()
    with pytest.raises(StoreClosed, match="took its disk over"):
        await crashed.commit(following(claim))
    await crashed.close()
    assert await due_runs(after, clock.now()) == [RUN]


async def test_a_failure_before_the_commit_leaves_nothing_and_one_after_it_everything() -> None:
    failing: set[str] = set()

    def fail(point: str) -> None:
        if point in failing:
            raise JournalError(f"played at {point}")

    store = MemoryStore(VirtualClock(), on_point=fail)
    await store.open()
    failing.add(Point.MEMORY_BEFORE_COMMIT)
    with pytest.raises(JournalError, match="played"):
        await begin(store)
    with pytest.raises(RunNotFound):
        await store.head(RUN)
    failing.add(Point.MEMORY_AFTER_COMMIT)
    failing.remove(Point.MEMORY_BEFORE_COMMIT)
    with pytest.raises(JournalError, match="played"):
        await begin(store)
    failing.clear()
    assert await store.commit(beginning()) == Committed(1)


async def test_the_change_counter_moves_with_every_write() -> None:
    store = MemoryStore(VirtualClock())
    await store.open()
    before = store.change_counter()
    assert store.change_counter() == before
    await begin(store)
    assert store.change_counter() != before
