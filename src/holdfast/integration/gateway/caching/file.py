"""Keeps replies in an SQLite file of their own beside the store: a cache, which may be deleted at any time."""

import asyncio
import contextlib
import sqlite3
import threading
from pathlib import Path

from holdfast.integration.gateway.caching.port import REPLIES_MAX
from holdfast.kernel.clock import Clock

SUFFIX = ".replies"
SWEEP_EVERY = 100
"""After so many replies those out of date, and those too many, are removed."""
_SCHEMA = """
create table if not exists replies
(key text primary key, until real not null, kept_at real not null, reply blob not null)
"""


def replies_file(store: Path) -> Path:
    """Return where replies are kept of the runs in ``store``."""
    return store.with_name(store.name + SUFFIX)


class FileReplies:
    """Keeps replies in a file, which is made when the first is kept. Whatever is wrong with it, nothing is found."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path, self._clock = path, clock
        self._lock = threading.Lock()
        self._open: sqlite3.Connection | None = None
        self._kept = 0

    async def get(self, key: str) -> bytes | None:
        return await asyncio.to_thread(self._get, key, self._clock.now())

    async def keep(self, key: str, reply: bytes, until: float) -> None:
        await asyncio.to_thread(self._keep, key, reply, until, self._clock.now())

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._open is not None:
                self._open.close()
                self._open = None

    def _get(self, key: str, now: float) -> bytes | None:
        with self._lock, contextlib.suppress(sqlite3.Error):
            if self._open is None and not self._path.exists():
                return None
            row = self._connection().execute("select reply from replies where key = ? and until > ?", (key, now))
            found = row.fetchone()
            return None if found is None else bytes(found[0])
        return None

    def _keep(self, key: str, reply: bytes, until: float, now: float) -> None:
        with self._lock, contextlib.suppress(sqlite3.Error):
            connection = self._connection()
            with connection:
                connection.execute("insert or replace into replies values (?, ?, ?, ?)", (key, until, now, reply))
                self._kept += 1
                if self._kept % SWEEP_EVERY == 0:
                    self._sweep(connection, now)

    def _sweep(self, connection: sqlite3.Connection, now: float) -> None:
        connection.execute("delete from replies where until <= ?", (now,))
        connection.execute(
            "delete from replies where key in (select key from replies order by kept_at desc limit -1 offset ?)",
            (REPLIES_MAX,),
        )

    def _connection(self) -> sqlite3.Connection:
        if self._open is None:
            connection = sqlite3.connect(self._path, check_same_thread=False, timeout=1.0)
            connection.execute("pragma journal_mode = wal")
            connection.execute("pragma synchronous = normal")
            connection.execute(_SCHEMA)
            self._open = connection
        return self._open
