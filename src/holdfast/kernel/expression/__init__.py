"""The expression language of guards and inputs in flows: data that is checked, drawn and evaluated, never code.

An expression reads like Python and is none of it: it knows JSON's values only, reads fields of dicts but never an
attribute of an object, calls nothing but the functions of one closed table, and does no I/O. What can be written:

    literals          1   2.5   "text"   True   None   [a, b]   {"key": a}
    access            scan.findings   scan["a key"]   scan.findings[0]   defined(scan.findings)
    comparison        a == b   a != b   0 < a <= 10   a in b   a not in b
    logic             a and b   a or b   not a   a if test else b
    arithmetic        + - * / // %   on numbers; + also on strings and on lists
    comprehension     [f.path for f in scan.findings if f.severity == "high"]
    functions         see ``functions.py``: any(f.severity == "high" for f in scan.findings)

Where it gives a value at all, it gives the value that Python would; it refuses more (mixed comparisons, arithmetic on
truth values, numbers that are not finite). Evaluation always ends: its steps are counted.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field

from holdfast.kernel.errors import ExpressionError
from holdfast.kernel.expression.evaluate import Evaluation
from holdfast.kernel.expression.parse import Parsing
from holdfast.kernel.expression.tree import Node
from holdfast.kernel.expression.values import EXPRESSION_SHOWN_MAX, Meter, settled, shortened

__all__ = ["PARSED_KEPT_MAX", "RESULT_SIZE_MAX", "STEPS_MAX", "Expression", "parse"]

STEPS_MAX = 500_000
"""The steps one evaluation may take; building a string or list costs steps too, so this bounds memory as well."""
RESULT_SIZE_MAX = 200_000
"""The most values a result may hold, nested ones included (long strings count as several)."""
PARSED_KEPT_MAX = 1_024
"""How many parsed expressions are kept for when the same text comes again."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression, made by ``parse``. Two are equal when their texts are."""

    text: str
    names: frozenset[str] = field(compare=False)
    """The free names: what the scope must hold, but for names asked for by ``defined`` alone."""
    tree: Node = field(compare=False, repr=False)

    def evaluate(self, scope: Mapping[str, object]) -> object:
        """Return the value in ``scope``, a mapping of plain data: None, bool, int, float, str, list, tuple, dict.

        A tuple counts as a list. The result shares nothing with the scope. Raises ExpressionError, and nothing else.
        """
        try:
            value = Evaluation(scope, Meter("steps", STEPS_MAX)).value(self.tree)
            return settled(value, Meter("values in the result", RESULT_SIZE_MAX))
        except ExpressionError as error:
            raise ExpressionError(f"expression {shortened(self.text, EXPRESSION_SHOWN_MAX)}: {error}") from None

    def __str__(self) -> str:
        return self.text


def parse(text: str) -> Expression:
    """Return the expression that ``text`` spells. Raises ExpressionError naming the column and what is allowed."""
    return _parsed(text)


@functools.lru_cache(maxsize=PARSED_KEPT_MAX)
def _parsed(text: str) -> Expression:
    parsing = Parsing(text)
    tree = parsing.tree()
    return Expression(parsing.text, frozenset(parsing.names), tree)
