"""Turns the text of an expression into its tree, with Python's own grammar as the reader and nothing else of Python."""

import ast
import math

from holdfast.kernel.errors import ExpressionError
from holdfast.kernel.expression.functions import FUNCTIONS
from holdfast.kernel.expression.tree import (
    Arithmetic,
    Calculate,
    Call,
    Choice,
    Compare,
    Comparison,
    Defined,
    DictOf,
    Each,
    Either,
    Every,
    Field,
    Index,
    ListOf,
    Literal,
    Name,
    Negative,
    Node,
    Not,
    Operation,
)
from holdfast.kernel.expression.values import EXPRESSION_SHOWN_MAX, INTEGER_BITS_MAX, shortened

TEXT_LENGTH_MAX = 4_000
DEPTH_MAX = 48
NODES_MAX = 1_000

_DEFINED = "defined"
_ALLOWED = (
    "allowed are literals, lists, dicts, names, a.b, a['b'], a[0], comparisons, in, and, or, not, + - * / // %, "
    "x if test else y, [x for y in z if test] and functions"
)
_ARITHMETIC: dict[type[ast.operator], Arithmetic] = {
    ast.Add: Arithmetic.ADD,
    ast.Sub: Arithmetic.SUBTRACT,
    ast.Mult: Arithmetic.MULTIPLY,
    ast.Div: Arithmetic.DIVIDE,
    ast.FloorDiv: Arithmetic.FLOOR_DIVIDE,
    ast.Mod: Arithmetic.REMAINDER,
}
_COMPARISONS: dict[type[ast.cmpop], Comparison] = {
    ast.Eq: Comparison.EQUAL,
    ast.NotEq: Comparison.UNEQUAL,
    ast.Lt: Comparison.LESS,
    ast.LtE: Comparison.LESS_OR_EQUAL,
    ast.Gt: Comparison.GREATER,
    ast.GtE: Comparison.GREATER_OR_EQUAL,
    ast.In: Comparison.IN,
    ast.NotIn: Comparison.NOT_IN,
}
_INSTEAD: dict[type[ast.AST], str] = {
    ast.Tuple: "write a list: [a, b]",
    ast.Set: "write a list: [a, b]",
    ast.Is: "write == or !=",
    ast.IsNot: "write == or !=",
    ast.JoinedStr: "join texts with +",
    ast.Lambda: "expressions call no code of others",
    ast.DictComp: "only lists are made with 'for'",
    ast.SetComp: "only lists are made with 'for'",
    ast.GeneratorExp: "put it in square brackets, or in a function: any(x for x in y)",
    ast.Slice: "only single items are taken by index",
    ast.Pow: "powers are not computed",
}


