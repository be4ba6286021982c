"""The tools that read a database: what tables there are, and a query."""

from typing import Annotated

from pydantic import Field

from holdfast.integration.tools.checks.values import ReadOnlySql
from holdfast.integration.tools.contract import Provided, Tool, tool
from holdfast.integration.tools.stock.sql.database import Database
from holdfast.integration.tools.stock.sql.judge import SQL_CHARACTERS_MAX
from holdfast.integration.tools.stock.sql.rows import Parameter, Rows, SqlLimits, Stop, Table
from holdfast.integration.tools.timing import Cancelled, Deadline
from holdfast.kernel.effects import Effect

PARAMETERS_MAX = 50
CLOSING_SECONDS = 2.0
"""What is left of a call's time once its query has been stopped."""
STATEMENT = Field(max_length=SQL_CHARACTERS_MAX, description="One SELECT; functions that compute only, no comments")
PARAMETERS = Field(
    max_length=PARAMETERS_MAX, description="Values for the placeholders $1, $2, … of the statement, in order"
)
_NO_LIMITS = SqlLimits()


def sql_tools(database: Database, limits: SqlLimits = _NO_LIMITS, *, prefix: str = "") -> tuple[Tool, Tool]:
    """Return ``describe_tables`` and ``query_sql``; ``prefix`` tells those of several databases apart."""
    return _describe(database, limits, prefix), _query(database, limits, prefix)


def _describe(database: Database, limits: SqlLimits, prefix: str) -> Tool:
    @tool(effect=Effect.READ, name=f"{prefix}describe_tables", timeout_seconds=limits.seconds_max + CLOSING_SECONDS)
    def describe_tables(*, deadline: Provided[Deadline], cancelled: Provided[Cancelled]) -> list[Table]:
        """List the tables of the database that can be queried, with their columns and types."""
        return database.tables(limits, stop_of(deadline, cancelled))

    return describe_tables


def _query(database: Database, limits: SqlLimits, prefix: str) -> Tool:
    statement_type = Annotated[str, STATEMENT, ReadOnlySql(database.judge)]
    parameters_type = Annotated[list[Parameter], PARAMETERS]

    @tool(effect=Effect.READ, name=f"{prefix}query_sql", timeout_seconds=limits.seconds_max + CLOSING_SECONDS)
    def query_sql(
        statement: statement_type,
        parameters: parameters_type = [],  # noqa: B006  # only read
        *,
        deadline: Provided[Deadline],
        cancelled: Provided[Cancelled],
    ) -> Rows:
        """Read the database with one SQL SELECT. Put values into parameters, not into the statement."""
        return database.query(statement, parameters, limits, stop_of(deadline, cancelled))

    return query_sql


def stop_of(deadline: Deadline, cancelled: Cancelled) -> Stop:
    return lambda: bool(cancelled) or deadline.seconds_left <= CLOSING_SECONDS
