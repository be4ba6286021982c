"""How bad and how sure a sighting is, by who decides the value that reaches the dangerous place."""

import ast
from collections.abc import Iterator, Mapping

from holdfast.apps.review.analysers.candidate import Severity
from holdfast.apps.review.analysers.python.values import Origin
from holdfast.apps.review.analysers.subject import Rule, Sighting

SOURCE = "syntax tree"

Grades = Mapping[Origin, tuple[Severity, float]]

_FROM = {
    Origin.EXTERNAL: "The value comes from outside.",
    Origin.PARAMETER: "The value comes from the caller.",
    Origin.UNKNOWN: "Where the value comes from does not show here.",
}


def graded(rule: Rule, node: ast.expr, origin: Origin, grades: Grades) -> Iterator[Sighting]:
    """Yield a sighting with the grade of the origin; an origin without a grade is harmless here."""
    grade = grades.get(origin)
    if grade is not None:
        severity, confidence = grade
        yield spotted(rule, node, confidence, severity, _FROM.get(origin, ""))


def spotted(
    rule: Rule, node: ast.expr | ast.stmt, confidence: float, severity: Severity | None = None, detail: str = ""
) -> Sighting:
    """Return a sighting at a node."""
    return Sighting(rule, node.lineno, node.end_lineno or node.lineno, confidence, SOURCE, severity, detail)
