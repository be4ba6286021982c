"""Writes a group of requests in one transaction: one flush to disk serves them all.

What is wrong with one request is its own answer; what is wrong with the disk is everybody's. No answer says that
something was written before it is durable.
"""

import contextlib
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from holdfast.journal.stores.sqlite.batch import Batch
from holdfast.journal.stores.sqlite.connection import BUSY_SECONDS, explained, is_busy
from holdfast.journal.stores.sqlite.log import LogLimit
from holdfast.journal.stores.sqlite.standings import Standings
from holdfast.kernel.clock import Clock
from holdfast.kernel.errors import HoldfastError, JournalError
from holdfast.kernel.faults import Point, Reach

T = TypeVar("T")
Work = Callable[[Batch], T]

_UNFIT = (
    ValueError,
    TypeError,
    OverflowError,
    sqlite3.ProgrammingError,
    sqlite3.InterfaceError,
    sqlite3.DataError,
    sqlite3.IntegrityError,
)
"""What a value raises that the tables cannot hold, such as text that is no valid Unicode."""


class GroupCommit:
    """Owns the writing connection. One thread at a time may use it."""

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        clock: Clock,
        reach: Reach,
        busy_seconds: float = BUSY_SECONDS,
    ) -> None:
        self._path = path
        self._connection = connection
        self._log = LogLimit(path, connection)
        self._standings = Standings()
        self._clock = clock
        self._reach = reach
        self._busy_seconds = busy_seconds

    def write(self, group: Sequence[Work[Any]]) -> list[object]:
        """Return the answer to each request, once what they wrote is durable. An error is an answer too.

        A group that holds something unfit is written again one by one, so that only the unfit one fails.
        """
        self._log.keep()
        try:
            return self._transact(group)
        except _UNFIT as failure:
            if len(group) > 1:
                return [answer for work in group for answer in self.write([work])]
            return [JournalError(f"the store {self._path} cannot hold this: {failure}")]
        except (sqlite3.Error, JournalError) as failure:
            return [self._failed(failure) for _ in group]

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    def _transact(self, group: Sequence[Work[Any]]) -> list[object]:
        self._take_turn()
        try:
            self._standings.begin(self._data_version())
            batch = Batch(self._connection, self._clock.now(), self._standings)
            answers = [_answered(work, batch) for work in group]
            batch.flush()
            self._reach(Point.SQLITE_BEFORE_COMMIT)
            self._connection.execute("COMMIT")
        except BaseException:
            self._standings.forget()
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            raise
        batch.committed()
        self._reach(Point.SQLITE_AFTER_COMMIT)
        return answers

    def _data_version(self) -> int:
        """Return a number that differs once another connection has written; used inside a transaction."""
        ((version,),) = self._connection.execute("PRAGMA data_version").fetchall()
        return int(version)

    def _take_turn(self) -> None:
        """Begin to write as soon as no other process does, or raise after ``busy_seconds`` of asking."""
        deadline = time.monotonic() + self._busy_seconds
        while True:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as failure:
                if not is_busy(failure) or time.monotonic() > deadline:
                    raise
            else:
                return

    def _failed(self, failure: sqlite3.Error | JournalError) -> JournalError:
        """Return an error for one request: each raises its own."""
        if isinstance(failure, sqlite3.Error):
            error = explained(self._path, "write to", failure)
        else:
            error = JournalError(str(failure))
        error.__cause__ = failure
        return error


def _answered(work: Work[object], batch: Batch) -> object:
    try:
        return work(batch)
    except HoldfastError as refused:
        return refused
