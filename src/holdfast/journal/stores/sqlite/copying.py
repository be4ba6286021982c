"""A copy of the whole file while others write, and its space given back: SQLite's own means, with our care around."""

import sqlite3
from contextlib import closing
from pathlib import Path

from holdfast.journal.new_file import new_file
from holdfast.journal.stores.sqlite.connection import connect, explained
from holdfast.journal.stores.sqlite.lock import DriveLock
from holdfast.journal.upkeep import Compacted, Progress
from holdfast.kernel.errors import InputError, StoreLocked
from holdfast.kernel.faults import Reach

PAGES_AT_ONCE = 512
"""How many pages are copied between two words of progress."""


def backup(connection: sqlite3.Connection, *, path: Path, progress: Progress, reach: Reach) -> None:
    """Copy the database, as of one moment, to a new file. Raises InputError if there is one.

    The reading transaction around it pins that moment: without one, SQLite begins anew whenever somebody has written.
    """
    if not path.parent.is_dir():
        raise InputError(f"expected a folder for the backup at {path.parent}, found none: make it, or name another")
    connection.execute("BEGIN")
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
        with new_file(path, reach) as place, closing(sqlite3.connect(place)) as target:
            connection.backup(
                target,
                pages=PAGES_AT_ONCE,
                progress=lambda _status, remaining, total: progress(total - remaining, total),
            )
    finally:
        connection.execute("ROLLBACK")


def compact(path: Path, lock: DriveLock | None, now: float) -> Compacted:
    """Write the file anew without the pages nobody uses, and empty its log, if ``lock`` can be had to keep drivers out.

    Without one, or while another process drives, nothing is done: commits would wait for as long as it takes.
    """
    before = _bytes_of(path)
    if lock is None:
        return Compacted(before, before, is_whole=False)
    try:
        lock.acquire(now)
    except StoreLocked:
        return Compacted(before, before, is_whole=False)
    try:
        _vacuum(path)
    finally:
        lock.release()
    return Compacted(before, _bytes_of(path), is_whole=True)


def _vacuum(path: Path) -> None:
    try:
        with closing(connect(path, writes=True)) as connection:
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except sqlite3.Error as failure:
        raise explained(path, "give back the space of", failure) from failure


def _bytes_of(path: Path) -> int:
    """Return how much disk the database and its log take."""
    files = (path, path.with_name(path.name + "-wal"))
    return sum(file.stat().st_size for file in files if file.exists())
