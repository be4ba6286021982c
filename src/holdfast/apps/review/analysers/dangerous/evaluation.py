"""Text that is run as Python."""

import ast
from collections.abc import Iterator

from holdfast.apps.review.analysers.python.grades import Grades, graded
from holdfast.apps.review.analysers.python.scope import Scope
from holdfast.apps.review.analysers.python.values import Origin
from holdfast.apps.review.analysers.subject import Rule, Sighting

CODE_FROM_TEXT = Rule(
    "code-from-text",
    "Text run as Python",
    "high",
    "Whoever decides the text decides what runs: use ast.literal_eval or a table of what is allowed.",
    95,
)
_GRADES: Grades = {
    Origin.EXTERNAL: ("critical", 0.95),
    Origin.PARAMETER: ("high", 0.5),
    Origin.UNKNOWN: ("medium", 0.4),
}
_EVALUATES = frozenset(("eval", "exec", "builtins.eval", "builtins.exec", "code.interact", "pandas.eval"))
_COMPILED = frozenset(("compile", "builtins.compile"))


def check_evaluation(node: ast.AST, scope: Scope) -> Iterator[Sighting]:
    """See ``eval`` or ``exec`` of what is no constant."""
    match node:
        case ast.Call(args=[text, *_]) if scope.module.call_name(node) in _EVALUATES:
            if isinstance(text, ast.Call) and scope.module.call_name(text) in _COMPILED and text.args:
                text = text.args[0]
            yield from graded(CODE_FROM_TEXT, node, scope.value(text).origin, _GRADES)
