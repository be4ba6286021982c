"""What a query returns: rows of plain cells, as many as its limits let through, and a word where they did not."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

Cell = str | int | float | None
Parameter = str | int | float | None

BLOB_BYTES_SHOWN = 32
CELL_CHARACTERS_MAX = 2_000


@dataclass(frozen=True, slots=True)
class SqlLimits:
    """What one query may cost."""

    rows_max: int = 200
    result_bytes_max: int = 100_000
    seconds_max: float = 10.0


@dataclass(frozen=True, slots=True)
class Rows:
    """The columns and rows of a query; ``left_out`` says what of them is missing, and is empty if nothing is."""

    columns: list[str]
    rows: list[list[Cell]]
    left_out: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column as the database declares it."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table or view that may be read."""

    name: str
    columns: list[Column]


class Stop(Protocol):
    """Says whether a query is to be given up."""

    def __call__(self) -> bool:
        """Return whether its time is up, or nobody waits for it any more."""


def gathered(columns: Sequence[str], found: Iterable[Sequence[object]], limits: SqlLimits) -> Rows:
    """Return as many of the rows ``found`` as fit ``limits``; no more than one beyond them is asked for."""
    rows, bytes_left = list[list[Cell]](), limits.result_bytes_max
    for each in found:
        if len(rows) == limits.rows_max:
            return Rows([*columns], rows, f"there are more than {limits.rows_max} rows: ask for fewer, or count them")
        row = [_plain(value) for value in each]
        bytes_left -= sum(len(str(cell).encode("utf-8", "surrogatepass")) for cell in row)
        if bytes_left < 0:
            told = f"the rows are longer than {limits.result_bytes_max} bytes: ask for fewer rows or columns"
            return Rows([*columns], rows, told)
        rows.append(row)
    return Rows([*columns], rows)


def _plain(value: object) -> Cell:
    match value:
        case None | int():
            return value
        case float():
            return value if math.isfinite(value) else str(value)
        case bytes() | memoryview():
            shown = bytes(value[:BLOB_BYTES_SHOWN]).hex()
            return f"{len(value)} bytes: {shown}{'…' if len(value) > BLOB_BYTES_SHOWN else ''}"
        case Decimal():
            return str(value)
        case _:
            text = str(value)
            return (
                text if len(text) <= CELL_CHARACTERS_MAX else f"{text[:CELL_CHARACTERS_MAX]}… ({len(text)} characters)"
            )
