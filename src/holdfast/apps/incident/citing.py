"""Whether a claim is shown by what it cites: the query is run again, and the cited rows must be among what it finds."""

import math
from collections.abc import Iterable, Sequence

from holdfast.apps.incident.findings import Citation, Fact
from holdfast.integration.tools.contract import ToolFailure
from holdfast.integration.tools.stock.sql.database import Database
from holdfast.integration.tools.stock.sql.rows import Cell, Parameter, SqlLimits, Stop

ROWS_MAX = 1_000
LIMITS = SqlLimits(rows_max=ROWS_MAX, result_bytes_max=1_000_000)
"""More than any agent is shown: what was cited is among it."""


class Checked:
    """Looks citations up in one database; each query is run once, however often it is cited."""

    def __init__(self, database: Database, stop: Stop) -> None:
        self._database, self._stop = database, stop
        self._found: dict[tuple[str, tuple[Parameter, ...]], list[list[Cell]]] = {}

    def kept(self, facts: Iterable[Fact]) -> list[Fact]:
        """Return the facts that hold."""
        return [fact for fact in facts if self.holds(fact.cites)]

    def holds(self, cites: Citation) -> bool:
        """Whether every row that is cited is among those that the query finds."""
        found = self.rows(cites.statement, cites.parameters)
        return all(any(_is_same(row, other) for other in found) for row in cites.rows)

    def rows(self, statement: str, parameters: Sequence[Parameter] = ()) -> list[list[Cell]]:
        """Return what a query finds; nothing, if it is refused."""
        key = statement, tuple(parameters)
        if key not in self._found:
            try:
                self._found[key] = self._database.query(statement, parameters, LIMITS, self._stop).rows
            except ToolFailure:
                self._found[key] = []
        return self._found[key]


def _is_same(row: Sequence[Cell], other: Sequence[Cell]) -> bool:
    return len(row) == len(other) and all(map(_is_equal, row, other))


def _is_equal(cell: Cell, other: Cell) -> bool:
    if isinstance(cell, int | float) and isinstance(other, int | float):
        return math.isclose(cell, other, rel_tol=1e-6, abs_tol=1e-9)
    return cell == other
