"""``describe_tables`` and ``query_sql``, through the stages that every call passes."""

import json
import sqlite3
from pathlib import Path

import pytest

from holdfast.integration.tools.stock.sql.rows import SqlLimits
from holdfast.integration.tools.stock.sql.sqlite_file import SqliteFile
from holdfast.integration.tools.stock.sql.tools import sql_tools
from holdfast.kernel.effects import Effect
from holdfast.kernel.outcomes import Outcome
from tests.integration.tools.workshop import workshop


@pytest.fixture
def shop(tmp_path: Path) -> SqliteFile:
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        connection.executescript("CREATE TABLE orders (id INTEGER, name TEXT); INSERT INTO orders VALUES (1, 'Ada');")
    connection.close()
    return SqliteFile(tmp_path / "shop.db")


def asking(statement: str, *parameters: object) -> str:
    return json.dumps({"statement": statement, "parameters": parameters})


async def test_a_model_sees_the_tables_and_reads_them(shop: SqliteFile) -> None:
    async with workshop(*sql_tools(shop)) as desk:
        tables = await desk.shown(desk.order("describe_tables"))
        rows = await desk.shown(desk.order("query_sql", asking("SELECT name FROM orders WHERE id = $1", 1), index=2))
    assert '"name":"orders"' in tables.content.replace(" ", "")
    assert '[["Ada"]]' in rows.content.replace(" ", "")


async def test_what_would_write_is_refused_before_anything_is_opened(shop: SqliteFile) -> None:
    async with workshop(*sql_tools(shop)) as desk:
        ended = await desk.ended(desk.order("query_sql", asking("DELETE FROM orders")))
        told = (await desk.read_shown(ended)).content
    assert (ended.outcome, ended.stage) == (Outcome.REFUSED, "semantics")
    assert "SELECT" in told


async def test_what_the_database_refuses_is_a_failure_with_a_hint(shop: SqliteFile) -> None:
    async with workshop(*sql_tools(shop)) as desk:
        shown = await desk.shown(desk.order("query_sql", asking("SELECT * FROM nowhere")))
    assert shown.is_error
    assert "no such table: nowhere" in shown.content
    assert "look at the tables first" in shown.content


def test_both_only_read_and_may_be_named_apart(shop: SqliteFile) -> None:
    tools = sql_tools(shop, SqlLimits(seconds_max=3), prefix="shop_")
    assert [tool.name for tool in tools] == ["shop_describe_tables", "shop_query_sql"]
    assert {tool.effect for tool in tools} == {Effect.READ}
    assert {tool.timeout_seconds for tool in tools} == {5.0}
