"""What the functions of expressions demand of their arguments."""

from holdfast.kernel.errors import ExpressionError
from holdfast.kernel.expression.operators import is_number
from holdfast.kernel.expression.values import Meter, Plain, admitted, described

_KINDS: dict[type, str] = {
    type(None): "None",
    bool: "truth values",
    int: "numbers",
    float: "numbers",
    str: "texts",
    list: "lists",
    dict: "dicts",
}


def a_text(value: Plain) -> str:
    """Return ``value`` if it is a text. Raises ExpressionError."""
    if not isinstance(value, str):
        raise unexpected("a text", value)
    return value


def a_number(value: Plain) -> int | float:
    """Return ``value`` if it is a number. Raises ExpressionError."""
    if not is_number(value):
        raise unexpected("a number", value)
    return value


def a_dict(value: Plain) -> dict[str, object]:
    """Return ``value`` if it is a dict. Raises ExpressionError."""
    if not isinstance(value, dict):
        raise unexpected("a dict", value)
    return value


def a_list(value: Plain) -> list[object]:
    """Return ``value`` if it is a list. Raises ExpressionError."""
    if not isinstance(value, list):
        raise unexpected("a list", value)
    return value


def items_of(value: Plain, meter: Meter) -> list[Plain]:
    """Return the items of a list, each admitted and paid for. Raises ExpressionError."""
    meter.spend(len(a_list(value)))
    return [admitted(each, meter) for each in a_list(value)]


def countable(value: Plain, meter: Meter) -> list[int | float]:
    """Return the items of a list of numbers and truth values. Raises ExpressionError."""
    counted: list[int | float] = []
    for each in items_of(value, meter):
        if not is_number(each) and not isinstance(each, bool):
            raise unexpected("numbers or truth values", each)
        counted.append(each)
    return counted


def comparable(value: Plain, meter: Meter) -> list[int | float] | list[str]:
    """Return the items of a list that can be ordered: numbers only or texts only. Raises ExpressionError."""
    items = items_of(value, meter)
    numbers = [each for each in items if is_number(each)]
    texts = [each for each in items if isinstance(each, str)]
    for text in texts:
        meter.spend_on(text)
    if len(numbers) == len(items):
        return numbers
    if len(texts) == len(items):
        return texts
    found = ", ".join(sorted({_KINDS[type(each)] for each in items}))
    raise ExpressionError(f"expected numbers only or texts only, found {found}")


def unexpected(expected: str, found: Plain) -> ExpressionError:
    """Return the error that says what was expected and found."""
    return ExpressionError(f"expected {expected}, found {described(found)}")
