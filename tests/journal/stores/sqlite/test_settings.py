"""What makes commits durable is pinned: nobody weakens it by accident."""

import stat
from pathlib import Path

import pytest

from holdfast.journal.stores.sqlite import SqliteStore
from holdfast.journal.stores.sqlite.connection import CHECKPOINT_PAGES, PAGE_BYTES, connect
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.errors import JournalError

FULL = 2


@pytest.mark.parametrize("writes", [True, False])
@pytest.mark.parametrize(
    ("pragma", "expected"),
    [
        ("journal_mode", "wal"),
        ("synchronous", FULL),
        ("fullfsync", 1),
        ("checkpoint_fullfsync", 1),
        ("foreign_keys", 1),
        ("page_size", PAGE_BYTES),
        ("wal_autocheckpoint", CHECKPOINT_PAGES),
    ],
)
async def test_every_connection_is_durable(
    store: SqliteStore, path: Path, pragma: str, expected: object, writes: bool
) -> None:
    connection = connect(path, writes=writes)
    assert connection.execute(f"PRAGMA {pragma}").fetchall() == [(expected,)]
    connection.close()


async def test_a_reading_connection_cannot_write(store: SqliteStore, path: Path) -> None:
    connection = connect(path, writes=False)
    assert connection.execute("PRAGMA query_only").fetchall() == [(1,)]
    connection.close()


async def test_only_the_owner_may_read_the_files(store: SqliteStore, path: Path) -> None:
    files = sorted(path.parent.iterdir())
    assert [file.name for file in files] == [path.name + suffix for suffix in ("", "-shm", "-wal", ".lock")]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


async def test_the_folder_is_made(tmp_path: Path, clock: VirtualClock) -> None:
    store = SqliteStore(tmp_path / "deep" / "down" / "journal.db", clock)
    await store.open()
    await store.close()
    assert store.path.exists()


@pytest.mark.parametrize("drives", [True, False])
async def test_a_place_that_cannot_hold_a_file_is_named(tmp_path: Path, clock: VirtualClock, drives: bool) -> None:
    (tmp_path / "file").touch()
    store = SqliteStore(tmp_path / "file" / "journal.db", clock, drives=drives)
    with pytest.raises(JournalError, match=r"choose another path|check that the folder exists"):
        await store.open()


@pytest.mark.parametrize("path", ["", ":memory:"])
def test_a_path_that_is_no_file_is_refused(path: str, clock: VirtualClock) -> None:
    with pytest.raises(JournalError, match="use MemoryStore"):
        SqliteStore(path, clock)
