"""One process drives a file; the lock ends with it, however it ends."""

import asyncio
import os
import socket
from pathlib import Path

import pytest

from holdfast.journal.stores.sqlite import SqliteStore
from holdfast.journal.stores.sqlite.lock import DriveLock
from holdfast.kernel.clock import SystemClock, VirtualClock
from holdfast.kernel.errors import JournalError, StoreLocked
from holdfast.testing.conformance.journal.samples import RUN, drive, due_runs, take
from tests.journal.stores.sqlite.conftest import Spawn


async def test_a_second_driver_in_the_same_process_is_refused(store: SqliteStore, path: Path) -> None:
    second = SqliteStore(path, SystemClock())
    with pytest.raises(StoreLocked, match=f"process {os.getpid()} on {socket.gethostname()}"):
        await second.open()
    await store.close()
    await second.open()
    await second.close()


async def test_another_name_for_the_file_is_the_same_file(store: SqliteStore, path: Path) -> None:
    link = path.with_name("link.db")
    link.symlink_to(path)
    with pytest.raises(StoreLocked):
        await SqliteStore(link, SystemClock()).open()


async def test_a_process_that_drives_is_named_with_what_to_do(path: Path, spawn: Spawn) -> None:
    child = spawn("hold")
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    with pytest.raises(StoreLocked, match=rf"driven by process {child.pid} .* drives=False") as refused:
        await SqliteStore(path, SystemClock()).open()
    assert str(path) in str(refused.value)


async def test_the_lock_of_a_killed_process_is_free(path: Path, spawn: Spawn) -> None:
    child = spawn("hold")
    assert child.stdout is not None
    child.stdout.readline()
    child.kill()
    child.wait()
    store = SqliteStore(path, SystemClock())
    await store.open()
    await store.close()


async def test_a_follower_becomes_driver_once_the_driver_is_gone(
    store: SqliteStore, path: Path, clock: VirtualClock
) -> None:
    await drive(store)
    follower = SqliteStore(path, clock, drives=False)
    await follower.open()
    assert not await follower.become_driver()
    await store.close()
    assert await follower.become_driver()
    assert await follower.become_driver()
    assert await due_runs(follower, clock.now()) == [RUN]
    assert (await take(follower)).epoch == 2
    with pytest.raises(StoreLocked):
        await SqliteStore(path, clock).open()
    await follower.close()


async def test_a_forked_child_neither_keeps_the_lock_nor_uses_the_store(path: Path) -> None:
    store = SqliteStore(path, SystemClock())
    await store.open()
    ends, says = os.pipe()
    hears, begins = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(says)
        os.write(begins, b".")  # a child that runs has let go of its copy of the lock
        os._exit(child_of(store, ends))
    assert await asyncio.to_thread(os.read, hears, 1) == b"."
    await store.close()
    after = SqliteStore(path, SystemClock())
    await after.open()
    await after.close()
    os.close(says)
    assert await asyncio.to_thread(os.waitpid, child, 0) == (child, 0)
    for end in (ends, hears, begins):
        os.close(end)


def child_of(store: SqliteStore, ends: int) -> int:
    """What the forked child does: be refused, then live until the other end of the pipe is closed."""
    try:
        store.change_counter()
    except JournalError:
        os.read(ends, 1)
        return 0
    return 1


@pytest.fixture
def broken(path: Path) -> SqliteStore:
    path.write_bytes(b"no database at all" * 100)
    return SqliteStore(path, SystemClock())


async def test_a_store_that_could_not_open_holds_no_lock(path: Path, broken: SqliteStore) -> None:
    with pytest.raises(JournalError):
        await broken.open()
    lock = DriveLock(path)
    lock.acquire(0.0)
    lock.release()


async def test_a_store_opens_once(store: SqliteStore) -> None:
    with pytest.raises(JournalError, match="open already"):
        await store.open()
