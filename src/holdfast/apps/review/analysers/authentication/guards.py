"""What counts as asking who is calling: a decorator, a dependency, a call, a look into the session."""

import ast
import re
from collections.abc import Iterator

from holdfast.apps.review.analysers.python.module import PythonModule
from holdfast.apps.review.analysers.python.scope import Function

_GUARD = re.compile(
    r"login|auth|permission|role_?required|roles_|scope|jwt|token|admin|require|protected|current_user|principal|"
    r"user_passes_test|api_key|oauth|verify_|security",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"(?:^|[._])(?:require_\w+|check_\w*(?:auth|access|permission|token|role)\w*|verify_\w+|ensure_\w+|authenticate\w*|authorize\w*|"
    r"get_current_user|has_perm\w*|has_role\w*|validate_token|is_authenticated|get_jwt_identity)$|^jwt\.decode$",
    re.IGNORECASE,
)
_SESSIONS = frozenset(("session", "flask.session"))


def is_guarded(function: Function, route: ast.Call, module: PythonModule) -> bool:
    """Whether a decorator, a dependency or the body of a route asks who is calling."""
    around = (*_decorators(function, route, module), *_dependencies(function, route, module))
    return any(map(_GUARD.search, around)) or any(_asks(child, module) for child in ast.walk(function))


def is_guarded_as_a_whole(tree: ast.Module, module: PythonModule) -> bool:
    """Whether something is asked before every request, or of every route of the router."""
    for child in ast.walk(tree):
        match child:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                names = [module.name_of(each) for each in child.decorator_list]
                is_asked = any(name.endswith((".before_request", ".middleware")) for name in names)
            case ast.Call() if module.call_name(child).endswith(("APIRouter", "FastAPI")):
                is_asked = any(given.arg == "dependencies" for given in child.keywords)
            case _:
                is_asked = False
        if is_asked:
            return True
    return False


def _decorators(function: Function, route: ast.Call, module: PythonModule) -> Iterator[str]:
    for decorator in function.decorator_list:
        if decorator is not route:
            yield module.name_of(decorator.func if isinstance(decorator, ast.Call) else decorator)


def _dependencies(function: Function, route: ast.Call, module: PythonModule) -> Iterator[str]:
    """Yield every name in the defaults and types of parameters, and in the route's own dependencies."""
    given = function.args
    asked = [
        *given.defaults,
        *given.kw_defaults,
        *(parameter.annotation for parameter in (*given.args, *given.kwonlyargs)),
        *(each.value for each in route.keywords if each.arg == "dependencies"),
    ]
    for expression in asked:
        for child in ast.walk(expression) if expression is not None else ():
            if isinstance(child, ast.Name | ast.Attribute):
                yield module.name_of(child)


def _asks(node: ast.AST, module: PythonModule) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=receiver, attr="get")) if module.name_of(receiver) in _SESSIONS:
            return True
        case ast.Call():
            return _ASKS.search(module.call_name(node)) is not None
        case ast.Subscript(value=container, ctx=ast.Load()):
            return module.name_of(container) in _SESSIONS
        case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[container]):
            return module.name_of(container) in _SESSIONS
        case ast.Name(id="current_user"):
            return True
        case _:
            return False
