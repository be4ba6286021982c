"""What each name holds at a place in a function, and what an expression made of them holds."""

import ast
import re
from dataclasses import dataclass, field
from functools import singledispatch

from holdfast.apps.review.analysers.python.module import PythonModule
from holdfast.apps.review.analysers.python.values import (
    CONSTANT,
    EXTERNAL,
    PARAMETER,
    UNKNOWN,
    Origin,
    Value,
    built,
    joined,
    unbuilt,
)

Function = ast.FunctionDef | ast.AsyncFunctionDef

_REQUEST = re.compile(
    r"(?:^|\.)request\.(?:args|form|values|json|data|files|cookies|headers|GET|POST|FILES|COOKIES|META|body|stream|params|query|"
    r"query_params|path_params|query_string|match_info|rel_url|get_json|get_data|get_argument|path|full_path)\b"
)
_INPUTS = frozenset(("input", "sys.stdin.read", "sys.stdin.readline"))
_ARGUMENTS = "sys.argv"  # whoever starts the program decides them, as a caller decides parameters
_CONSTANT_NAME = re.compile(r"_*[A-Z][A-Z0-9_]*")
_PASSING = re.compile(  # calls whose result carries what went in
    r"(?:^|\.)(?:str|repr|bytes|list|tuple|set|dict|sorted|reversed|next|iter|format|loads|unquote|unquote_plus|b64decode|"
    r"join|abspath|realpath|normpath|expanduser|expandvars|Path|PurePath|PosixPath|fspath|text|dedent|deepcopy|copy|"
    r"strip|lstrip|rstrip|lower|upper|title|replace|encode|decode|split|splitlines|removeprefix|removesuffix|get|pop|"
    r"getlist|get_json|json|read|readline|get_data|first|values|items|keys|partition|rpartition|resolve|with_suffix|format_map)$"
)
_CLEANING = re.compile(  # calls whose result can no longer carry an attack
    r"(?:^|\.)(?:int|float|bool|len|hash|id|ord|abs|round|sum|range|hex|UUID|Decimal|quote|escape|shlex_quote|secure_filename|"
    r"basename|isdigit|hexdigest|digest|quote_plus|escape_string|quote_identifier|quote_ident|Identifier|Literal|isoformat|"
    r"strftime|time|now|uuid4|token_hex|token_urlsafe|conditional_escape|bindparam|quote_name|mogrify|quoted_name)$"
)
_NUMBER_TYPES = frozenset(
    ("int", "float", "bool", "UUID", "uuid.UUID", "Decimal", "datetime", "date", "datetime.datetime")
)


@dataclass(slots=True)
class Scope:
    """A module, class or function body while it is followed; ``names`` changes as its statements are passed."""

    module: PythonModule
    names: dict[str, Value] = field(default_factory=dict)
    function: Function | None = None
    class_name: str = ""

    def value(self, node: ast.expr) -> Value:
        """Return what is known of an expression at this point."""
        return value_of(node, self)

    def bind(self, target: ast.expr, value: Value, *, is_certain: bool) -> None:
        """Take an assignment into account; one in a branch may not happen, so the worse of both is kept."""
        match target:
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                for each in targets:
                    self.bind(each, unbuilt(value), is_certain=is_certain)
            case ast.Starred(value=inner):
                self.bind(inner, value, is_certain=is_certain)
            case ast.Subscript(value=container):
                self.bind(container, unbuilt(value), is_certain=False)
            case _:
                name = self.module.name_of(target)
                if name:
                    old = self.names.get(name)
                    self.names[name] = value if is_certain or old is None else joined(old, value)


@singledispatch
def value_of(node: ast.AST, scope: Scope) -> Value:
    """Return what is known of an expression; one of no kind that is followed is unknown."""
    return UNKNOWN


@value_of.register
def _(node: ast.Constant, scope: Scope) -> Value:
    return Value(Origin.CONSTANT, literal=node.value) if isinstance(node.value, str) else CONSTANT


@value_of.register
def _(node: ast.Name, scope: Scope) -> Value:
    known = scope.names.get(scope.module.name_of(node)) or scope.names.get(node.id)
    return known or (CONSTANT if _CONSTANT_NAME.fullmatch(node.id) else UNKNOWN)


@value_of.register
def _(node: ast.Attribute, scope: Scope) -> Value:
    name = scope.module.name_of(node)
    if _REQUEST.search(name) or name in _INPUTS:
        return EXTERNAL
    if name == _ARGUMENTS:
        return PARAMETER
    known = scope.names.get(name)
    if known:
        return known
    return CONSTANT if _CONSTANT_NAME.fullmatch(node.attr) else unbuilt(value_of(node.value, scope))


@value_of.register
def _(node: ast.Subscript, scope: Scope) -> Value:
    return unbuilt(value_of(node.value, scope))


