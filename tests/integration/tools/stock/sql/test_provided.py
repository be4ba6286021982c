"""Each run reads the database that it brings along, and can write none."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

from holdfast.flow import ToolNode
from holdfast.integration.tools.stock.sql.database import Database
from holdfast.integration.tools.stock.sql.judge import Dialect
from holdfast.integration.tools.stock.sql.provided import provided_sql_tools
from holdfast.integration.tools.stock.sql.rows import SqlLimits
from holdfast.integration.tools.stock.sql.sqlite_file import SqliteFile
from holdfast.orchestration.application.app import App, Resources
from holdfast.runtime import Runtime


@asynccontextmanager
async def of_run(given: object) -> AsyncIterator[Resources]:
    assert isinstance(given, dict)
    yield {Database: SqliteFile(str(given["file"]))}


app = App(
    "reads",
    ToolNode("reads", "query_sql", input="{'statement': input.statement}"),
    tools=provided_sql_tools(Dialect.SQLITE, SqlLimits(rows_max=2)),
    input=dict[str, str],
    resources=of_run,
    provides=frozenset((Database,)),
)


def made(path: Path, *names: str) -> str:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE people (name TEXT)")
        database.executemany("INSERT INTO people VALUES (?)", [(name,) for name in names])
    return str(path)


async def test_two_runs_read_two_databases(tmp_path: Path) -> None:
    statement = "SELECT name FROM people ORDER BY name"
    async with Runtime.open("memory:") as runtime:
        for name, people in (("one.db", ("Ada",)), ("two.db", ("Bo", "Cy", "Di"))):
            run = await runtime.start(app, {"file": made(tmp_path / name, *people), "statement": statement})
            rows = await run.result()
            assert isinstance(rows, dict)
            assert rows["rows"] == [[person] for person in people[:2]]
            assert bool(rows["left_out"]) is (len(people) > 2)


async def test_what_does_not_only_read_never_reaches_it(tmp_path: Path) -> None:
    file = made(tmp_path / "one.db", "Ada")
    async with Runtime.open("memory:") as runtime:
        run = await runtime.start(app, {"file": file, "statement": "DELETE FROM people"})
        state = await run.wait()
    assert state.fault is not None
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("SELECT count(*) FROM people").fetchone() == (1,)
