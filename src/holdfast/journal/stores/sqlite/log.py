"""Keeps the write-ahead log from growing without end.

SQLite starts the log over only at a moment when nobody reads it. Under readers without pause there is none, so now and
then the writer must ask for one.
"""

import contextlib
import sqlite3
from pathlib import Path

from holdfast.journal.stores.sqlite.connection import TURN_SECONDS, WAL_BYTES_KEPT

WAIT_SECONDS = 0.2
"""How long writing may stand still for the readers that are in the middle of something."""

LOOK_EVERY = 32
"""How many transactions go by between looks: a look at every one cost a lone run 15 % of its pace."""


class LogLimit:
    """Empties the log of one writing connection whenever it has grown by ``bytes_max``."""

    def __init__(self, database: Path, connection: sqlite3.Connection, bytes_max: int = WAL_BYTES_KEPT) -> None:
        self._log = database.with_name(database.name + "-wal")
        self._connection = connection
        self._bytes_max = bytes_max
        self._bytes_next = bytes_max
        self._turn = 0

    def keep(self) -> None:
        """Called once a transaction, outside of it: empty the log if it is due.

        A reader that holds on is left alone until the log has grown as much again.
        """
        self._turn = (self._turn + 1) % LOOK_EVERY
        if self._turn != 0 or self._log_bytes() <= self._bytes_next:
            return
        # What fails here, an unwritable disk, fails the next commit too: that is the place to tell.
        with contextlib.suppress(sqlite3.OperationalError):
            self._connection.execute(f"PRAGMA busy_timeout = {int(WAIT_SECONDS * 1000)}")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        self._connection.execute(f"PRAGMA busy_timeout = {int(TURN_SECONDS * 1000)}")
        self._bytes_next = self._log_bytes() + self._bytes_max

    def _log_bytes(self) -> int:
        try:
            return self._log.stat().st_size
        except OSError:
            return 0
