"""The values expressions know: JSON's, of exactly Python's own types, so that no code of others ever runs."""

import itertools
import math
from collections.abc import Iterable

from holdfast.kernel.errors import ExpressionError

Plain = bool | int | float | str | list[object] | dict[str, object] | None

INTEGER_BITS_MAX = 256
"""The largest whole number, in bits; it also keeps every whole number convertible to a float."""
NESTING_MAX = 64
"""How deep lists and dicts may nest in what is compared or given back."""
CHARACTERS_A_STEP = 64
"""How many characters of a string cost as much as one step."""
FIELDS_SHOWN_MAX = 12
TEXT_SHOWN_MAX = 40
EXPRESSION_SHOWN_MAX = 160


class Meter:
    """Counts down from a limit, so that whatever is metered ends."""

    __slots__ = ("_left", "_limit", "_what")

    def __init__(self, what: str, limit: int) -> None:
        self._what = what
        self._limit = limit
        self._left = limit

    def spend(self, steps: int = 1) -> None:
        """Take ``steps`` off what is left. Raises ExpressionError when that is too little."""
        self._left -= steps
        if self._left < 0:
            raise ExpressionError(f"expected at most {self._limit:,} {self._what}, found more: narrow it down")

    def spend_on(self, text: str) -> None:
        """Take off what reading or making ``text`` costs."""
        self.spend(1 + len(text) // CHARACTERS_A_STEP)


def admitted(value: object, meter: Meter) -> Plain:
    """Return ``value`` if it is plain at its surface, a tuple as a list. Raises ExpressionError for all else."""
    if value is None or type(value) is bool or type(value) is str or type(value) is list or type(value) is dict:
        return value
    if type(value) is int:
        if value.bit_length() > INTEGER_BITS_MAX:
            raise ExpressionError(f"expected a whole number of at most {INTEGER_BITS_MAX} bits, found a longer one")
        return value
    if type(value) is float:
        if not math.isfinite(value):
            raise ExpressionError(f"expected a finite number, found {value}")
        return value
    if type(value) is tuple:
        meter.spend(len(value))
        return list(value)
    raise ExpressionError(f"expected strings, numbers, lists and dicts, found {_kind_of(value)}: turn it into these")


def settled(value: object, meter: Meter, depth: int = 0) -> Plain:
    """Return a copy of ``value`` that is plain all through. Raises ExpressionError if it is not, or is too large."""
    if depth > NESTING_MAX:
        raise ExpressionError(f"expected data nested at most {NESTING_MAX} deep, found deeper")
    plain = admitted(value, meter)
    meter.spend()
    match plain:
        case str():
            meter.spend(len(plain) // CHARACTERS_A_STEP)
            return plain
        case list():
            return [settled(each, meter, depth + 1) for each in plain]
        case dict():
            return {_key(key, meter): settled(each, meter, depth + 1) for key, each in plain.items()}
        case _:
            return plain


def described(value: Plain) -> str:
    """Return what ``value`` is, for a message."""
    match value:
        case None:
            return "None"
        case bool():
            return str(value)
        case int() | float():
            return f"the number {value}"
        case str():
            return f"the text {shortened(value)}"
        case list():
            return f"a list of {len(value)}"
        case dict():
            return f"a dict with {listed(value)}"


def listed(names: Iterable[object]) -> str:
    """Return the first few of ``names``, for a message."""
    shown = list(itertools.islice((name for name in names if type(name) is str), FIELDS_SHOWN_MAX + 1))
    if not shown:
        return "nothing"
    more = ", …" if len(shown) > FIELDS_SHOWN_MAX else ""
    return ", ".join(shortened(name) for name in shown[:FIELDS_SHOWN_MAX]) + more


def shortened(text: str, length_max: int = TEXT_SHOWN_MAX) -> str:
    """Return ``text`` in quotes, cut where it is long."""
    return repr(text if len(text) <= length_max else text[: length_max - 1] + "…")


def _key(key: object, meter: Meter) -> str:
    if type(key) is str:
        meter.spend(len(key) // CHARACTERS_A_STEP)
        return key
    raise ExpressionError(f"expected a dict with text keys, found a key that is {_kind_of(key)}")


def _kind_of(value: object) -> str:
    return f"an object of type {type(value).__name__}"
