"""Routes that anybody may call although their neighbours ask who is calling."""

import ast
import re
from collections.abc import Iterator

from holdfast.apps.review.analysers.authentication.guards import is_guarded, is_guarded_as_a_whole
from holdfast.apps.review.analysers.python.grades import spotted
from holdfast.apps.review.analysers.python.module import PythonModule, text_of
from holdfast.apps.review.analysers.python.scope import Function, Scope
from holdfast.apps.review.analysers.subject import Rule, Sighting

UNGUARDED_ROUTE = Rule(
    "route-without-authentication",
    "Route without the check its neighbours have",
    "medium",
    "Other routes of this file ask who is calling, this one does not: guard it, or say that it is public.",
    306,
)
CSRF_EXEMPT = Rule(
    "csrf-exempt",
    "Protection against forged requests switched off",
    "medium",
    "Another site can make a logged-in browser send this request: keep the check, or authenticate by header.",
    352,
)
GUARDED_NEIGHBOURS_MIN = 2

_ROUTE = re.compile(r"\.(?:route|get|post|put|patch|delete)$")
_WRITES = re.compile(r"\.(?:post|put|patch|delete)$")
_PUBLIC = re.compile(
    r"login|logout|sign_?in|sign_?up|sign_?out|register|registration|health|ready|live|ping|status|version|metrics|index|home|root|"
    r"static|asset|favicon|robots|docs|openapi|public|about|contact|terms|privacy|forgot|reset|callback|webhook|oauth|"
    r"token|authorize|auth|verify|confirm|well.known|error|not_found|landing|manifest",
    re.IGNORECASE,
)


def check_routes(node: ast.AST, scope: Scope) -> Iterator[Sighting]:
    """See, in a whole module, unguarded routes among guarded ones, and routes taken out of the CSRF check."""
    if not scope.module.is_web or not isinstance(node, ast.Module):
        return
    routes: list[tuple[Function, ast.Call]] = []
    for child in ast.walk(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _exempt(child, scope.module)
            route = _route_of(child, scope.module)
            if route is not None:
                routes.append((child, route))
    private = [(function, route) for function, route in routes if not _is_public(function, route)]
    unguarded = [(function, route) for function, route in private if not is_guarded(function, route, scope.module)]
    guarded_count = len(private) - len(unguarded)
    is_custom = guarded_count >= GUARDED_NEIGHBOURS_MIN and guarded_count * 2 >= len(unguarded)
    if not is_custom or is_guarded_as_a_whole(node, scope.module):
        return
    for function, route in unguarded:
        yield spotted(UNGUARDED_ROUTE, function, 0.65 if _writes(route, scope.module) else 0.45)


def _exempt(function: Function, module: PythonModule) -> Iterator[Sighting]:
    for decorator in function.decorator_list:
        name = module.name_of(decorator.func if isinstance(decorator, ast.Call) else decorator)
        if name.endswith((".csrf_exempt", "csrf.exempt")) or name == "csrf_exempt":
            yield spotted(CSRF_EXEMPT, decorator, 0.7)


def _route_of(function: Function, module: PythonModule) -> ast.Call | None:
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and _ROUTE.search(module.call_name(decorator)):
            return decorator
    return None


def _is_public(function: Function, route: ast.Call) -> bool:
    path = (text_of(route.args[0]) if route.args else None) or ""
    return bool(_PUBLIC.search(function.name) or _PUBLIC.search(path)) or path == "/"


def _writes(route: ast.Call, module: PythonModule) -> bool:
    if _WRITES.search(module.call_name(route)):
        return True
    methods = next((given.value for given in route.keywords if given.arg == "methods"), None)
    return methods is not None and any(
        text_of(each) not in ("GET", "HEAD", None) for each in ast.walk(methods) if isinstance(each, ast.Constant)
    )
