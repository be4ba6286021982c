"""Computes the figures of a report anew, and keeps of it what the data show."""

import math
from decimal import Decimal

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from holdfast.apps.meeting.findings.model import Figure, Point
from holdfast.apps.meeting.findings.stating import unsupported
from holdfast.integration.tools.contract import ToolFailure
from holdfast.integration.tools.stock.sql.database import Database
from holdfast.integration.tools.stock.sql.rows import Cell, SqlLimits, Stop

ONE_VALUE = SqlLimits(rows_max=2, seconds_max=5.0)


class Checker:
    """Holds points against a database. The same query is asked once."""

    def __init__(self, database: Database, stop: Stop) -> None:
        self._database, self._stop = database, stop
        self._known: dict[str, Cell | ToolFailure] = {}

    def objection(self, point: Point) -> str | None:
        """Return what is wrong with a point; None if each of its figures holds and it states nothing else."""
        for figure in point.figures:
            if (wrong := self._wrong(figure)) is not None:
                return wrong
        known = [value for figure in point.figures for value in (figure.value, *figure.parameters)]
        if missing := unsupported(point.text, known):
            return f"it states {', '.join(missing)}, which is none of its figures"
        return None

    def _wrong(self, figure: Figure) -> str | None:
        if not reads_data(figure.statement):
            return f"{figure.name}: its query computes nothing from the data"
        found = self._value(figure)
        if isinstance(found, ToolFailure):
            return f"{figure.name}: {found}"
        if not is_same(figure.value, found):
            return f"{figure.name}: expected {found} by its query, found {figure.value}"
        return None

    def _value(self, figure: Figure) -> Cell | ToolFailure:
        key = repr((figure.statement, figure.parameters))
        if key not in self._known:
            self._known[key] = self._asked(figure)
        return self._known[key]

    def _asked(self, figure: Figure) -> Cell | ToolFailure:
        try:
            found = self._database.query(figure.statement, figure.parameters, ONE_VALUE, self._stop)
        except ToolFailure as failure:
            return failure
        if len(found.rows) != 1 or len(found.columns) != 1:
            return ToolFailure("expected a query with one value, found another")
        return found.rows[0][0]


def reads_data(statement: str) -> bool:
    """Whether what a statement selects comes from a table, and is not merely written there."""
    try:
        tree = parse_one(statement, dialect="sqlite")
    except SqlglotError:
        return False
    selected = tree.selects if isinstance(tree, exp.Query) and tree.find(exp.Table) is not None else []
    return bool(selected) and all(each.find(exp.Column, exp.Count, exp.Subquery) is not None for each in selected)


def is_same(stated: str | int | float, found: Cell) -> bool:
    """Whether a value is the one found, to as many digits as it states."""
    if isinstance(stated, str) or not isinstance(found, int | float):
        return str(stated) == str(found)
    digits = -int(Decimal(str(stated)).as_tuple().exponent)
    return math.isclose(stated, round(found, max(0, digits)), abs_tol=1e-9)
