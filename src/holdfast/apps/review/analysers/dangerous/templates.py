"""Templates and markup made of text somebody else wrote."""

import ast
from collections.abc import Iterator

from holdfast.apps.review.analysers.python.grades import Grades, graded, spotted
from holdfast.apps.review.analysers.python.module import is_constant, keyword
from holdfast.apps.review.analysers.python.scope import Scope
from holdfast.apps.review.analysers.python.values import Origin
from holdfast.apps.review.analysers.subject import Rule, Sighting

TEMPLATE_INJECTION = Rule(
    "template-injection",
    "Template made of foreign text",
    "high",
    "Text in a template is run by the engine: keep templates constant and pass values to them.",
    1336,
)
UNESCAPED = Rule(
    "markup-unescaped",
    "Foreign text marked as safe markup",
    "high",
    "A value can bring a script into the page: let the template escape it.",
    79,
)
NO_AUTOESCAPE = Rule(
    "autoescape-off",
    "Templates render without escaping",
    "medium",
    "Jinja escapes nothing unless told to: pass autoescape=select_autoescape().",
    79,
)
_GRADES: Grades = {
    Origin.EXTERNAL: ("critical", 0.9),
    Origin.PARAMETER: ("high", 0.5),
    Origin.UNKNOWN: ("medium", 0.35),
}
_MARKUP_GRADES: Grades = {
    Origin.EXTERNAL: ("high", 0.85),
    Origin.PARAMETER: ("medium", 0.5),
    Origin.UNKNOWN: ("medium", 0.35),
}
_OUTSIDE_ONLY: Grades = {Origin.EXTERNAL: ("high", 0.7)}
_RENDERERS = frozenset(("render_template_string", "flask.render_template_string"))
_TEMPLATES = frozenset(("jinja2.Template", "mako.template.Template"))
_MARKERS = frozenset(("mark_safe", "Markup", "SafeString", "SafeText"))
_RESPONSES = frozenset(("HttpResponse", "HTMLResponse", "make_response", "Response"))


def check_template(node: ast.AST, scope: Scope) -> Iterator[Sighting]:
    """See text that is no constant become a template or markup."""
    if not isinstance(node, ast.Call):
        return
    name = scope.module.call_name(node)
    last = name.rpartition(".")[2]
    if last == "Environment" and name.startswith("jinja2."):
        yield from _environment(node, scope)
    if not node.args:
        return
    value = scope.value(node.args[0])
    if name in _RENDERERS:
        yield from graded(TEMPLATE_INJECTION, node, value.origin, _GRADES)
    elif name in _TEMPLATES or (last == "from_string" and scope.module.is_web):
        yield from graded(TEMPLATE_INJECTION, node, value.origin, _OUTSIDE_ONLY)
    elif last in _MARKERS and scope.module.name_of(node.func) != "markupsafe.Markup.escape":
        yield from graded(UNESCAPED, node, value.origin, _MARKUP_GRADES)
    elif last in _RESPONSES and value.is_built and "<" in value.literal:
        yield from graded(UNESCAPED, node, value.origin, _OUTSIDE_ONLY)


def _environment(node: ast.Call, scope: Scope) -> Iterator[Sighting]:
    given = keyword(node, "autoescape")
    if given is None and any(each.arg is None for each in node.keywords):
        return  # passed on in a mapping
    if given is None or is_constant(given, value=False):
        yield spotted(NO_AUTOESCAPE, node, 0.6 if scope.module.is_web else 0.3, None if scope.module.is_web else "low")
