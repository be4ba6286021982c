"""Rows that share a statement are all written, once each and in their order."""

import sqlite3

import pytest

from holdfast.journal.stores.sqlite.rows import ROWS_AT_ONCE, VALUES_MAX, write_rows

ADD = "INSERT INTO kept (name, place) VALUES (?, ?) ON CONFLICT DO NOTHING"


@pytest.fixture
def connection() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("CREATE TABLE kept (name TEXT PRIMARY KEY, place INTEGER)")
    return connection


@pytest.mark.parametrize("count", [0, *ROWS_AT_ONCE, 63, 65, 150])
def test_every_row_is_written_once_and_in_order(connection: sqlite3.Connection, count: int) -> None:
    rows = [(f"row-{place:03}", place) for place in range(count)]
    write_rows(connection, ADD, iter(rows))
    assert connection.execute("SELECT name, place FROM kept ORDER BY rowid").fetchall() == rows


def test_a_row_that_is_there_already_does_not_keep_its_neighbours_out(connection: sqlite3.Connection) -> None:
    write_rows(connection, ADD, [("row-001", 7)])
    write_rows(connection, ADD, [(f"row-{place:03}", place) for place in range(4)])
    assert connection.execute("SELECT name, place FROM kept ORDER BY name").fetchall() == [
        *[("row-000", 0), ("row-001", 7), ("row-002", 2), ("row-003", 3)],
    ]


def test_wide_rows_never_make_a_statement_of_more_values_than_it_takes(connection: sqlite3.Connection) -> None:
    columns = [f"column_{number}" for number in range(20)]
    connection.execute(f"CREATE TABLE wide ({', '.join(columns)})")
    connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, VALUES_MAX)
    rows = [tuple(range(place, place + 20)) for place in range(70)]
    write_rows(connection, f"INSERT INTO wide VALUES ({', '.join('?' * 20)})", rows)
    assert connection.execute("SELECT * FROM wide ORDER BY rowid").fetchall() == rows
