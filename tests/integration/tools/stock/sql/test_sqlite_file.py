"""A SQLite file can be read, and by nothing that is asked of it written: also where the judge of texts lets it pass."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast.integration.tools.contract import ToolFailure
from holdfast.integration.tools.stock.sql.rows import Column, Rows, SqlLimits, Table
from holdfast.integration.tools.stock.sql.sqlite_file import SqliteFile

LIMITS = SqlLimits()
ENDLESS = "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


def never() -> bool:
    return False


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "shop #1?.db"
    with sqlite3.connect(path) as connection:
        connection.executescript(
            "CREATE TABLE orders (id INTEGER PRIMARY KEY, name TEXT, total REAL);"
            "CREATE TABLE secrets (word TEXT);"
            "CREATE VIEW open_orders AS SELECT * FROM orders;"
            "INSERT INTO orders VALUES (1, 'Ada', 10.5), (2, 'Grace', 20), (3, 'Alan', NULL);"
            "INSERT INTO secrets VALUES ('xyzzy');"
        )
    connection.close()
    return path


class Unjudged(SqliteFile):
    """Lets every text pass, so that only what the connection allows holds."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, tables=["orders", "open_orders"])
        self.judge = lambda statement: None


@pytest.fixture
def contents(shop: Path) -> Iterator[bytes]:
    before = shop.read_bytes()
    yield before
    assert shop.read_bytes() == before


def test_rows_come_with_their_columns(shop: Path) -> None:
    found = SqliteFile(shop).query("SELECT name, total FROM orders WHERE id < $1 ORDER BY id", [3], LIMITS, never)
    assert found == Rows(["name", "total"], [["Ada", 10.5], ["Grace", 20.0]])


def test_tables_and_views_are_described(shop: Path) -> None:
    found = SqliteFile(shop, tables=["orders"]).tables(LIMITS, never)
    assert found == [Table("orders", [Column("id", "INTEGER"), Column("name", "TEXT"), Column("total", "REAL")])]
    assert [table.name for table in SqliteFile(shop).tables(LIMITS, never)] == ["open_orders", "orders", "secrets"]


def test_a_parameter_is_a_value_and_no_part_of_the_statement(shop: Path) -> None:
    found = SqliteFile(shop).query("SELECT id FROM orders WHERE name = $1", ["' OR 1=1"], LIMITS, never)
    assert found.rows == []


@pytest.mark.usefixtures("contents")
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM orders",
        "INSERT INTO orders VALUES (9, 'x', 1)",
        "UPDATE orders SET total = 0",
        "DROP TABLE orders",
        "CREATE TEMP TABLE t (a)",
        "PRAGMA query_only = OFF",
        "PRAGMA writable_schema = ON",
        "ATTACH DATABASE ':memory:' AS other",
        "VACUUM",
        "BEGIN IMMEDIATE",
        "ANALYZE",
        "SELECT load_extension('x')",
        "SELECT randomblob(10)",
        "SELECT * FROM pragma_table_info('orders')",
        "SELECT sql FROM sqlite_master",
        "SELECT word FROM secrets",
        "SELECT * FROM orders WHERE EXISTS (SELECT 1 FROM secrets WHERE word LIKE 'x%')",
        "WITH secrets AS (SELECT 1 AS a) SELECT * FROM main.secrets",
        "SELECT 1; DELETE FROM orders",
    ],
)
def test_the_connection_itself_lets_nothing_else_through(shop: Path, statement: str) -> None:
    with pytest.raises(ToolFailure):
        Unjudged(shop).query(statement, [], LIMITS, never)


@pytest.mark.usefixtures("contents")
def test_a_refused_statement_never_reaches_the_file(shop: Path) -> None:
    with pytest.raises(ToolFailure, match="only reads: it does not begin with SELECT"):
        SqliteFile(shop).query("DELETE FROM orders", [], LIMITS, never)


def test_a_view_does_not_lead_to_a_table_that_may_not_be_read(shop: Path) -> None:
    with sqlite3.connect(shop) as connection:
        connection.execute("CREATE VIEW words AS SELECT word FROM secrets")
    connection.close()
    with pytest.raises(ToolFailure, match="prohibited"):
        SqliteFile(shop, tables=["words"]).query("SELECT * FROM words", [], LIMITS, never)


def test_more_rows_or_bytes_than_allowed_are_left_out_and_said_to_be(shop: Path) -> None:
    few = SqliteFile(shop).query("SELECT id FROM orders ORDER BY id", [], SqlLimits(rows_max=2), never)
    assert (few.rows, few.left_out[:26]) == ([[1], [2]], "there are more than 2 rows")
    short = SqliteFile(shop).query("SELECT name FROM orders ORDER BY id", [], SqlLimits(result_bytes_max=9), never)
    assert (short.rows, "longer than 9 bytes" in short.left_out) == ([["Ada"], ["Grace"]], True)


def test_a_query_without_end_is_stopped_once_its_time_is_up(shop: Path) -> None:
    looks = iter(range(1_000))
    with pytest.raises(ToolFailure, match="was stopped"):
        SqliteFile(shop).query(ENDLESS, [], LIMITS, lambda: next(looks) > 3)


def test_a_value_out_of_all_proportion_is_refused(shop: Path) -> None:
    doubled = "WITH RECURSIVE d(t) AS (VALUES ('x') UNION ALL SELECT t || t FROM d) SELECT max(length(t)) FROM d"
    with pytest.raises(ToolFailure, match="too big"):
        SqliteFile(shop).query(doubled, [], LIMITS, never)


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(ToolFailure, match="unable to open"):
        SqliteFile(tmp_path / "none.db").query("SELECT 1", [], LIMITS, never)
    assert [*tmp_path.iterdir()] == []


def test_a_parameter_too_few_is_a_failure_that_says_so(shop: Path) -> None:
    with pytest.raises(ToolFailure, match=r"\$?2"):
        SqliteFile(shop).query("SELECT $1, $2", ["x"], LIMITS, never)


def test_what_is_no_text_or_number_is_shown_in_short(shop: Path) -> None:
    with sqlite3.connect(shop) as connection:
        connection.execute("CREATE TABLE odd (a)")
        connection.execute("INSERT INTO odd VALUES (?)", (b"\x00" * 100,))
    connection.close()
    (row,) = SqliteFile(shop).query("SELECT a, 9e999 FROM odd", [], LIMITS, never).rows
    assert row == [f"100 bytes: {'00' * 32}…", "inf"]
