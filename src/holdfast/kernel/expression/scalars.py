"""The functions of expressions that work on numbers and texts."""

from collections.abc import Callable

from holdfast.kernel.expression.arguments import a_number, a_text, unexpected
from holdfast.kernel.expression.values import Meter, Plain

ROUND_DIGITS_MAX = 15
_SPELLED = "a number, or a text that spells one"


def absolute(_: Meter, value: Plain) -> object:
    """``abs(number)``."""
    return abs(a_number(value))


def rounded(_: Meter, value: Plain, digits: Plain = None) -> object:
    """``round(number, digits)``: to a whole number without ``digits``; halves go to the even neighbour."""
    number = a_number(value)
    if digits is None:
        return round(number)
    if type(digits) is not int or abs(digits) > ROUND_DIGITS_MAX:
        raise unexpected(f"a whole number of digits, {ROUND_DIGITS_MAX} at most", digits)
    return round(number, digits)


def spelled(meter: Meter, value: Plain) -> str:
    """``str(value)``."""
    if isinstance(value, list | dict):
        raise unexpected("a text, number, truth value or None", value)
    text = str(value)
    meter.spend_on(text)
    return text


def to_number(make: Callable[[str | int | float], object]) -> Callable[[Meter, Plain], object]:
    """Return ``int(…)`` or ``float(…)``: what ``make`` makes of a number or of a text that spells one."""

    def run(meter: Meter, value: Plain) -> object:
        if value is None or isinstance(value, list | dict):
            raise unexpected(_SPELLED, value)
        if isinstance(value, str):
            meter.spend_on(value)
        try:
            return make(value)
        except ValueError:
            raise unexpected(_SPELLED, value) from None

    return run


def changed(change: Callable[[str], str]) -> Callable[[Meter, Plain], str]:
    """Return a function of one text: ``lower(text)``."""

    def run(meter: Meter, value: Plain) -> str:
        meter.spend_on(a_text(value))
        return change(a_text(value))

    return run


def checked(check: Callable[[str, str], bool]) -> Callable[[Meter, Plain, Plain], bool]:
    """Return a claim about two texts: ``startswith(text, start)``."""

    def run(meter: Meter, value: Plain, wanted: Plain) -> bool:
        meter.spend_on(a_text(wanted))
        return check(a_text(value), a_text(wanted))

    return run
