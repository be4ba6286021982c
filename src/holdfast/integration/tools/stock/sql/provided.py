"""The tools that read a database which each run brings along: its resources provide a ``Database``."""

from typing import Annotated

from holdfast.integration.tools.checks.values import ReadOnlySql
from holdfast.integration.tools.contract import Provided, Tool, tool
from holdfast.integration.tools.stock.sql.database import Database
from holdfast.integration.tools.stock.sql.judge import Dialect, sql_judge
from holdfast.integration.tools.stock.sql.rows import Parameter, Rows, SqlLimits, Table
from holdfast.integration.tools.stock.sql.tools import CLOSING_SECONDS, PARAMETERS, STATEMENT, stop_of
from holdfast.integration.tools.timing import Cancelled, Deadline
from holdfast.kernel.effects import Effect


def provided_sql_tools(dialect: Dialect, limits: SqlLimits) -> tuple[Tool, Tool]:
    """Return ``describe_tables`` and ``query_sql`` for an app that provides a ``Database`` of this dialect."""
    statement_type = Annotated[str, STATEMENT, ReadOnlySql(sql_judge(dialect))]
    parameters_type = Annotated[list[Parameter], PARAMETERS]
    seconds, shown = limits.seconds_max + CLOSING_SECONDS, 2 * limits.result_bytes_max

    @tool(effect=Effect.READ, timeout_seconds=seconds, result_bytes_max=shown)
    def describe_tables(
        *, database: Provided[Database], deadline: Provided[Deadline], cancelled: Provided[Cancelled]
    ) -> list[Table]:
        """List the tables of the database that can be queried, with their columns and types."""
        return database.tables(limits, stop_of(deadline, cancelled))

    @tool(effect=Effect.READ, timeout_seconds=seconds, result_bytes_max=shown)
    def query_sql(
        statement: statement_type,
        parameters: parameters_type = [],  # noqa: B006  # only read
        *,
        database: Provided[Database],
        deadline: Provided[Deadline],
        cancelled: Provided[Cancelled],
    ) -> Rows:
        """Read the database with one SQL SELECT. Put values into parameters, not into the statement."""
        return database.query(statement, parameters, limits, stop_of(deadline, cancelled))

    return describe_tables, query_sql
