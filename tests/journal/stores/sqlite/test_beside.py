"""Beside the process that drives, others read, begin runs and post; the driver notices."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from holdfast.journal.port import Committed, Parking
from holdfast.journal.stores.sqlite import SqliteStore
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.errors import JournalError
from holdfast.kernel.ids import RunId
from holdfast.testing.conformance.journal.samples import (
    LEASE_SECONDS,
    OTHER,
    RUN,
    begin,
    drive,
    due_runs,
    events,
    following,
    letter,
    take,
)
from tests.journal.stores.sqlite.child import LETTERS
from tests.journal.stores.sqlite.conftest import Spawn


@pytest.fixture
async def beside(store: SqliteStore, path: Path, clock: VirtualClock) -> AsyncIterator[SqliteStore]:
    beside = SqliteStore(path, clock, drives=False)
    await beside.open()
    yield beside
    await beside.close()


async def test_another_process_posts_while_this_one_commits(path: Path, store: SqliteStore, spawn: Spawn) -> None:
    claim = await drive(store)
    child = spawn("post")
    version = 1
    while child.poll() is None:
        version += 1
        assert await store.commit(following(claim, version - 1)) == Committed(version)
    assert child.returncode == 0
    assert [one.position for one in await store.inbox(RUN)] == list(range(1, LETTERS + 1))
    assert await store.read(RUN) == events(1, version)


async def test_this_process_reads_what_another_one_commits(path: Path, clock: VirtualClock, spawn: Spawn) -> None:
    child = spawn("commit")
    assert child.stdout is not None
    said = iter(child.stdout)
    next(said)
    beside = SqliteStore(path, clock, drives=False)
    await beside.open()
    for line in itertools.islice(said, 50):
        run, version = line.split()
        assert len(await beside.read(RunId(run))) >= int(version)
    await beside.close()


async def test_what_is_written_beside_is_seen_at_once(
    store: SqliteStore, beside: SqliteStore, clock: VirtualClock
) -> None:
    await begin(beside)
    claim = await take(store)
    await store.commit(following(claim))
    assert await beside.read(RUN) == events(1, 2)
    await beside.post([letter("l1")])
    assert len(await store.inbox(RUN)) == 1
    await begin(beside, OTHER)
    assert await due_runs(store, clock.now()) == [OTHER]


async def test_who_does_not_drive_neither_claims_nor_commits(store: SqliteStore, beside: SqliteStore) -> None:
    claim = await drive(store)
    with pytest.raises(JournalError, match=r"opened .* to read and post"):
        await beside.claim(RUN, "worker-2", LEASE_SECONDS)
    with pytest.raises(JournalError, match=r"opened .* to read and post"):
        await beside.commit(following(claim))
    assert await store.read(RUN) == events(1)


async def test_opening_beside_a_driver_leaves_its_leases_alone(
    store: SqliteStore, path: Path, clock: VirtualClock
) -> None:
    claim = await drive(store)
    beside = SqliteStore(path, clock, drives=False)
    await beside.open()
    assert (await beside.head(RUN)).lease_until == claim.lease_until
    await beside.close()
    assert await store.commit(following(claim)) == Committed(2)


async def test_the_change_counter_tells_of_every_write(store: SqliteStore, beside: SqliteStore) -> None:
    for writer in (store, beside):
        for watcher in (store, beside):
            before = watcher.change_counter()
            assert watcher.change_counter() == before
            await writer.post([letter(f"{id(writer)}-{id(watcher)}")])
            assert watcher.change_counter() != before


async def test_of_changes_a_driver_can_tell_its_own_from_those_of_others(
    store: SqliteStore, beside: SqliteStore
) -> None:
    before = await store.changes_of_others()
    await store.post([letter("own")])
    assert await store.changes_of_others() == before
    await beside.post([letter("other")])
    assert await store.changes_of_others() != before


async def test_what_an_operator_does_past_the_drivers_counts_as_done_by_others(store: SqliteStore) -> None:
    await begin(store)
    before = await store.changes_of_others()
    assert (await store.empty([RUN], "cancelled")).runs == 1
    assert await store.changes_of_others() != before


async def test_what_a_driver_knows_of_a_run_is_read_again_once_another_process_has_written(
    store: SqliteStore, beside: SqliteStore, clock: VirtualClock
) -> None:
    claim = await drive(store)
    assert await store.commit(following(claim)) == Committed(2)
    await beside.post([letter("while driven")])
    assert await store.commit(following(claim, 2, parking=Parking(0, clock.now() + 100))) == Committed(3)
    assert [head.run for head in await store.due(clock.now(), 10)] == [RUN]


async def test_two_writers_at_once_lose_nothing(store: SqliteStore, beside: SqliteStore) -> None:
    await asyncio.gather(
        *(store.post([letter(f"driver-{number}")]) for number in range(50)),
        *(beside.post([letter(f"beside-{number}")]) for number in range(50)),
    )
    assert [one.position for one in await store.inbox(RUN)] == list(range(1, 101))
