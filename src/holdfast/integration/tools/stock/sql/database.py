"""What the SQL tools need of a database: its dialect, its tables, and a query that cannot write."""

from collections.abc import Sequence
from typing import Protocol

from holdfast.integration.tools.checks.values import SqlJudge
from holdfast.integration.tools.stock.sql.rows import Parameter, Rows, SqlLimits, Stop, Table

TABLES_MAX = 200
COLUMNS_MAX = 2_000


class Database(Protocol):
    """Reads, each time over a connection of its own that is closed after. Its methods block: call them in a thread."""

    @property
    def name(self) -> str:
        """What the model is told that it reads."""

    @property
    def judge(self) -> SqlJudge:
        """Says by the text of a statement why it does not only read."""

    def query(self, statement: str, parameters: Sequence[Parameter], limits: SqlLimits, stop: Stop) -> Rows:
        """Return what it finds. Raises ToolFailure, also for whatever is refused by the database."""

    def tables(self, limits: SqlLimits, stop: Stop) -> list[Table]:
        """Return the tables that may be read. Raises ToolFailure."""
