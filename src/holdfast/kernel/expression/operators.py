"""What the operators of expressions do to plain values."""

from collections.abc import Callable
from typing import TypeGuard

from holdfast.kernel.errors import ExpressionError
from holdfast.kernel.expression.tree import Arithmetic, Comparison
from holdfast.kernel.expression.values import Meter, Plain, admitted, described, settled


def calculated(operator: Arithmetic, left: Plain, right: Plain, meter: Meter) -> Plain:
    """Return ``left operator right``. Raises ExpressionError where it is not defined."""
    if is_number(left) and is_number(right):
        return _calculated_numbers(operator, left, right, meter)
    if operator is Arithmetic.ADD:
        if isinstance(left, str) and isinstance(right, str):
            meter.spend_on(left)
            meter.spend_on(right)
            return left + right
        if isinstance(left, list) and isinstance(right, list):
            meter.spend(len(left) + len(right))
            return left + right
    raise ExpressionError(
        f"expected two numbers around {operator!s}{_ALSO_ADDED if operator is Arithmetic.ADD else ''}, "
        f"found {described(left)} and {described(right)}"
    )


def negated(value: Plain) -> Plain:
    """Return ``-value``. Raises ExpressionError unless it is a number."""
    if is_number(value):
        return -value
    raise ExpressionError(f"expected a number after -, found {described(value)}")


def compared(comparison: Comparison, left: Plain, right: Plain, meter: Meter) -> bool:
    """Return whether ``left comparison right`` holds. Raises ExpressionError where that is not defined."""
    match comparison:
        case Comparison.EQUAL:
            return equal(left, right, meter)
        case Comparison.UNEQUAL:
            return not equal(left, right, meter)
        case Comparison.IN:
            return holds(right, left, meter)
        case Comparison.NOT_IN:
            return not holds(right, left, meter)
        case _:
            return _ordered(comparison, left, right, meter)


def equal(left: Plain, right: Plain, meter: Meter) -> bool:
    """Return whether two values are equal, all through."""
    if isinstance(left, list | dict) and isinstance(right, list | dict):
        return type(left) is type(right) and len(left) == len(right) and settled(left, meter) == settled(right, meter)
    if isinstance(left, str) and isinstance(right, str):
        meter.spend_on(left)
    return left == right


def holds(container: Plain, wanted: Plain, meter: Meter) -> bool:
    """Return whether ``wanted`` is an item of a list, a key of a dict or a part of a text."""
    match container, wanted:
        case list(), _:
            for each in container:
                meter.spend()
                if equal(admitted(each, meter), wanted, meter):
                    return True
            return False
        case dict(), str():
            return wanted in container
        case str(), str():
            meter.spend_on(container)
            return wanted in container
        case _:
            raise ExpressionError(
                "expected an item and a list, or a text and a text or dict to find it in, "
                f"found {described(wanted)} and {described(container)}"
            )


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether ``value`` is a number; a truth value is none."""
    return type(value) is int or type(value) is float


def _ordered(comparison: Comparison, left: Plain, right: Plain, meter: Meter) -> bool:
    if is_number(left) and is_number(right):
        return _ORDERS[comparison](left, right)
    if isinstance(left, str) and isinstance(right, str):
        meter.spend_on(left)
        return _TEXT_ORDERS[comparison](left, right)
    raise ExpressionError(
        f"expected two numbers or two texts around {comparison!s}, found {described(left)} and {described(right)}"
    )


def _calculated_numbers(operator: Arithmetic, left: float, right: float, meter: Meter) -> Plain:
    try:
        return admitted(_CALCULATIONS[operator](left, right), meter)
    except ZeroDivisionError:
        raise ExpressionError(f"expected a number other than zero after {operator!s}, found {right}") from None


_ALSO_ADDED = ", two texts or two lists"

_CALCULATIONS: dict[Arithmetic, Callable[[float, float], float]] = {
    Arithmetic.ADD: lambda left, right: left + right,
    Arithmetic.SUBTRACT: lambda left, right: left - right,
    Arithmetic.MULTIPLY: lambda left, right: left * right,
    Arithmetic.DIVIDE: lambda left, right: left / right,
    Arithmetic.FLOOR_DIVIDE: lambda left, right: left // right,
    Arithmetic.REMAINDER: lambda left, right: left % right,
}

_ORDERS: dict[Comparison, Callable[[float, float], bool]] = {
    Comparison.LESS: lambda left, right: left < right,
    Comparison.LESS_OR_EQUAL: lambda left, right: left <= right,
    Comparison.GREATER: lambda left, right: left > right,
    Comparison.GREATER_OR_EQUAL: lambda left, right: left >= right,
}

_TEXT_ORDERS: dict[Comparison, Callable[[str, str], bool]] = {
    Comparison.LESS: lambda left, right: left < right,
    Comparison.LESS_OR_EQUAL: lambda left, right: left <= right,
    Comparison.GREATER: lambda left, right: left > right,
    Comparison.GREATER_OR_EQUAL: lambda left, right: left >= right,
}
