"""The write-ahead log stays small, also beside readers that never pause."""

import itertools
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast.journal.stores.sqlite.connection import connect
from holdfast.journal.stores.sqlite.layout import lay_out
from holdfast.journal.stores.sqlite.log import LOOK_EVERY, LogLimit
from holdfast.kernel.faults import pass_by

BYTES_MAX = 500_000
ROW_BYTES = 20_000


class Writing:
    """Writes row after row as the writer does, and looks at the log."""

    def __init__(self, path: Path) -> None:
        self.connection = lay_out(path, may_upgrade=True, reach=pass_by)
        self.limit = LogLimit(path, self.connection, BYTES_MAX)
        self.log = path.with_name(path.name + "-wal")
        self.names = itertools.count()

    def write(self, count: int) -> None:
        for name in itertools.islice(self.names, count):
            self.connection.execute("INSERT INTO tenants VALUES (?, ?)", (str(name), bytes(ROW_BYTES)))
            self.limit.keep()

    @property
    def log_bytes(self) -> int:
        return self.log.stat().st_size


@pytest.fixture
def writing(path: Path) -> Iterator[Writing]:
    writing = Writing(path)
    yield writing
    writing.connection.close()


@pytest.fixture
def reader(writing: Writing, path: Path) -> Iterator[sqlite3.Connection]:
    reader = connect(path, writes=False)
    yield reader
    reader.close()


def test_the_log_is_emptied_before_it_is_large(writing: Writing) -> None:
    writing.write(6 * LOOK_EVERY)
    assert writing.log_bytes < 3 * LOOK_EVERY * ROW_BYTES


def test_a_reader_that_holds_on_is_waited_for_in_vain_and_then_no_more(
    writing: Writing, reader: sqlite3.Connection
) -> None:
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM tenants").fetchall()
    writing.write(3 * LOOK_EVERY)
    held = writing.log_bytes
    assert held > 3 * LOOK_EVERY * ROW_BYTES
    assert reader.execute("SELECT count(*) FROM tenants").fetchall() == [(0,)]
    reader.execute("COMMIT")
    writing.write(2 * LOOK_EVERY)
    assert writing.log_bytes < held
