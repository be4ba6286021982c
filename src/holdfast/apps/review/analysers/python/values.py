"""What is known of a value at a place in a function: where it comes from, and whether it was built from strings."""

from dataclasses import dataclass
from enum import IntEnum

LITERAL_CHARS_MAX = 400


class Origin(IntEnum):
    """Who decides a value, from nobody but the author up to anybody outside."""

    CONSTANT = 0
    UNKNOWN = 1
    PARAMETER = 2
    EXTERNAL = 3


@dataclass(frozen=True, slots=True)
class Value:
    """Its origin, whether foreign parts were built into a string, and the literal parts of that string."""

    origin: Origin
    is_built: bool = False
    literal: str = ""


CONSTANT = Value(Origin.CONSTANT)
UNKNOWN = Value(Origin.UNKNOWN)
PARAMETER = Value(Origin.PARAMETER)
EXTERNAL = Value(Origin.EXTERNAL)


def joined(*values: Value) -> Value:
    """Return what several values are together when either may be meant."""
    return Value(
        max((value.origin for value in values), default=Origin.CONSTANT),
        any(value.is_built for value in values),
        " ".join(value.literal for value in values if value.literal)[:LITERAL_CHARS_MAX],
    )


def built(*parts: Value) -> Value:
    """Return a string put together from parts; built from constants alone it is one itself."""
    whole = joined(*parts)
    literal = "".join(part.literal for part in parts)[:LITERAL_CHARS_MAX]
    return Value(whole.origin, whole.origin > Origin.CONSTANT, literal)


def unbuilt(value: Value) -> Value:
    """Return the value as something of the same origin that is no text put together here."""
    return Value(value.origin)
