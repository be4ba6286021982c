"""A tool that computes with decimals, exactly where that is possible, and says where it is not.

Expressions of guards compute in binary floating point, where 0.1 + 0.2 is not 0.3; so this is an evaluator of its own.
"""

import ast
import decimal
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from holdfast.integration.tools.contract import ToolFailure, tool
from holdfast.kernel.effects import Effect

EXPRESSION_CHARACTERS_MAX = 1_000
NODES_MAX = 300
DEPTH_MAX = 30
DIGITS = 50
"""Of every result and everything in between: what has more is rounded, and said to be."""
EXPONENT_MAX = 10_000
PLACES_MAX = DIGITS

Number = decimal.Decimal
_DIGITS = re.compile(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,5})?")
_ALLOWED = "numbers, + - * / **, parentheses, and abs, ceil, floor, max, min, mod, round, sqrt, sum"


@dataclass(frozen=True, slots=True)
class Calculated:
    """The value in decimal digits; where ``is_exact`` is false it is rounded to 50 digits."""

    value: str
    is_exact: bool


@tool(effect=Effect.PURE, timeout_seconds=10)
def calculate(
    expression: Annotated[
        str, Field(max_length=EXPRESSION_CHARACTERS_MAX, description=f"For example (19.99 * 3 + 5) / 1.19: {_ALLOWED}")
    ],
) -> Calculated:
    """Compute with decimal numbers."""
    context = decimal.Context(
        prec=DIGITS,
        Emax=EXPONENT_MAX,
        Emin=-EXPONENT_MAX,
        rounding=decimal.ROUND_HALF_EVEN,
        traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
    )
    with decimal.localcontext(context) as at_work:
        try:
            value = _shown(_Evaluation(expression).value())
        except decimal.DivisionByZero as error:
            raise ToolFailure("division by zero") from error
        except decimal.Overflow as error:
            raise ToolFailure(f"a result has more than {EXPONENT_MAX} digits") from error
        except decimal.InvalidOperation as error:
            raise ToolFailure("this has no result among real numbers") from error
        is_exact = not at_work.flags[decimal.Inexact]
    return Calculated(value, is_exact)


class _Evaluation:
    """One expression, read by Python's grammar and by nothing else of Python."""

    def __init__(self, text: str) -> None:
        self._text = text.strip()
        self._nodes = 0

    def value(self) -> Number:
        """Raises ToolFailure for what is no calculation."""
        try:
            tree = ast.parse(self._text, mode="eval").body
        except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
            raise ToolFailure(f"this cannot be read: {error}", hint=f"allowed are {_ALLOWED}") from error
        return self._of(tree, 1)

    def _of(self, node: ast.expr, depth: int) -> Number:
        self._nodes += 1
        if self._nodes > NODES_MAX or depth > DEPTH_MAX:
            raise ToolFailure(f"expected at most {NODES_MAX} parts, {DEPTH_MAX} deep: compute it in steps")
        match node:
            case ast.Constant():
                return self._literal(node)
            case ast.UnaryOp(ast.USub(), operand):
                return -self._of(operand, depth + 1)
            case ast.UnaryOp(ast.UAdd(), operand):
                return +self._of(operand, depth + 1)
            case ast.BinOp(left, operator, right) if type(operator) in _OPERATORS:
                return _OPERATORS[type(operator)](self._of(left, depth + 1), self._of(right, depth + 1))
            case ast.Call(ast.Name(name), arguments, []) if name in _FUNCTIONS:
                return _called(name, [self._of(each, depth + 1) for each in arguments])
            case _:
                found = ast.get_source_segment(self._text, node) or type(node).__name__
                raise ToolFailure(f"this is no part of a calculation: {found[:80]}", hint=f"allowed are {_ALLOWED}")

    def _literal(self, node: ast.Constant) -> Number:
        """The digits as they were written: a float would have lost some of them."""
        digits = (ast.get_source_segment(self._text, node) or "").replace("_", "")
        if _DIGITS.fullmatch(digits) is None:
            raise ToolFailure(f"expected a decimal number, found {digits[:80]}", hint="write 12, 1.5 or 2e3")
        return +Number(digits)


def _called(name: str, arguments: Sequence[Number]) -> Number:
    least, most, function = _FUNCTIONS[name]
    if not least <= len(arguments) <= most:
        raise ToolFailure(
            f"{name} takes {least}{'' if least == most else f' to {most}'} numbers, found {len(arguments)}"
        )
    return function(arguments)


def _power(base: Number, exponent: Number) -> Number:
    if base == 0 and exponent == 0:
        return Number(1)
    return base**exponent


def _rounded(arguments: Sequence[Number]) -> Number:
    value, places = arguments[0], arguments[1] if len(arguments) == 2 else Number(0)
    if places != places.to_integral_value() or not 0 <= places <= PLACES_MAX:
        raise ToolFailure(f"expected 0 to {PLACES_MAX} places to round to, found {places}")
    return _whole(value, Number(1).scaleb(-int(places)), decimal.ROUND_HALF_EVEN)


def _whole(value: Number, step: Number, rounding: str) -> Number:
    """Rounding that was asked for is exact: it must not raise the flag that says otherwise."""
    with decimal.localcontext() as aside:
        aside.prec = DIGITS + EXPONENT_MAX
        return +value.quantize(step, rounding=rounding)


def _sum(arguments: Sequence[Number]) -> Number:
    return sum(arguments, Number(0))


def _mod(arguments: Sequence[Number]) -> Number:
    value, by = arguments
    rest = value % by
    return rest + by if rest and (rest < 0) != (by < 0) else rest


_OPERATORS: dict[type[ast.operator], Callable[[Number, Number], Number]] = {
    ast.Add: lambda left, right: left + right,
    ast.Sub: lambda left, right: left - right,
    ast.Mult: lambda left, right: left * right,
    ast.Div: lambda left, right: left / right,
    ast.Pow: _power,
}
_FUNCTIONS: dict[str, tuple[int, int, Callable[[Sequence[Number]], Number]]] = {
    "abs": (1, 1, lambda arguments: abs(arguments[0])),
    "ceil": (1, 1, lambda arguments: _whole(arguments[0], Number(1), decimal.ROUND_CEILING)),
    "floor": (1, 1, lambda arguments: _whole(arguments[0], Number(1), decimal.ROUND_FLOOR)),
    "max": (1, NODES_MAX, max),
    "min": (1, NODES_MAX, min),
    "mod": (2, 2, _mod),
    "round": (1, 2, _rounded),
    "sqrt": (1, 1, lambda arguments: arguments[0].sqrt()),
    "sum": (1, NODES_MAX, _sum),
}


def _shown(value: Number) -> str:
    """Return it in plain digits, unless there would be too many of them."""
    plain = value.normalize() if value else Number(0)
    return f"{plain:f}" if -DIGITS <= plain.adjusted() <= DIGITS else f"{plain:E}"
