"""Passing through a module once, in the order it runs, so that a check sees each expression with what is known there.

Function bodies are followed after the body they are defined in, as they are called later; every function is taken by
itself. Calls into other functions are not followed: what they return is unknown. So a finding says where a value comes
from within one function, no further.
"""

import ast
import re
from collections.abc import Callable, Iterable, Mapping

from holdfast.apps.review.analysers.python.module import PythonModule
from holdfast.apps.review.analysers.python.scope import Comprehension, Function, Scope, parameter_values, within
from holdfast.apps.review.analysers.python.values import UNKNOWN, built, unbuilt
from holdfast.apps.review.analysers.subject import Sighting

Check = Callable[[ast.AST, Scope], Iterable[Sighting]]
Checks = Mapping[type[ast.AST], tuple[Check, ...]]

_ROUTE = re.compile(r"(?:^|\.)(?:route|get|post|put|patch|delete|api_view|websocket|action|view|view_config|expose)$")


def follow(module: PythonModule, checks: Checks) -> list[Sighting]:
    """Return what the checks see in a module."""
    flow = _Flow(module, checks)
    scope = Scope(module)
    flow.check(module.tree, scope)
    flow.body(module.tree.body, scope, is_certain=True)
    while flow.deferred:
        function, outer = flow.deferred.pop(0)
        flow.function(function, outer)
    return flow.sightings


def is_handler(function: Function, module: PythonModule) -> bool:
    """Whether a web framework calls this function with what a request holds."""
    if not module.is_web:
        return False
    return any(_ROUTE.search(module.name_of(_called(decorator))) for decorator in function.decorator_list)


def _called(decorator: ast.expr) -> ast.expr:
    return decorator.func if isinstance(decorator, ast.Call) else decorator


class _Flow:
    def __init__(self, module: PythonModule, checks: Checks) -> None:
        self._module = module
        self._checks = checks
        self.sightings: list[Sighting] = []
        self.deferred: list[tuple[Function, Scope]] = []

    def function(self, function: Function, outer: Scope) -> None:
        """Follow a function's body with its parameters."""
        parameters = parameter_values(function, outer, is_handler=is_handler(function, self._module))
        scope = Scope(self._module, outer.names | parameters, function, outer.class_name)
        self.body(function.body, scope, is_certain=True)

    def body(self, statements: list[ast.stmt], scope: Scope, *, is_certain: bool) -> None:
        """Follow statements in order."""
        for statement in statements:
            self.check(statement, scope)
            match statement:
                case ast.FunctionDef() | ast.AsyncFunctionDef():
                    self._expressions((*statement.decorator_list, *statement.args.defaults), scope)
                    self.deferred.append((statement, scope))
                case ast.ClassDef():
                    self._expressions((*statement.decorator_list, *statement.bases), scope)
                    inner = Scope(self._module, dict(scope.names), scope.function, statement.name)
                    self.body(statement.body, inner, is_certain=True)
                case _:
                    self._simple(statement, scope, is_certain=is_certain)

    def _simple(self, statement: ast.stmt, scope: Scope, *, is_certain: bool) -> None:
        """Check a statement's own expressions, note its assignments, then follow its blocks as branches."""
        children = list(ast.iter_child_nodes(statement))
        self._expressions([child for child in children if not isinstance(child, _BLOCKS)], scope)
        self._assign(statement, scope, is_certain=is_certain)
        for field in ("body", "orelse", "finalbody"):
            self.body(
                getattr(statement, field, []),
                scope,
                is_certain=isinstance(statement, ast.With | ast.AsyncWith) and is_certain,
            )
        for child in children:
            if isinstance(child, ast.ExceptHandler | ast.match_case):
                self.check(child, scope)
                self.body(child.body, scope, is_certain=False)

    def _assign(self, statement: ast.stmt, scope: Scope, *, is_certain: bool) -> None:
        match statement:
            case ast.Assign(targets=targets, value=value):
                found = scope.value(value)
                for target in targets:
                    scope.bind(target, found, is_certain=is_certain)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                scope.bind(target, scope.value(value), is_certain=is_certain)
            case ast.AugAssign(target=target, value=value):
                scope.bind(target, built(scope.value(target), scope.value(value)), is_certain=is_certain)
            case ast.For(target=target, iter=iterated) | ast.AsyncFor(target=target, iter=iterated):
                scope.bind(target, unbuilt(scope.value(iterated)), is_certain=is_certain)
            case ast.With(items=items) | ast.AsyncWith(items=items):
                for item in items:
                    if item.optional_vars is not None:
                        scope.bind(item.optional_vars, UNKNOWN, is_certain=is_certain)
            case _:
                pass

    def _expressions(self, nodes: Iterable[ast.AST], scope: Scope) -> None:
        pending = [(node, scope) for node in nodes]
        while pending:
            node, around = pending.pop()
            self.check(node, around)
            if isinstance(node, ast.NamedExpr):
                scope.bind(node.target, around.value(node.value), is_certain=False)
            inner = within(node, around) if isinstance(node, Comprehension) else around
            pending.extend((child, inner) for child in ast.iter_child_nodes(node))

    def check(self, node: ast.AST, scope: Scope) -> None:
        """Let the checks of its kind see a node."""
        for check in self._checks.get(type(node), ()):
            self.sightings.extend(check(node, scope))


_BLOCKS = (ast.stmt, ast.ExceptHandler, ast.match_case)
