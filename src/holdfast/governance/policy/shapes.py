"""How arguments look to Cedar: which of its types a JSON Schema comes to, and values written as that type.

Cedar has whole numbers of 64 bits, decimals of four digits after the point, texts, truth values, sets and records. Of
what fits none of them (unions, free dicts) policies cannot speak. No value is rounded to fit: money that was cut off
could slip under a limit.
"""

import enum
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

import msgspec

DECIMAL_DIGITS = 4
DECIMAL_DIGITS_BEFORE = 14
LONG_MAX = 2**63 - 1
_ESCAPES = "__"
"""What begins so means something else to Cedar's JSON: no field of ours may."""


class Kind(enum.StrEnum):
    """The types without parts, as Cedar names them."""

    LONG = "Long"
    DECIMAL = "decimal"
    STRING = "String"
    BOOL = "Bool"


class SetOf(msgspec.Struct, frozen=True):
    """Items of one type, without order."""

    of: "Shape"


class Field(msgspec.Struct, frozen=True):
    """A field of a record; an optional one is left out where its value is None."""

    shape: "Shape"
    is_optional: bool = False


class RecordOf(msgspec.Struct, frozen=True):
    """Named fields."""

    fields: dict[str, Field]
    unsaid: frozenset[str] = frozenset()
    """Fields that there are, and whose type is none of Cedar's."""


Shape = Kind | SetOf | RecordOf


class Unrepresentable(ValueError):
    """A value has the declared type and cannot be said in Cedar."""


def record_of(schema: Mapping[str, object]) -> RecordOf:
    """Return the record that an object's schema comes to, with what of it cannot be said."""
    properties, required = _mapping(schema.get("properties")), schema.get("required")
    fields, unsaid = dict[str, Field](), set[str]()
    for name, part in properties.items():
        shape, is_nullable = _read(_mapping(part))
        if shape is None or name.startswith(_ESCAPES):
            unsaid.add(name)
        else:
            is_required = isinstance(required, list) and name in required
            fields[name] = Field(shape, is_nullable or not (is_required or "default" in _mapping(part)))
    return RecordOf(fields, frozenset(unsaid))


def _read(schema: Mapping[str, object]) -> tuple[Shape | None, bool]:
    """Return the type, None if Cedar has none, and whether the value may be None."""
    choices = schema.get("anyOf")
    if not isinstance(choices, list):
        return _plain(schema), False
    parts = [_mapping(choice) for choice in choices]
    said = [part for part in parts if part.get("type") != "null"]
    return _joined(said), len(said) < len(parts)


def _joined(choices: list[dict[str, object]]) -> Shape | None:
    """Return the one type of all ``choices``: numbers of both kinds, also spelled out, are decimals."""
    types = {choice.get("type") for choice in choices}
    if len(choices) == 1:
        return _read(choices[0])[0]
    return Kind.DECIMAL if "number" in types and types <= {"number", "integer", "string"} else None


def _plain(schema: Mapping[str, object]) -> Shape | None:
    match schema.get("type"):
        case "integer":
            return Kind.LONG
        case "number":
            return Kind.DECIMAL
        case "string":
            return Kind.STRING
        case "boolean":
            return Kind.BOOL
        case "array" if "prefixItems" not in schema:
            of, is_nullable = _read(_mapping(schema.get("items")))
            return None if of is None or is_nullable else SetOf(of)
        case "object" if schema.get("properties") and not schema.get("additionalProperties"):
            record = record_of(schema)
            return None if record.unsaid else record
        case _:
            return None


def cedar_type(shape: Shape) -> str:
    """Return how a Cedar schema names the type."""
    match shape:
        case Kind():
            return shape.value
        case SetOf(of):
            return f"Set<{cedar_type(of)}>"
        case RecordOf(fields):
            return f"{{{', '.join(_typed(name, field) for name, field in fields.items())}}}"


def _typed(name: str, field: Field) -> str:
    return f"{quoted(name)}{'?' * field.is_optional}: {cedar_type(field.shape)}"


def represent(value: object, shape: Shape) -> object:
    """Return ``value`` as Cedar's JSON has it. Raises Unrepresentable."""
    match shape, value:
        case (Kind.STRING, str()) | (Kind.BOOL, bool()):
            return value
        case Kind.LONG, int() if not isinstance(value, bool):
            if abs(value) > LONG_MAX:
                raise Unrepresentable(f"{value} is larger than 64 bits hold")
            return value
        case Kind.DECIMAL, (int() | float() | str()) if not isinstance(value, bool):
            return _decimal(value)
        case SetOf(of), list():
            return [represent(each, of) for each in value]
        case RecordOf(), dict():
            return _record(value, shape)
        case _:
            raise Unrepresentable(f"expected {cedar_type(shape)}, found {type(value).__name__}")


def _record(value: dict[str, object], shape: RecordOf) -> dict[str, object]:
    if unknown := value.keys() - shape.fields.keys():
        raise Unrepresentable(f"it has {', '.join(sorted(unknown))}, which its declaration has not")
    said = dict[str, object]()
    for name, field in shape.fields.items():
        part = value.get(name)
        if part is not None:
            said[name] = represent(part, field.shape)
        elif not field.is_optional:
            raise Unrepresentable(f"it has no {name}")
    return said


def _decimal(value: int | float | str) -> object:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise Unrepresentable(f"{value!r} is not a number") from None
    if not is_decimal(number):
        limits = f"at most {DECIMAL_DIGITS_BEFORE} digits before the point and {DECIMAL_DIGITS} after it"
        raise Unrepresentable(f"expected {limits}, found {value}")
    return decimal_value(number)


def is_decimal(number: Decimal) -> bool:
    """Whether Cedar's decimals can hold it exactly."""
    return number.is_finite() and number.adjusted() < DECIMAL_DIGITS_BEFORE and number == round(number, DECIMAL_DIGITS)


def decimal_value(number: Decimal) -> object:
    """Return a decimal of Cedar's JSON. Digits beyond the fourth must be gone already."""
    return {"__extn": {"fn": "decimal", "arg": f"{number:.{DECIMAL_DIGITS}f}"}}


def quoted(text: str) -> str:
    """Return ``text`` as a literal of Cedar."""
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    return character if character.isprintable() else f"\\u{{{ord(character):x}}}"


def _mapping(part: object) -> dict[str, object]:
    return part if isinstance(part, dict) else {}
