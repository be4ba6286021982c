"""Reads a Postgres database in a transaction that cannot write, as a given role, within a time the server keeps."""

import contextlib
from collections.abc import Callable, Collection, Iterator, Sequence

import psycopg
from psycopg import sql

from holdfast.integration.tools.checks.values import SqlJudge
from holdfast.integration.tools.contract import ToolFailure
from holdfast.integration.tools.stock.sql.database import COLUMNS_MAX, TABLES_MAX
from holdfast.integration.tools.stock.sql.judge import Dialect, sql_judge
from holdfast.integration.tools.stock.sql.rows import Column, Parameter, Rows, SqlLimits, Stop, Table, gathered

CONNECT_SECONDS_MAX = 5
LOCK_SECONDS_MAX = 2
ROWS_FETCHED = 50
_COLUMNS = """
    SELECT table_schema, table_name, column_name, data_type FROM information_schema.columns
    WHERE table_schema NOT IN ('pg_catalog', 'information_schema')
      AND has_table_privilege(format('%I.%I', table_schema, table_name), 'SELECT')
    ORDER BY table_schema, table_name, ordinal_position
"""


class PostgresServer:
    """A Postgres database, read as ``role`` (one that may do nothing but SELECT, on what is to be seen).

    ``conninfo`` is libpq's, or a function that returns it where it holds a password that is looked up.
    """

    def __init__(
        self,
        conninfo: str | Callable[[], str],
        *,
        name: str = "database",
        role: str | None = None,
        functions: Collection[str] | None = None,
    ) -> None:
        self.name = name
        self.judge: SqlJudge = sql_judge(Dialect.POSTGRES, functions)
        self._conninfo, self._role = conninfo, role

    def query(self, statement: str, parameters: Sequence[Parameter], limits: SqlLimits, stop: Stop) -> Rows:
        if (refused := self.judge(statement)) is not None:
            raise ToolFailure(f"expected a statement that only reads: {refused}")
        with self._reading(limits, stop) as connection:
            cursor = psycopg.RawServerCursor(connection, "holdfast")  # declared: the server takes only what it can read
            cursor.itersize = ROWS_FETCHED
            with cursor:
                cursor.execute(statement.encode(), tuple(parameters))
                return gathered([column.name for column in cursor.description or ()], _until(cursor, stop), limits)

    def tables(self, limits: SqlLimits, stop: Stop) -> list[Table]:
        found = dict[str, list[Column]]()
        with self._reading(limits, stop) as connection:
            for schema, table, column, kind in connection.execute(f"{_COLUMNS} LIMIT {COLUMNS_MAX}".encode()):
                name = table if schema == "public" else f"{schema}.{table}"
                found.setdefault(name, []).append(Column(column, kind))
        return [Table(name, columns) for name, columns in found.items()][:TABLES_MAX]

    @contextlib.contextmanager
    def _reading(self, limits: SqlLimits, stop: Stop) -> Iterator[psycopg.Connection]:
        """Raises ToolFailure for whatever the server refuses."""
        try:
            with psycopg.connect(
                self._address(), connect_timeout=CONNECT_SECONDS_MAX, options=_options(limits)
            ) as opened:
                opened.read_only = True
                if self._role is not None:
                    opened.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(self._role)))
                yield opened
                opened.rollback()
        except psycopg.errors.QueryCanceled as error:
            told = f"the query ran for {limits.seconds_max:g} s and was stopped"
            raise ToolFailure(told, hint="ask for less: fewer rows, fewer joins, a condition") from error
        except psycopg.Error as error:
            told = f"{self.name} refused it: {_first_line(error)}"
            raise ToolFailure(
                told, retryable=isinstance(error, psycopg.OperationalError), hint="look at the tables first"
            ) from error

    def _address(self) -> str:
        return self._conninfo if isinstance(self._conninfo, str) else self._conninfo()


def _options(limits: SqlLimits) -> str:
    """Return the settings that the server begins the session with."""
    milliseconds = max(1, int(limits.seconds_max * 1000))
    settings = {
        "default_transaction_read_only": "on",
        "statement_timeout": milliseconds,
        "lock_timeout": LOCK_SECONDS_MAX * 1000,
        "idle_in_transaction_session_timeout": 2 * milliseconds,
        "max_parallel_workers_per_gather": 0,
    }
    return " ".join(f"-c {name}={value}" for name, value in settings.items())


def _until(cursor: psycopg.ServerCursor[tuple[object, ...]], stop: Stop) -> Iterator[tuple[object, ...]]:
    """Yield rows, each fetch within the server's time; raises ToolFailure once all of it is over."""
    for row in cursor:
        if stop():
            raise ToolFailure("the time of the query is up", hint="ask for fewer rows")
        yield row


def _first_line(error: psycopg.Error) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
