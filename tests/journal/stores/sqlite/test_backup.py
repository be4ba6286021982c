"""A backup is the store as of one moment, whatever is written meanwhile, and a store by itself afterwards."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from holdfast.journal.port import Claim, Committed, RunFilter
from holdfast.journal.stores.sqlite import SqliteStore, copying
from holdfast.journal.stores.sqlite.layout import lay_out
from holdfast.journal.stores.sqlite.lock import DriveLock
from holdfast.journal.stores.sqlite.schema import MIGRATIONS
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.errors import InputError, JournalError
from holdfast.kernel.faults import pass_by
from holdfast.kernel.ids import PayloadId, RunId
from holdfast.testing.conformance.journal.samples import RUN, begin, drive, events, following, payload, take

BIG = b"x" * 60_000


def silent(_done: int, _total: int) -> None:
    """Hear of progress and say nothing."""


async def grow(store: SqliteStore, claim: Claim, versions: int) -> None:
    for version in range(1, versions + 1):
        await store.commit(following(claim, version, payloads=(payload(f"p{version}", BIG + bytes([version])),)))


async def test_a_backup_made_while_others_write_is_one_moment_and_opens(
    store: SqliteStore, path: Path, clock: VirtualClock
) -> None:
    claim = await drive(store)
    await grow(store, claim, 100)
    key = await store.tenant_key("acme")
    copy, said = path.with_name("copy.db"), list[tuple[int, int]]()
    loop = asyncio.get_running_loop()
    written: list[int] = []

    def progress(done: int, total: int) -> None:
        """Have another commit made before the copy goes on."""
        version = 101 + len(written)
        commit = following(claim, version, payloads=(payload(f"p{version}", BIG + bytes([version])),))
        assert asyncio.run_coroutine_threadsafe(store.commit(commit), loop).result() == Committed(version + 1)
        written.append(version)
        said.append((done, total))

    await store.backup(copy, progress)
    assert len(written) > 1
    assert said[-1][0] == said[-1][1]
    assert len({total for _, total in said}) == 1
    assert (await store.head(RUN)).version == 101 + len(written)
    after = SqliteStore(copy, clock)
    await after.open()
    assert await after.read(RUN) == events(1, 101)
    names = [PayloadId(f"p{version}") for version in range(1, 101)]
    assert len(await after.payloads(RUN, names)) == 100
    again = await take(after)
    assert (again.version, again.epoch) == (101, 2)
    assert await after.commit(following(again)) == Committed(102)
    assert await after.tenant_key("acme") == key
    await after.close()


async def test_a_backup_overwrites_nothing(store: SqliteStore, path: Path) -> None:
    await begin(store)
    with pytest.raises(InputError, match="nothing is overwritten"):
        await store.backup(path, silent)
    with pytest.raises(InputError, match="expected a folder"):
        await store.backup(path.parent / "gone" / "copy.db", silent)
    assert await store.read(RUN) == events(1)


async def test_reading_goes_on_after_a_backup_that_failed(store: SqliteStore, path: Path) -> None:
    await begin(store)

    def broken(_done: int, _total: int) -> None:
        raise JournalError("nobody wants to know")

    for number in range(5):
        with pytest.raises(JournalError, match="nobody wants to know"):
            await store.backup(path.with_name(f"copy{number}.db"), broken)
    assert await store.read(RUN) == events(1)
    assert [file.name for file in path.parent.glob("copy*")] == []


async def test_removed_runs_give_their_space_back_when_nobody_drives(path: Path, clock: VirtualClock) -> None:
    driver = SqliteStore(path, clock)
    await driver.open()
    for number in range(10):
        claim = await drive(driver, RunId(f"run_{number}"))
        await driver.commit(following(claim, is_over=True, payloads=(payload("p", BIG * 5),)))
    follower = SqliteStore(path, clock, drives=False)
    await follower.open()
    await follower.remove([head.run for head in await follower.runs(RunFilter())])
    assert not (await follower.compact()).is_whole
    await driver.close()
    compacted = await follower.compact()
    assert compacted.is_whole
    assert compacted.bytes_after < compacted.bytes_before / 10
    await begin(follower)
    await follower.close()
    lock = DriveLock(path)
    lock.acquire(0.0)
    lock.release()


def test_a_file_that_cannot_be_compacted_says_why(path: Path) -> None:
    path.write_bytes(b"no database at all" * 1_000)
    with pytest.raises(JournalError, match="could not give back the space of"):
        copying.compact(path, DriveLock(path), 0.0)


@pytest.mark.parametrize("drives", [True, False])
async def test_older_tables_are_brought_up_to_date_by_whoever_opens_first(
    path: Path, clock: VirtualClock, drives: bool
) -> None:
    lay_out(path, may_upgrade=True, reach=pass_by, migrations=MIGRATIONS[:1]).close()
    store = SqliteStore(path, clock, drives=drives)
    await store.open()
    await begin(store)
    await store.close()
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    connection.close()


async def test_older_tables_are_left_alone_while_another_process_drives(path: Path, clock: VirtualClock) -> None:
    lay_out(path, may_upgrade=True, reach=pass_by, migrations=MIGRATIONS[:1]).close()
    lock = DriveLock(path)
    lock.acquire(0.0)
    for _ in range(2):
        with pytest.raises(JournalError, match="start one driving process of this version first"):
            await SqliteStore(path, clock, drives=False).open()
    lock.release()
