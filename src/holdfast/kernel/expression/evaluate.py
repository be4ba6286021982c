"""Evaluates the tree of an expression on the values of a scope."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import assert_never

from holdfast.kernel.errors import ExpressionError
from holdfast.kernel.expression.functions import called
from holdfast.kernel.expression.operators import calculated, compared, negated
from holdfast.kernel.expression.tree import (
    Calculate,
    Call,
    Choice,
    Compare,
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
from holdfast.kernel.expression.values import Meter, Plain, admitted, described, listed

Bound = Mapping[str, object]
"""What the comprehensions around a node have named."""

_NOTHING_BOUND: Bound = MappingProxyType({})


class _Missing(ExpressionError):
    """A name, field or item is not there."""


class Evaluation:
    """One evaluation: a scope and a meter that every node is paid from."""

    def __init__(self, scope: Mapping[str, object], meter: Meter) -> None:
        self._scope = scope
        self._meter = meter

    def value(self, node: Node, bound: Bound = _NOTHING_BOUND) -> Plain:
        """Return the value of ``node``. Raises ExpressionError."""
        self._meter.spend()
        match node:
            case Literal(value):
                return value
            case Name(name):
                return self._named(name, bound)
            case Field(of, name, shown):
                return self._field(self.value(of, bound), name, shown)
            case Index(of, key, shown):
                return self._item(self.value(of, bound), self.value(key, bound), shown)
            case Choice(test, yes, no):
                return self.value(yes if self.value(test, bound) else no, bound)
            case ListOf(items):
                return [self.value(each, bound) for each in items]
            case DictOf(entries):
                return {self._key(key, bound): self.value(value, bound) for key, value in entries}
            case Each():
                return self._each(node, bound)
            case Call(function, arguments):
                return called(function, [self.value(each, bound) for each in arguments], self._meter)
            case Defined(path):
                return self._defined(path, bound)
            case _:
                return self._operated(node, bound)

    def _operated(self, node: Operation, bound: Bound) -> Plain:
        match node:
            case Compare():
                return self._compared(node, bound)
            case Every(operands) | Either(operands):
                return self._decided(operands, bound, stops_at=isinstance(node, Either))
            case Not(operand):
                return not self.value(operand, bound)
            case Negative(operand):
                return negated(self.value(operand, bound))
            case Calculate(operator, left, right):
                return calculated(operator, self.value(left, bound), self.value(right, bound), self._meter)
        assert_never(node)

    def _named(self, name: str, bound: Bound) -> Plain:
        if name in bound:
            return admitted(bound[name], self._meter)
        if name in self._scope:
            return admitted(self._scope[name], self._meter)
        raise _Missing(f"{name!r} is not known here: expected one of {listed([*bound, *self._scope])}")

    def _field(self, of: Plain, name: str, shown: str) -> Plain:
        if not isinstance(of, dict):
            raise _Missing(f"{shown}: expected a dict with a field {name!r}, found {described(of)}")
        if name not in of:
            raise _Missing(f"{shown}: no field {name!r}; found {listed(of)}")
        return admitted(of[name], self._meter)

    def _item(self, of: Plain, key: Plain, shown: str) -> Plain:
        match of, key:
            case dict(), str():
                return self._field(of, key, shown)
            case ((list() | str()), int()) if not isinstance(key, bool):
                if -len(of) <= key < len(of):
                    return admitted(of[key], self._meter)
                raise _Missing(f"{shown}: no item {key}; found {described(of)}, counted from 0")
            case _:
                raise _Missing(
                    f"{shown}: expected a list with a whole number, or a dict with a text, in brackets; "
                    f"found {described(of)} and {described(key)}"
                )

    def _compared(self, node: Compare, bound: Bound) -> bool:
        left = self.value(node.first, bound)
        for comparison, operand in node.links:
            right = self.value(operand, bound)
            if not compared(comparison, left, right, self._meter):
                return False
            left = right
        return True

    def _decided(self, operands: tuple[Node, ...], bound: Bound, *, stops_at: bool) -> Plain:
        for operand in operands[:-1]:
            value = self.value(operand, bound)
            if bool(value) is stops_at:
                return value
        return self.value(operands[-1], bound)

    def _key(self, node: Node, bound: Bound) -> str:
        key = self.value(node, bound)
        if not isinstance(key, str):
            raise ExpressionError(f"expected a text as key of a dict, found {described(key)}")
        return key

    def _each(self, node: Each, bound: Bound) -> Plain:
        over = self.value(node.over, bound)
        if not isinstance(over, list):
            raise ExpressionError(
                f"expected a list after 'for {node.name} in', found {described(over)}: keys(…) and values(…) make one"
            )
        results: list[object] = []
        inner = dict(bound)
        for each in over:
            inner[node.name] = each
            if node.condition is None or self.value(node.condition, inner):
                results.append(self.value(node.result, inner))
        return results

    def _defined(self, path: Name | Field | Index, bound: Bound) -> bool:
        try:
            self.value(path, bound)
        except _Missing:
            return False
        return True
