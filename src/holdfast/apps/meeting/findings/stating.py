"""Which numbers and days a text states, and which of them nothing supports. Pure."""

import re
from collections.abc import Iterable
from decimal import Decimal

_DAY = re.compile(r"\b\d{4}-\d{2}(?:-\d{2})?\b")
_CODE = re.compile(r"\b[A-Z]{1,4}-[A-Z0-9]+\b")
_NUMBER = re.compile(r"(?<![\w.])[-−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?!\w)")

Stated = str | Decimal


def stated(text: str) -> dict[Stated, str]:
    """Return the numbers, days, months and codes in ``text``, as they are compared, with how they stand there."""
    found: dict[Stated, str] = {}
    for kind in (_CODE, _DAY):
        for match in kind.finditer(text):
            found.setdefault(match[0], match[0])
        text = kind.sub(" ", text)
    for match in _NUMBER.finditer(text):
        found.setdefault(abs(Decimal(match[0].replace(",", "").replace("−", "-"))), match[0])
    return found


def values_of(known: Iterable[object]) -> set[Stated]:
    """Return what values support: a number itself, whatever its sign, and all that a text states."""
    held = set[Stated]()
    for value in known:
        match value:
            case bool() | None:
                continue
            case int() | float():
                held.add(abs(Decimal(str(value))))
            case _:
                held.update(stated(str(value)))
    return held


def unsupported(text: str, known: Iterable[object]) -> list[str]:
    """Return what ``text`` states and no value of ``known`` does, as it stands there."""
    held = values_of(known)
    return [as_written for value, as_written in stated(text).items() if value not in held]
