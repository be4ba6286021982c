"""Opens the file for writing: knows it as ours, and brings its tables to the version this code needs."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from holdfast.journal.stores.sqlite.connection import (
    PAGE_BYTES,
    Opener,
    connect,
    create,
    explained,
    once_free,
)
from holdfast.journal.stores.sqlite.lock import DriveLock
from holdfast.journal.stores.sqlite.schema import APPLICATION_ID, MIGRATIONS, Migration
from holdfast.kernel.errors import JournalError, StoreLocked
from holdfast.kernel.faults import Point, Reach


class OlderTables(JournalError):
    """The file's tables are older than this code, and whoever opened it may not bring them up to date."""


def lay_out(
    path: Path,
    *,
    may_upgrade: bool,
    reach: Reach,
    migrations: Sequence[Migration] = MIGRATIONS,
    opener: Opener = sqlite3.connect,
) -> sqlite3.Connection:
    """Return a writing connection to the file at ``path``, made and migrated as needed.

    An empty file anyone may lay out; older tables only whoever holds the drive lock, for a driver may be using them.
    Raises JournalError for a file that is not ours, that is newer than this code, or that cannot be opened.
    """
    create(path)
    try:
        return once_free(
            lambda: _opened(connect(path, writes=True, opener=opener), path, migrations, reach, may_upgrade=may_upgrade)
        )
    except sqlite3.Error as failure:
        raise explained(path, "open the store", failure) from failure


def open_tables(path: Path, lock: DriveLock | None, now: float, *, reach: Reach, opener: Opener) -> sqlite3.Connection:
    """Return a writing connection to the file, its tables up to date. Raises as ``lay_out`` does.

    ``lock`` is the right to drive where it is not held already: taken for as long as older tables take to upgrade.
    """
    try:
        return lay_out(path, may_upgrade=lock is None, reach=reach, opener=opener)
    except OlderTables as refused:
        if lock is None:
            raise
        try:
            lock.acquire(now)
        except StoreLocked:
            raise refused from None
        try:
            return lay_out(path, may_upgrade=True, reach=reach, opener=opener)
        finally:
            lock.release()


def migrate(connection: sqlite3.Connection, migrations: Sequence[Migration], reach: Reach) -> None:
    """Run what is missing of ``migrations`` in one transaction that also moves the file's version.

    One for all of them: nobody who opens a new file at the same moment finds it half-way.
    """
    if _pragma(connection, "user_version") >= len(migrations):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        found = _pragma(connection, "user_version")  # asked again: another process may have been quicker
        if found < len(migrations):
            for statements in migrations[found:]:
                for statement in statements:
                    connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {len(migrations)}")
            reach(Point.SQLITE_BEFORE_MIGRATION)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    reach(Point.SQLITE_AFTER_MIGRATION)


def _opened(
    connection: sqlite3.Connection, path: Path, migrations: Sequence[Migration], reach: Reach, *, may_upgrade: bool
) -> sqlite3.Connection:
    try:
        found = _version(connection, path, len(migrations))
        if 0 < found < len(migrations) and not may_upgrade:
            raise OlderTables(
                f"the store {path} has tables of version {found}, this code needs {len(migrations)}:"
                " start one driving process of this version first, it brings them up to date"
            )
        if found == 0:
            _prepare(connection, path)
        migrate(connection, migrations, reach)
    except BaseException:
        connection.close()
        raise
    return connection


def _version(connection: sqlite3.Connection, path: Path, newest: int) -> int:
    connection.execute("BEGIN")  # one look at all three, for another process may be laying the file out
    application, version = _pragma(connection, "application_id"), _pragma(connection, "user_version")
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchall()[0]
    connection.execute("COMMIT")
    if application != APPLICATION_ID and (application, version, tables) != (0, 0, 0):
        raise JournalError(
            f"{path} is an SQLite database of another application (id {application}, {tables} tables):"
            " choose another path"
        )
    if version > newest:
        raise JournalError(
            f"the store {path} has tables of version {version}, this code knows up to {newest}: use a newer Holdfast"
        )
    return version


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchall()[0]
    if mode != "wal":
        raise JournalError(
            f"the file system of {path} cannot hold a write-ahead log (SQLite chose {mode!r}): use a local disk"
        )


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    (value,) = connection.execute(f"PRAGMA {name}").fetchall()[0]
    return int(value)