class Parsing:
    """One text being parsed: ``tree`` does it, ``names`` then holds the free names."""

    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
        self.names: set[str] = set()
        self._nodes = 0

    def tree(self) -> Node:
        """Return the tree. Raises ExpressionError."""
        if len(self.text) > TEXT_LENGTH_MAX:
            raise ExpressionError(
                f"expected an expression of at most {TEXT_LENGTH_MAX} characters, found {len(self.text)}"
            )
        if not self.text:
            raise ExpressionError(f"expected an expression, found nothing; {_ALLOWED}")
        try:
            body = ast.parse(self.text, mode="eval").body
        except SyntaxError as error:
            raise self._refused_at(error.lineno or 1, error.offset or 1, f"{error.msg}; {_ALLOWED}") from None
        except (ValueError, MemoryError, RecursionError) as error:
            raise self._refused_at(1, 1, f"this cannot be read: {str(error) or 'it is nested too deep'}") from None
        return self._node(body, frozenset())

    def _node(self, source: ast.expr, bound: frozenset[str], depth: int = 1) -> Node:
        self._nodes += 1
        if self._nodes > NODES_MAX or depth > DEPTH_MAX:
            raise self._refused(source, f"expected at most {NODES_MAX} parts, {DEPTH_MAX} deep, found more: split it")
        below = depth + 1
        match source:
            case ast.Constant():
                return self._literal(source)
            case ast.Name() | ast.Attribute() | ast.Subscript():
                return self._path(source, bound, depth)
            case ast.IfExp(test, yes, no):
                return Choice(*self._nodes_of([test, yes, no], bound, below))
            case ast.List(items):
                return ListOf(self._nodes_of(items, bound, below))
            case ast.Dict():
                return self._dict(source, bound, below)
            case ast.ListComp():
                return self._each(source, bound, below)
            case ast.Call():
                return self._call(source, bound, below)
            case ast.Compare() | ast.BoolOp() | ast.UnaryOp() | ast.BinOp():
                return self._operation(source, bound, below)
            case _:
                raise self._unknown(source, source)

    def _operation(
        self, source: ast.Compare | ast.BoolOp | ast.UnaryOp | ast.BinOp, bound: frozenset[str], depth: int
    ) -> Operation:
        match source:
            case ast.Compare(left, operators, operands):
                links = zip(operators, self._nodes_of(operands, bound, depth), strict=True)
                return Compare(
                    self._node(left, bound, depth),
                    tuple((self._comparison(operator, source), operand) for operator, operand in links),
                )
            case ast.BoolOp(operator, operands):
                kind = Every if isinstance(operator, ast.And) else Either
                return kind(self._nodes_of(operands, bound, depth))
            case ast.UnaryOp(ast.Not(), operand):
                return Not(self._node(operand, bound, depth))
            case ast.UnaryOp(ast.USub(), operand):
                return Negative(self._node(operand, bound, depth))
            case ast.BinOp(left, operator, right) if type(operator) in _ARITHMETIC:
                kept = _ARITHMETIC[type(operator)]
                return Calculate(kept, self._node(left, bound, depth), self._node(right, bound, depth))
            case ast.BinOp(_, operator, _) | ast.UnaryOp(operator, _):
                raise self._unknown(operator, source)

    def _nodes_of(self, sources: list[ast.expr], bound: frozenset[str], depth: int) -> tuple[Node, ...]:
        return tuple(self._node(each, bound, depth) for each in sources)

    def _literal(self, source: ast.Constant) -> Literal:
        match source.value:
            case None | bool() | str():
                return Literal(source.value)
            case int() if source.value.bit_length() <= INTEGER_BITS_MAX:
                return Literal(source.value)
            case float() if math.isfinite(source.value):
                return Literal(source.value)
            case int() | float():
                raise self._refused(source, "this number is too large")
            case _:
                raise self._refused(source, f"expected a number, text, True, False or None; {_ALLOWED}")

    def _path(self, source: ast.expr, bound: frozenset[str], depth: int) -> Name | Field | Index:
        match source:
            case ast.Name(name):
                if name not in bound:
                    self.names.add(name)
                return Name(name)
            case ast.Attribute(of, name):
                return Field(self._node(of, bound, depth + 1), name, self._shown(source))
            case ast.Subscript(of, key):
                return Index(self._node(of, bound, depth + 1), self._node(key, bound, depth + 1), self._shown(source))
            case _:
                raise self._refused(source, f"expected a name, field or item: {_DEFINED}(a.b)")

    def _comparison(self, operator: ast.cmpop, source: ast.expr) -> Comparison:
        if type(operator) not in _COMPARISONS:
            raise self._unknown(operator, source)
        return _COMPARISONS[type(operator)]

    def _dict(self, source: ast.Dict, bound: frozenset[str], depth: int) -> DictOf:
        entries = []
        for key, value in zip(source.keys, source.values, strict=True):
            if key is None:
                raise self._refused(value, "expected key: value, found **")
            entries.append((self._node(key, bound, depth), self._node(value, bound, depth)))
        return DictOf(tuple(entries))

    def _each(self, source: ast.ListComp | ast.GeneratorExp, bound: frozenset[str], depth: int) -> Each:
        first = source.generators[0]
        if len(source.generators) > 1 or len(first.ifs) > 1 or first.is_async:
            raise self._refused(source, "expected one 'for' with at most one 'if': join conditions with 'and'")
        if not isinstance(first.target, ast.Name):
            raise self._refused(first.target, "expected a single name after 'for'")
        inner = bound | {first.target.id}
        condition = self._node(first.ifs[0], inner, depth) if first.ifs else None
        over = self._node(first.iter, bound, depth)
        return Each(self._node(source.elt, inner, depth), first.target.id, over, condition)

    def _call(self, source: ast.Call, bound: frozenset[str], depth: int) -> Call | Defined:
        if isinstance(source.func, ast.Attribute):
            raise self._refused(source, f"expected {source.func.attr}(value), found a call on a value")
        name = source.func.id if isinstance(source.func, ast.Name) else ""
        if source.keywords or any(isinstance(each, ast.Starred) for each in source.args):
            raise self._refused(source, "expected arguments by position only")
        if name == _DEFINED and len(source.args) == 1:
            return Defined(self._path(source.args[0], bound, depth))
        if name not in FUNCTIONS:
            raise self._refused(source, f"expected a function, one of {_DEFINED}, {', '.join(FUNCTIONS)}")
        function = FUNCTIONS[name]
        if not function.arguments_min <= len(source.args) <= function.arguments_max:
            raise self._refused(source, f"expected {function.signature}, found {len(source.args)} arguments")
        arguments = (
            self._each(each, bound, depth + 1) if isinstance(each, ast.GeneratorExp) else self._node(each, bound, depth)
            for each in source.args
        )
        return Call(name, tuple(arguments))

    def _shown(self, source: ast.expr) -> str:
        return ast.get_source_segment(self.text, source) or ast.unparse(source)

    def _unknown(self, found: ast.AST, source: ast.expr) -> ExpressionError:
        return self._refused(source, f"this is not part of the language; {_INSTEAD.get(type(found), _ALLOWED)}")

    def _refused(self, source: ast.expr, reason: str) -> ExpressionError:
        before = self.text.split("\n")[source.lineno - 1].encode()[: source.col_offset].decode(errors="replace")
        return self._refused_at(source.lineno, len(before) + 1, reason)

    def _refused_at(self, line: int, column: int, reason: str) -> ExpressionError:
        where = f"column {column}" if line == 1 else f"line {line}, column {column}"
        return ExpressionError(f"expression {shortened(self.text, EXPRESSION_SHOWN_MAX)}, {where}: {reason}")
