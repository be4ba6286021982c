"""What is to be investigated, and the case's file, which can only be read."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from holdfast.integration.tools.contract import ToolFailure
from holdfast.integration.tools.stock.sql.database import Database
from holdfast.integration.tools.stock.sql.rows import SqlLimits
from holdfast.integration.tools.stock.sql.sqlite_file import SqliteFile
from holdfast.kernel.errors import InputError
from holdfast.orchestration.application.app import Resources

TABLES = (
    "alerts", "changes", "dependencies", "instance_metrics", "instances", "logs", "metrics", "rollouts", "services"
)  # fmt: skip


class Incident(BaseModel):
    """An outage: the path of the file that holds what was measured, written and changed while it lasted."""

    model_config = ConfigDict(extra="forbid")

    case: str = Field(min_length=1)


def open_case(path: Path) -> SqliteFile:
    """Return the case's database. Raises InputError for a file that holds none."""
    if not path.is_file():
        raise InputError(f"expected a case at '{path}', found none: make one with 'holdfast init incident --seed 1'")
    database = SqliteFile(path, name="case", tables=TABLES)
    try:
        found = {table.name for table in database.tables(SqlLimits(), lambda: False)}
    except ToolFailure as error:
        raise InputError(f"expected a case at '{path}', found what is none: {error}") from error
    if missing := set(TABLES) - found:
        raise InputError(f"expected a case at '{path}', found no table {', '.join(sorted(missing))} in it")
    return database


@asynccontextmanager
async def open_for_run(given: object) -> AsyncIterator[Resources]:
    """Open the case of a run."""
    assert isinstance(given, Incident)
    yield {Database: open_case(Path(given.case))}
