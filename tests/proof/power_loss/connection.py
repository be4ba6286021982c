"""A connection of the standard library's kind whose statements run on a taped disk: the store cannot tell.

The standard library offers no way to put a file system of one's own under SQLite; apsw does. So the store's own code
opens the file, chooses the pragmas, forms the groups and writes the statements, and only what executes them differs.
"""

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import apsw

from tests.proof.power_loss.disk import TapedDisk

OURS = "PRAGMA synchronous = FULL"


class TapedConnection(sqlite3.Connection):
    """Runs what the store uses of a connection on ``disk``; ``synchronous`` replaces what the store asks for there."""

    def __init__(self, disk: TapedDisk, path: Path, *, synchronous: str, timeout: float, **settings: Any) -> None:
        super().__init__(":memory:", **settings)
        self._synchronous = synchronous
        self._taped = apsw.Connection(str(path), vfs=disk.name)
        self._taped.set_busy_timeout(int(timeout * 1000))

    @property
    def in_transaction(self) -> bool:
        return self._taped.in_transaction

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        if sql == OURS:
            sql = f"PRAGMA synchronous = {self._synchronous}"
        return _Answer(self, list(self._taped.execute(sql, parameters)))

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> sqlite3.Cursor:
        return _Answer(self, list(self._taped.executemany(sql, parameters)))

    def close(self) -> None:
        self._taped.close()
        super().close()


class _Answer(sqlite3.Cursor):
    def __init__(self, connection: sqlite3.Connection, rows: list[tuple[Any, ...]]) -> None:
        super().__init__(connection)
        self._rows = iter(rows)

    def __next__(self) -> Any:
        return next(self._rows)

    def fetchall(self) -> list[Any]:
        return list(self._rows)
