"""SQL that is put together from strings instead of given parameters."""

import ast
import re
from collections.abc import Iterator

from holdfast.apps.review.analysers.python.grades import Grades, graded
from holdfast.apps.review.analysers.python.scope import Scope
from holdfast.apps.review.analysers.python.values import Origin
from holdfast.apps.review.analysers.subject import Rule, Sighting

SQL_FROM_STRINGS = Rule(
    "sql-from-strings",
    "SQL built from strings",
    "high",
    "Text built into a statement can change what it does: pass values as parameters.",
    89,
)
_GRADES: Grades = {
    Origin.EXTERNAL: ("critical", 0.9),
    Origin.PARAMETER: ("high", 0.6),
    Origin.UNKNOWN: ("medium", 0.4),
}
_WITH_VALUES: Grades = {  # where values are given as parameters too, what is built in is rather a name than a value
    Origin.EXTERNAL: ("critical", 0.9),
    Origin.PARAMETER: ("medium", 0.4),
    Origin.UNKNOWN: ("low", 0.3),
}
_RUNS_SQL = frozenset(
    (
        "execute",
        "executemany",
        "executescript",
        "raw",
        "exec_driver_sql",
        "read_sql",
        "read_sql_query",
        "fetch",
        "fetchrow",
    )
)
_STATEMENT = re.compile(
    r"^\W*(?:select\b.*\bfrom|insert\s+(?:or\s+\w+\s+)?into|update\b.*\bset|delete\s+from|create\s+\w+|drop\s+\w+|alter\s+\w+|"
    r"replace\s+into|merge\s+into|truncate|grant\b.*\bto|with\b.*\bas\b|exec(?:ute)?\s|attach|copy\b|union\b)",
    re.IGNORECASE | re.DOTALL,
)
_PIECE = re.compile(
    r"\b(?:select\b.*\bfrom|where\b.*[=<>]|values\s*\(|order\s+by|delete\s+from)", re.IGNORECASE | re.DOTALL
)


def check_sql(node: ast.AST, scope: Scope) -> Iterator[Sighting]:
    """See a statement built from strings handed to a database."""
    match node:
        case ast.Call(func=ast.Attribute(attr=method), args=[statement, *more]) if method in _RUNS_SQL:
            value = scope.value(statement)
            if value.is_built and (_STATEMENT.search(value.literal) or _PIECE.search(value.literal)):
                place = statement if isinstance(statement, ast.JoinedStr | ast.BinOp) else node
                yield from graded(SQL_FROM_STRINGS, place, value.origin, _WITH_VALUES if more else _GRADES)
