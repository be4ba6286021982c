"""Values as Cedar writes them, with their types; what cannot be written is refused with the reason."""

from decimal import Decimal

import msgspec

from holdfast.governance.policy.shapes import DECIMAL_DIGITS, LONG_MAX, Kind, RecordOf, SetOf, Shape, is_decimal, quoted
from holdfast.kernel.errors import ExpressionError

_RESERVED = frozenset({"if", "then", "else", "in", "is", "like", "has", "true", "false", "__cedar"})
_NAMES = {
    Kind.LONG: "a whole number",
    Kind.DECIMAL: "a number",
    Kind.STRING: "a text",
    Kind.BOOL: "a truth value",
}


Value = bool | int | float | str | None
"""What can be written out."""


class Term(msgspec.Struct, frozen=True):
    """A compiled value: how Cedar writes it, its type, and its value if it was written out."""

    text: str
    shape: Shape
    value: Value = None
    asks_for: str = ""
    """How to ask whether it is there; empty if it always is."""


def literal(value: Value) -> Term:
    """Return what was written out. Raises ExpressionError."""
    match value:
        case None:
            raise refused("None can only be compared with, by == or !=")
        case bool():
            return Term("true" if value else "false", Kind.BOOL, value)
        case int():
            if abs(value) > LONG_MAX:
                raise refused(f"{value} is larger than Cedar's whole numbers are")
            return Term(f"({value})" if value < 0 else str(value), Kind.LONG, value)
        case float():
            return _decimal(value)
        case str():
            return Term(quoted(value), Kind.STRING, value)


def alike(left: Term, right: Term) -> tuple[Term, Term]:
    """Return both as the same type: a number that is written out goes with either kind of number."""
    if left.shape == right.shape:
        return left, right
    if right.value is not None and (left.value is None or left.shape is Kind.DECIMAL):
        return left, _as(right, left)
    return _as(left, right), right


def access(of: str, name: str) -> str:
    """Return how a field is read."""
    return f"{of}.{name}" if _is_plain(name) else f"{of}[{quoted(name)}]"


def attribute(name: str) -> str:
    """Return how a field is named after ``has``."""
    return name if _is_plain(name) else quoted(name)


def named(term: Term) -> str:
    """Return what a value is, for a message."""
    if term.value is not None:
        return repr(term.value)
    match term.shape:
        case Kind() as kind:
            return _NAMES[kind]
        case SetOf():
            return "a list"
        case RecordOf():
            return "a record"


def refused(reason: str) -> ExpressionError:
    """Return the error that says what Cedar cannot."""
    return ExpressionError(reason)


def _as(term: Term, other: Term) -> Term:
    match other.shape, term.value:
        case Kind.DECIMAL, int() as value if not isinstance(value, bool):
            return _decimal(value)
        case Kind.LONG, float() as value if value.is_integer():
            return literal(int(value))
        case _:
            raise refused(f"expected two values of one type, found {named(term)} and {named(other)}")


def _decimal(value: int | float) -> Term:
    number = Decimal(str(value))
    if not is_decimal(number):
        raise refused(f"Cedar's decimals have {DECIMAL_DIGITS} digits after the point, found {value}")
    return Term(f'decimal("{number:.{DECIMAL_DIGITS}f}")', Kind.DECIMAL, value)


def _is_plain(name: str) -> bool:
    return name.isidentifier() and name.isascii() and name not in _RESERVED
