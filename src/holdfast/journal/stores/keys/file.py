"""Keys in an SQLite file of their own, so that no copy of the store has them.

Every commit is flushed before a key is used. Destroying overwrites (``secure_delete``), writes the file anew without
free pages, and empties its log. What a disk or a file system keeps of blocks that were overwritten is out of reach.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from holdfast.journal.new_file import new_file
from holdfast.journal.sealing.port import KEY_BYTES, SubjectKey
from holdfast.journal.stores.keys.naming import new_key_id, subject_mac
from holdfast.journal.stores.sqlite.connection import BUSY_SECONDS, connect, create, explained, once_free
from holdfast.kernel.clock import Clock
from holdfast.kernel.errors import InputError, JournalError, StoreClosed
from holdfast.kernel.faults import Point, Reach, pass_by
from holdfast.kernel.randomness import Randomness, SystemRandomness

SUFFIX = ".keys"
APPLICATION_ID = 0x484F4C4B
"""Marks the file as ours ("HOLK")."""

_TABLES = (
    "CREATE TABLE secrets (name TEXT PRIMARY KEY, secret BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE keys (key_id TEXT PRIMARY KEY, subject BLOB NOT NULL, key BLOB, made_at REAL, destroyed_at REAL)",
    "CREATE UNIQUE INDEX keys_live ON keys (subject) WHERE key IS NOT NULL",
    "CREATE INDEX keys_of_subject ON keys (subject)",
)
_KEY = "SELECT key_id, key, destroyed_at FROM keys"
_SECRET = "SELECT secret FROM secrets WHERE name = 'subjects'"
_SYSTEM = SystemRandomness()

T = TypeVar("T")


class FileKeys:
    """Keeps the keys in the file at ``path``, made with the first of them. See ``sealing.port.KeptKeys``."""

    def __init__(self, path: Path, clock: Clock, randomness: Randomness = _SYSTEM, on_point: Reach = pass_by) -> None:
        self.path = path
        self._clock, self._randomness, self._reach = clock, randomness, on_point
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._is_open = False

    async def open(self) -> None:
        self._is_open = True

    async def make(self, tenant: str, subject: str) -> SubjectKey:
        fresh = SubjectKey(new_key_id(self._randomness), self._randomness.bytes(KEY_BYTES))
        return await self._ask(lambda connection: self._made(connection, tenant, subject, fresh), makes=True)

    async def find(self, key_id: str) -> SubjectKey | None:
        if self._connection is None and not self.path.exists():
            return None
        found = await self._ask(lambda connection: _keys(connection, "WHERE key_id = ?", key_id))
        return found[0] if found else None

    async def of_subject(self, tenant: str, subject: str) -> Sequence[SubjectKey]:
        if self._connection is None and not self.path.exists():
            return ()
        return await self._ask(lambda connection: _of_subject(connection, tenant, subject))

    async def destroy(self, key_id: str) -> None:
        await self._ask(lambda connection: self._destroyed(connection, key_id))

    async def backup(self, path: Path) -> bool:
        if self._connection is None and not self.path.exists():
            return False
        if not path.parent.is_dir():
            raise InputError(f"expected a folder for the keys at {path.parent}, found none: make it, or name another")
        await self._ask(lambda connection: self._copied(connection, path))
        return True

    async def close(self) -> None:
        with self._lock:
            self._is_open = False
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.close()

    async def _ask(self, work: Callable[[sqlite3.Connection], T], *, makes: bool = False) -> T:
        return await asyncio.to_thread(self._answer, work, makes)

    def _answer(self, work: Callable[[sqlite3.Connection], T], makes: bool) -> T:  # noqa: FBT001 - to_thread's way
        with self._lock:
            if not self._is_open:
                raise StoreClosed(f"the keys in {self.path} are not open: open their store first")
            try:
                if self._connection is None:
                    self._connection = self._opened(makes=makes)
                return work(self._connection)
            except sqlite3.Error as failure:
                raise explained(self.path, "use the keys in", failure) from failure

    def _opened(self, *, makes: bool) -> sqlite3.Connection:
        if makes:
            create(self.path)
        return once_free(lambda: self._laid_out(connect(self.path, writes=True)))

    def _laid_out(self, connection: sqlite3.Connection) -> sqlite3.Connection:
        try:
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("PRAGMA journal_mode = WAL").fetchall()
            with _Transaction(connection, self._reach):
                self._lay_out(connection)
            connection.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
        except BaseException:
            connection.close()
            raise
        return connection

    def _lay_out(self, connection: sqlite3.Connection) -> None:
        (found,) = connection.execute("PRAGMA application_id").fetchall()[0]
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchall()[0]
        if found == APPLICATION_ID:
            return
        if tables:
            raise JournalError(f"expected keys in {self.path}, found another database: move it out of the way")
        for table in _TABLES:
            connection.execute(table)
        connection.execute("INSERT INTO secrets VALUES ('subjects', ?)", (self._randomness.bytes(KEY_BYTES),))
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")

    def _made(self, connection: sqlite3.Connection, tenant: str, subject: str, fresh: SubjectKey) -> SubjectKey:
        mac = subject_mac(_secret(connection), tenant, subject)
        with _Transaction(connection, self._reach):
            if found := _keys(connection, "WHERE subject = ? AND key IS NOT NULL", mac):
                return found[0]
            row = (fresh.key_id, mac, fresh.key, self._clock.now())
            connection.execute("INSERT INTO keys (key_id, subject, key, made_at) VALUES (?, ?, ?, ?)", row)
        return fresh

    def _destroyed(self, connection: sqlite3.Connection, key_id: str) -> None:
        """Destroy the key; if that was done before, make sure that nothing of it was left behind."""
        with _Transaction(connection, self._reach):
            connection.execute(
                "UPDATE keys SET key = NULL, destroyed_at = ? WHERE key_id = ? AND key IS NOT NULL",
                (self._clock.now(), key_id),
            )
        self._empty_log(connection)
        connection.execute("VACUUM")
        self._empty_log(connection)

    def _empty_log(self, connection: sqlite3.Connection) -> None:
        (is_busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()[0]
        if is_busy:
            raise JournalError(
                f"the key is destroyed, but another process holds on to the log of {self.path}, where its bytes may "
                "still be: erase again"
            )

    def _copied(self, connection: sqlite3.Connection, path: Path) -> None:
        with new_file(path, self._reach) as place, closing(sqlite3.connect(place)) as target:
            connection.backup(target)


class _Transaction:
    """One write transaction, with the points around its commit."""

    def __init__(self, connection: sqlite3.Connection, reach: Reach) -> None:
        self._connection, self._reach = connection, reach

    def __enter__(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        try:
            if error is None:
                self._commit()
        finally:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def _commit(self) -> None:
        self._reach(Point.KEYS_BEFORE_COMMIT)
        self._connection.execute("COMMIT")
        self._reach(Point.KEYS_AFTER_COMMIT)


def _of_subject(connection: sqlite3.Connection, tenant: str, subject: str) -> list[SubjectKey]:
    mac = subject_mac(_secret(connection), tenant, subject)
    return _keys(connection, "WHERE subject = ? ORDER BY made_at, rowid", mac)


def _keys(connection: sqlite3.Connection, clause: str, value: str | bytes) -> list[SubjectKey]:
    return [SubjectKey(*row) for row in connection.execute(f"{_KEY} {clause}", (value,)).fetchall()]


def _secret(connection: sqlite3.Connection) -> bytes:
    ((secret,),) = connection.execute(_SECRET).fetchall()
    return bytes(secret)
