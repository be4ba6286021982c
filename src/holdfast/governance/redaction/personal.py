"""Personal data that is known by its shape: e-mail addresses, phone numbers, account and card numbers.

What has no shape of its own (a name, a date of birth) is labelled where it is declared, as
``Annotated[str, Personal("name")]``.
"""

import re
from collections.abc import Callable, Iterator, Mapping

import msgspec

from holdfast.governance.redaction.walk import changed
from holdfast.kernel.errors import DefinitionError

_EMAIL = re.compile(
    r"(?<![\w.%+-])[\w.%+-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}))(?:\.[A-Za-z0-9-]{1,63}){0,8}\.[A-Za-z]{2,24}(?![\w-])"
)
_PHONE = re.compile(r"(?<![\w+])\+[1-9]\d{0,2}[ ./-]?(?:\(\d{1,5}\)[ ./-]?)?\d(?:[ ./-]?\d){6,12}(?![\w])")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}(?![A-Za-z0-9])")
_CARD = re.compile(r"(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-])")
_CARD_BEGINS = re.compile(
    r"4\d{12}(?:\d{3}){0,2}$|5[1-5]\d{14}$|2(?:2[2-9]|[3-6]\d|7[01])\d{13}$|3[47]\d{13}$|6(?:011|5\d\d)\d{12}$"
    r"|35\d{14}$|3(?:0[0-5]|[68]\d)\d{11}$"
)
_LABEL = re.compile(r"[a-z]+(?:-[a-z]+){0,3}")
MANY = b"0" * 9
"""So many digits, whatever stands between them, are in every number that is looked for."""
DIGITS = bytes(ord("0") if code in b"0123456789" else ord("x") for code in range(256))
BETWEEN = b" ./()-"


KEYWORD = "x-personal"
"""Says in a JSON Schema which label a text has."""


class Personal(msgspec.Struct, frozen=True):
    """Labels what stands in a field of a result: ``Annotated[str, Personal("name")]``."""

    label: str

    def __post_init__(self) -> None:
        if _LABEL.fullmatch(self.label) is None:
            raise DefinitionError(f"expected a label of small letters and -, such as name, found {self.label!r}")

    def __get_pydantic_json_schema__(
        self, core: object, handler: Callable[[object], dict[str, object]]
    ) -> dict[str, object]:
        return {**handler(core), KEYWORD: self.label}


class Labelled(msgspec.Struct, frozen=True, order=True):
    """Where something of a person stands, and what it is."""

    start: int
    end: int
    label: str


def labelled(text: str) -> list[Labelled]:
    """Return where personal data stands in ``text``, in order; no two overlap."""
    taken: list[Labelled] = []
    for found in _all(text):
        if not any(found.start < other.end and other.start < found.end for other in taken):
            taken.append(found)
    return sorted(taken)


def _all(text: str) -> Iterator[Labelled]:
    if "@" in text:
        yield from (Labelled(*match.span(), "email") for match in _EMAIL.finditer(text))
    if MANY not in text.encode("utf-8", "surrogatepass").translate(DIGITS, BETWEEN):
        return
    for match in _IBAN.finditer(text):
        if (length := _iban_length(match.group())) is not None:
            yield Labelled(match.start(), match.start() + length, "iban")
    if "+" in text:
        yield from (Labelled(*match.span(), "phone") for match in _PHONE.finditer(text))
    for match in _CARD.finditer(text):
        digits = re.sub(r"[ -]", "", match.group())
        if _CARD_BEGINS.match(digits) and _luhn(digits):
            yield Labelled(*match.span(), "card")


def _iban_length(text: str) -> int | None:
    """Return how much of ``text`` is an IBAN: upper-case words may follow one; None if nothing is."""
    ends = [index + 1 for index, character in enumerate(text) if character != " "]
    for end in reversed(ends):
        plain = text[:end].replace(" ", "")
        if len(plain) < 15:
            return None
        if int("".join(str(int(character, 36)) for character in plain[4:] + plain[:4])) % 97 == 1:
            return end
    return None


def _luhn(digits: str) -> bool:
    doubled = (int(digit) * (1 + index % 2) for index, digit in enumerate(reversed(digits)))
    return sum(number - 9 * (number > 9) for number in doubled) % 10 == 0


class Masks:
    """Stands a name in for each piece of personal data: ``[email-1]``, the same wherever the same value stands."""

    __slots__ = ("_counts", "_declared", "_names", "values")

    def __init__(self, declared: Mapping[str, str] | None = None) -> None:
        """``declared``: values that no shape tells, with their labels."""
        self.values: dict[str, str] = {}
        """By the name that stands for it, each value."""
        self._names: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        self._declared: tuple[str, ...] = ()
        for value, label in (declared or {}).items():
            self.declare(value, label)

    def declare(self, value: str, label: str) -> str:
        """Return what stands for ``value`` from now on; the first name of a value stays."""
        if value not in self._names:
            self._counts[label] = count = self._counts.get(label, 0) + 1
            self.take(value, f"[{label}-{count}]")
        return self._names[value]

    def take(self, value: str, name: str) -> None:
        """Let ``name`` stand for ``value``, as it did before."""
        label, _, count = name.strip("[]").rpartition("-")
        self._counts[label] = max(self._counts.get(label, 0), int(count))
        self._names[value], self.values[name] = name, value
        self._declared = tuple(sorted(self._names, key=lambda each: -len(each)))

    def text(self, text: str) -> str:
        """Return ``text`` with names in the place of personal data."""
        for value in self._declared:
            if value in text:
                text = _replaced(text, value, self._names[value])
        found = labelled(text)
        for each in found:
            self.declare(text[each.start : each.end], each.label)
        for each in reversed(found):
            text = text[: each.start] + self._names[text[each.start : each.end]] + text[each.end :]
        return text

    def data(self, data: object) -> object:
        """Return JSON-like data with names in the place of personal data."""
        return changed(data, self.text)

    def back(self, text: str) -> str:
        """Return ``text`` with what the names in it stand for."""
        for name, value in self.values.items():
            text = text.replace(name, value)
        return text


def _replaced(text: str, value: str, name: str) -> str:
    """Replace ``value`` where it stands as a word of its own: a short one may be part of another word."""
    before = r"(?<!\w)" if value[0].isalnum() else ""
    after = r"(?!\w)" if value[-1].isalnum() else ""
    return re.sub(f"{before}{re.escape(value)}{after}", lambda _: name, text)
