"""Switches of frameworks that open what should be closed."""

import ast
from collections.abc import Iterator

from holdfast.apps.review.analysers.python.grades import spotted
from holdfast.apps.review.analysers.python.identifiers import words_of
from holdfast.apps.review.analysers.python.module import is_constant, keyword, text_of
from holdfast.apps.review.analysers.python.scope import Scope
from holdfast.apps.review.analysers.subject import Rule, Sighting

DEBUG_ON = Rule(
    "debug-on",
    "Debug mode written into the settings",
    "medium",
    "Error pages then show code and settings to visitors: read it from the environment, off by default.",
    489,
)
CSRF_OFF = Rule(
    "csrf-off",
    "Protection against forged requests switched off",
    "medium",
    "Another site can make a logged-in browser send requests: leave the check on.",
    352,
)
CORS_OPEN = Rule(
    "cors-open",
    "Every site may call this one",
    "medium",
    "Scripts of any site can read the answers: name the origins that may.",
    942,
)
COOKIE_OPEN = Rule(
    "session-cookie-readable",
    "Session cookie open to scripts",
    "low",
    "A script brought into the page can take the session: set httponly and secure.",
    1004,
)
_DEBUG = frozenset(("DEBUG", "FLASK_DEBUG"))
_CSRF = frozenset(("WTF_CSRF_ENABLED", "CSRF_ENABLED", "WTF_CSRF_CHECK_DEFAULT"))
_CORS = frozenset(("CORS_ALLOW_ALL_ORIGINS", "CORS_ORIGIN_ALLOW_ALL"))
_OPEN_COOKIES = frozenset(("SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"))
_SESSION_WORDS = frozenset(("session", "sessionid", "token", "auth", "jwt", "sid"))
_ALLOW_ORIGIN = "access-control-allow-origin"


def check_setting(node: ast.AST, scope: Scope) -> Iterator[Sighting]:
    """See a switch assigned by its well-known name, plainly or as a key of a configuration."""
    match node:
        case ast.Assign(targets=[target], value=value) | ast.AnnAssign(target=target, value=ast.expr() as value):
            pass
        case _:
            return
    name = _setting_name(target)
    if (
        scope.function is None
        and name in _DEBUG
        and is_constant(value, value=True)
        and (scope.module.is_web or _is_settings(scope))
    ):
        yield spotted(DEBUG_ON, node, 0.5)
    elif name in _CSRF and is_constant(value, value=False):
        yield spotted(CSRF_OFF, node, 0.7)
    elif name in _CORS and is_constant(value, value=True):
        yield spotted(CORS_OPEN, node, 0.7)
    elif name in _OPEN_COOKIES and is_constant(value, value=False):
        yield spotted(COOKIE_OPEN, node, 0.6)
    elif name.lower() == _ALLOW_ORIGIN and text_of(value) == "*":
        yield spotted(CORS_OPEN, node, 0.5, "low")


def check_setting_call(node: ast.AST, scope: Scope) -> Iterator[Sighting]:
    """See a switch given to a framework's own call."""
    if not isinstance(node, ast.Call):
        return
    name = scope.module.call_name(node)
    last = name.rpartition(".")[2]
    if name in ("uvicorn.run", "FastAPI", "fastapi.FastAPI") and is_constant(keyword(node, "debug"), value=True):
        yield spotted(DEBUG_ON, node, 0.6)
    elif last in ("add_middleware", "CORSMiddleware"):
        yield from _cors_middleware(node)
    elif name == "flask_cors.CORS" and (_allows_all(keyword(node, "origins")) or len(node.keywords) == 0):
        has_credentials = is_constant(keyword(node, "supports_credentials"), value=True)
        yield spotted(CORS_OPEN, node, 0.5, "high" if has_credentials else "low")
    elif last == "set_cookie" and node.args and scope.module.is_web:
        words = set(words_of(text_of(node.args[0]) or ""))
        if words & _SESSION_WORDS and not is_constant(keyword(node, "httponly"), value=True):
            yield spotted(COOKIE_OPEN, node, 0.5)


def _cors_middleware(node: ast.Call) -> Iterator[Sighting]:
    if _allows_all(keyword(node, "allow_origins")):
        has_credentials = is_constant(keyword(node, "allow_credentials"), value=True)
        yield spotted(CORS_OPEN, node, 0.7, "high" if has_credentials else "low")


def _allows_all(node: ast.expr | None) -> bool:
    elements = node.elts if isinstance(node, ast.List | ast.Tuple | ast.Set) else [node]
    return any(text_of(each) == "*" for each in elements)


def _setting_name(target: ast.expr) -> str:
    match target:
        case ast.Name(id=name):
            return name
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            return name
        case ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _is_settings(scope: Scope) -> bool:
    """Whether the module is a Django settings module, by the settings all of them have."""
    return bool({"INSTALLED_APPS", "MIDDLEWARE", "ROOT_URLCONF", "ALLOWED_HOSTS"} & _assigned(scope.module.tree))


def _assigned(tree: ast.Module) -> set[str]:
    return {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
