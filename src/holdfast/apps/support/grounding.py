"""What an answer states that can be held against what was looked up: numbers, days, codes of things. Pure."""

import re
from collections.abc import Iterable
from decimal import Decimal

_CODE = re.compile(r"\b[A-Z]{1,3}-[A-Z0-9]+(?:-[A-Z0-9]+)*\b")
_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_NUMBER = re.compile(r"(?<![\w.-])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\w)|(?<![\w.-])\d+(?:\.\d+)?(?![\w-])")
_LISTED = re.compile(r"^\s*\d{1,2}[.)]\s", re.MULTILINE)


def unsupported(answer: str, known: Iterable[str]) -> list[str]:
    """Return what ``answer`` states and none of ``known`` does, in order: numbers by value, all else by letter."""
    given = _stated("\n".join(known))
    return [told for value, told in _stated(_LISTED.sub("", answer)).items() if value not in given]


def _stated(text: str) -> dict[object, str]:
    """Return what a text states, as it is compared, with how it stands there."""
    found: dict[object, str] = {}
    for kind in (_CODE, _DAY):
        for match in kind.finditer(text):
            found.setdefault(match[0], match[0])
        text = kind.sub(" ", text)
    for match in _NUMBER.finditer(text):
        found.setdefault(Decimal(match[0].replace(",", "")), match[0])
    return found
