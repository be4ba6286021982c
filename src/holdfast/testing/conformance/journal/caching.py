"""What a store keeps of snapshots: the newest of a run, part of the commit it came with, gone at no cost."""

import pytest

from holdfast.journal.port import Latest, Parking, Snapshot, Store
from holdfast.kernel.errors import JournalError, RunNotFound
from holdfast.testing.conformance.journal.samples import (
    OTHER,
    RUN,
    Disk,
    OpenStore,
    begin,
    drive,
    events,
    following,
)


def snapshot(version: int, body: bytes = b"state") -> Snapshot:
    """Return a snapshot of some fold."""
    return Snapshot(version, "fold-1", body)


class Caching(OpenStore):
    """Snapshots."""

    async def test_without_a_snapshot_the_latest_is_the_whole_journal(self, store: Store) -> None:
        claim = await drive(store)
        await store.commit(following(claim, event_count=3))
        assert await store.latest(RUN) == Latest(None, events(1, 4))

    async def test_a_run_that_does_not_exist_has_no_latest(self, store: Store) -> None:
        await begin(store, OTHER)
        with pytest.raises(RunNotFound, match=RUN):
            await store.latest(RUN)

    async def test_the_newest_snapshot_is_kept_and_what_came_after_follows(self, store: Store) -> None:
        claim = await drive(store)
        await store.commit(following(claim, event_count=3, snapshot=snapshot(4)))
        assert await store.latest(RUN) == Latest(snapshot(4), ())
        await store.commit(following(claim, 4, event_count=2))
        assert await store.latest(RUN) == Latest(snapshot(4), events(5, 2))
        await store.commit(following(claim, 6, snapshot=snapshot(7, b"later")))
        await store.commit(following(claim, 7))
        assert await store.latest(RUN) == Latest(snapshot(7, b"later"), events(8))
        assert await store.read(RUN) == events(1, 8)

    async def test_a_refused_commit_leaves_the_snapshot_before(self, store: Store) -> None:
        claim = await drive(store)
        await store.commit(following(claim, snapshot=snapshot(2)))
        await store.commit(following(claim, 7, named="stale", snapshot=snapshot(8, b"stale")))
        assert await store.latest(RUN) == Latest(snapshot(2), ())

    async def test_a_snapshot_of_another_version_than_its_commit_is_refused(self, store: Store) -> None:
        claim = await drive(store)
        with pytest.raises(JournalError, match="expected a snapshot of that version, found one of 7"):
            await store.commit(following(claim, snapshot=snapshot(7)))
        assert await store.latest(RUN) == Latest(None, events(1))

    async def test_snapshots_outlive_the_store(self, disk: Disk) -> None:
        before = disk.store()
        await before.open()
        claim = await drive(before)
        await before.commit(following(claim, snapshot=snapshot(2)))
        await before.commit(following(claim, 2, parking=Parking(0, None)))
        await before.close()
        after = disk.store()
        await after.open()
        assert await after.latest(RUN) == Latest(snapshot(2), events(3))
        await after.close()
