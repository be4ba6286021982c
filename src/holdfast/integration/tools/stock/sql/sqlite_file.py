"""Reads a SQLite file over a connection that cannot write: opened so, told so, and asked before all that it does."""

import contextlib
import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from holdfast.integration.tools.checks.values import SqlJudge
from holdfast.integration.tools.contract import ToolFailure
from holdfast.integration.tools.stock.sql.database import TABLES_MAX
from holdfast.integration.tools.stock.sql.functions import SQLITE_FUNCTIONS
from holdfast.integration.tools.stock.sql.judge import SQL_CHARACTERS_MAX, Dialect, sql_judge
from holdfast.integration.tools.stock.sql.rows import Column, Parameter, Rows, SqlLimits, Stop, Table, gathered

STEPS_BETWEEN_LOOKS = 10_000
"""How many instructions of SQLite's machine pass between two looks at the time: about a millisecond."""
BUSY_SECONDS_MAX = 2.0
VALUE_BYTES_MAX = 1_000_000
_CATALOGUE = ("sqlite_master", "sqlite_schema", "sqlite_temp_master", "sqlite_temp_schema")
_TABLES = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
_COLUMNS = "SELECT name, type FROM pragma_table_info(?)"
_LIMITS = (
    (sqlite3.SQLITE_LIMIT_LENGTH, VALUE_BYTES_MAX),
    (sqlite3.SQLITE_LIMIT_SQL_LENGTH, 4 * SQL_CHARACTERS_MAX),
    (sqlite3.SQLITE_LIMIT_ATTACHED, 0),
    (sqlite3.SQLITE_LIMIT_EXPR_DEPTH, 100),
    (sqlite3.SQLITE_LIMIT_COMPOUND_SELECT, 50),
    (sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1_000),
)


class SqliteFile:
    """A SQLite file; ``tables`` names those that may be read (None: all), ``functions`` those that may be called."""

    def __init__(
        self,
        path: str | Path,
        *,
        name: str = "",
        tables: Collection[str] | None = None,
        functions: Collection[str] | None = None,
    ) -> None:
        self.name = name or Path(path).stem
        self._path = Path(path)
        self._tables = None if tables is None else frozenset(table.lower() for table in tables)
        named = SQLITE_FUNCTIONS if functions is None else functions
        self._functions = frozenset(function.lower() for function in named)
        self.judge: SqlJudge = sql_judge(Dialect.SQLITE, self._functions)

    def query(self, statement: str, parameters: Sequence[Parameter], limits: SqlLimits, stop: Stop) -> Rows:
        if (refused := self.judge(statement)) is not None:
            raise ToolFailure(f"expected a statement that only reads: {refused}")
        with self._open(limits, stop) as connection:
            connection.set_authorizer(self._authorizer())
            named = {str(number): value for number, value in enumerate(parameters, 1)}
            cursor = connection.execute(statement, named)
            return gathered([column[0] for column in cursor.description or ()], cursor, limits)

    def tables(self, limits: SqlLimits, stop: Stop) -> list[Table]:
        with self._open(limits, stop) as connection:
            names = [str(name) for (name,) in connection.execute(f"{_TABLES} ORDER BY name LIMIT {TABLES_MAX}")]
            seen = [name for name in names if self._tables is None or name.lower() in self._tables]
            return [
                Table(name, [Column(str(column), str(kind)) for column, kind in connection.execute(_COLUMNS, (name,))])
                for name in seen
            ]

    @contextlib.contextmanager
    def _open(self, limits: SqlLimits, stop: Stop) -> Iterator[sqlite3.Connection]:
        """Raises ToolFailure for whatever the database refuses."""
        uri = f"file:{quote(str(self._path.absolute()))}?mode=ro"
        try:
            with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS_MAX)) as connection:
                for category, most in _LIMITS:
                    connection.setlimit(category, most)
                connection.execute("PRAGMA query_only = ON")
                connection.execute("PRAGMA trusted_schema = OFF")
                connection.set_progress_handler(stop, STEPS_BETWEEN_LOOKS)
                yield connection
        except (sqlite3.Error, sqlite3.Warning) as error:
            if stop():
                told = f"the query ran for {limits.seconds_max:g} s and was stopped"
                raise ToolFailure(told, hint="ask for less: fewer rows, fewer joins, a condition") from error
            raise ToolFailure(f"{self.name} refused it: {error}", hint="look at the tables first") from error

    def _authorizer(self) -> Callable[..., int]:
        def allow(
            action: int, first: str | None, second: str | None, _database: str | None, _trigger: str | None
        ) -> int:
            match action:
                case sqlite3.SQLITE_SELECT | sqlite3.SQLITE_RECURSIVE:
                    is_allowed = True
                case sqlite3.SQLITE_READ:
                    is_allowed = self._may_read((first or "").lower())
                case sqlite3.SQLITE_FUNCTION:
                    is_allowed = (second or "").lower() in self._functions
                case _:
                    is_allowed = False
            return sqlite3.SQLITE_OK if is_allowed else sqlite3.SQLITE_DENY

        return allow

    def _may_read(self, table: str) -> bool:
        return table not in _CATALOGUE and (self._tables is None or table in self._tables)
