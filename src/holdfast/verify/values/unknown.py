"""A value that only a run will tell, by where it comes from; and what is imagined of it on one path. Pure."""

import enum
from dataclasses import dataclass, field
from typing import TypeAlias

from rpds import HashTrieMap

from holdfast.verify.values.schema import ANYTHING, Schema


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value, or a part of one, of which no more is known than its schema. The same source is the same value."""

    source: str
    """The path of the node that gives it, or ``input``."""
    steps: tuple[str | int, ...] = ()
    """The fields and items on the way to the part."""
    schema: Schema = field(default=ANYTHING, compare=False)

    def part(self, step: str | int, schema: Schema) -> "Unknown":
        """Return the part of it that ``step`` leads to."""
        return Unknown(self.source, (*self.steps, step), schema)

    def __str__(self) -> str:
        told = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.steps)
        return f"{self.source}{told}"


COMPUTED = Unknown("computed")
"""What comes of values that nobody knows, or changes while a run goes on: nothing is ever imagined of it."""


class Known(enum.Enum):
    """What can be imagined of a value beside a text, a number, a truth value, or None."""

    SOMETHING = "something"
    """It is not None; no more is asked of it."""


@dataclass(frozen=True, slots=True)
class Items:
    """It is a list of so many items."""

    count: int


Imagined = None | bool | int | float | str | Items | Known
Imaginings: TypeAlias = "HashTrieMap[Unknown, Imagined]"
"""What is imagined on one path, by the value; nothing of a value that nothing was decided by."""


class Want(enum.Enum):
    """What must be known of a value for an expression to go on."""

    TRUTH = "whether it counts as true"
    PLAIN = "what it is"
    ITEMS = "how many items it has"
    PRESENCE = "whether it is None"


class Asks(Exception):
    """An expression cannot go on before something is imagined of ``unknown``."""

    def __init__(self, unknown: Unknown, want: Want) -> None:
        super().__init__(f"{unknown}: {want.value}")
        self.unknown, self.want = unknown, want


class Undecided(Exception):
    """What an expression gives cannot be told by imagining single values: it lies outside of what is decided."""