@value_of.register
def _(node: ast.Call, scope: Scope) -> Value:
    name = scope.module.call_name(node)
    if name in _INPUTS or _REQUEST.search(name):
        return EXTERNAL
    arguments = [value_of(given, scope) for given in node.args] + [
        value_of(given.value, scope) for given in node.keywords
    ]
    receiver = value_of(node.func.value, scope) if isinstance(node.func, ast.Attribute) else CONSTANT
    if isinstance(node.func, ast.Attribute) and node.func.attr in ("format", "join", "format_map", "joinpath"):
        return built(receiver, *arguments)
    if _CLEANING.search(name):
        return CONSTANT
    if _PASSING.search(name):
        return joined(receiver, *arguments)
    return UNKNOWN


@value_of.register
def _(node: ast.JoinedStr, scope: Scope) -> Value:
    return built(*(value_of(part, scope) for part in node.values))


@value_of.register
def _(node: ast.FormattedValue, scope: Scope) -> Value:
    match node.format_spec:
        case ast.JoinedStr(values=[ast.Constant(value=str(spec))]) if spec[-1:] in "bcdoxXneEfFgG%":
            return CONSTANT
    return value_of(node.value, scope)


@value_of.register
def _(node: ast.BinOp, scope: Scope) -> Value:
    left = value_of(node.left, scope)
    match node.op:
        case ast.Add() | ast.Div():
            return built(left, value_of(node.right, scope))
        case ast.Mod() if left.literal or left.is_built:
            is_numeric = "%s" not in left.literal and "%(" not in left.literal and "%r" not in left.literal
            return left if is_numeric else built(left, value_of(node.right, scope))
        case ast.Mult():
            return left
        case _:
            return CONSTANT


@value_of.register(ast.List)
@value_of.register(ast.Tuple)
@value_of.register(ast.Set)
def _(node: ast.List | ast.Tuple | ast.Set, scope: Scope) -> Value:
    return joined(*(value_of(element, scope) for element in node.elts))


@value_of.register
def _(node: ast.Dict, scope: Scope) -> Value:
    return joined(*(value_of(element, scope) for element in node.values))


@value_of.register
def _(node: ast.IfExp, scope: Scope) -> Value:
    return joined(value_of(node.body, scope), value_of(node.orelse, scope))


@value_of.register
def _(node: ast.BoolOp, scope: Scope) -> Value:
    return joined(*(value_of(operand, scope) for operand in node.values))


@value_of.register(ast.Await)
@value_of.register(ast.NamedExpr)
@value_of.register(ast.Starred)
def _(node: ast.Await | ast.NamedExpr | ast.Starred, scope: Scope) -> Value:
    return value_of(node.value, scope)


@value_of.register(ast.Compare)
@value_of.register(ast.UnaryOp)
def _(node: ast.Compare | ast.UnaryOp, scope: Scope) -> Value:
    return CONSTANT


@value_of.register(ast.ListComp)
@value_of.register(ast.SetComp)
@value_of.register(ast.GeneratorExp)
def _(node: ast.ListComp | ast.SetComp | ast.GeneratorExp, scope: Scope) -> Value:
    return value_of(node.elt, within(node, scope))


Comprehension = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp


def within(node: Comprehension, scope: Scope) -> Scope:
    """Return what the names hold inside a comprehension: those it loops with hold parts of what it loops over."""
    inner = Scope(scope.module, dict(scope.names), scope.function, scope.class_name)
    for loop in node.generators:
        inner.bind(loop.target, unbuilt(value_of(loop.iter, inner)), is_certain=True)
    return inner


def parameter_values(function: Function, scope: Scope, *, is_handler: bool) -> dict[str, Value]:
    """Return what a function's parameters hold: those of a request handler come from outside, numbers carry nothing."""
    given = function.args
    values: dict[str, Value] = {}
    for parameter in (*given.posonlyargs, *given.args, *given.kwonlyargs):
        annotated = scope.module.name_of(parameter.annotation)
        if annotated in _NUMBER_TYPES:
            values[parameter.arg] = CONSTANT
        elif parameter.arg in ("self", "cls"):
            values[parameter.arg] = UNKNOWN
        else:
            values[parameter.arg] = EXTERNAL if is_handler else Value(Origin.PARAMETER)
    for rest in (given.vararg, given.kwarg):
        if rest is not None:
            values[rest.arg] = Value(Origin.PARAMETER)
    for parameter, default in zip(reversed((*given.posonlyargs, *given.args)), reversed(given.defaults), strict=False):
        if isinstance(default, ast.Call) and scope.module.call_name(default).rpartition(".")[2] in (
            "Depends",
            "Security",
        ):
            values[parameter.arg] = UNKNOWN
    return values
