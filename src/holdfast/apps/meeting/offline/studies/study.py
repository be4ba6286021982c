"""A study: what an analyst asks for, claims and plots, given what was collected; and how that is read."""

import itertools
from collections.abc import Callable, Mapping, Sequence

import msgspec

Cell = str | int | float | None
Asked = tuple[str, str]
"""A source, and a question to it."""


class Table(msgspec.Struct, frozen=True):
    """Rows that a collector has brought."""

    source: str
    question: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def records(self) -> list[Mapping[str, Cell]]:
        """The rows, by column."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


class Known(msgspec.Struct, frozen=True):
    """What an analyst knows."""

    as_of: str
    sources: tuple[str, ...]
    tables: tuple[Table, ...]

    def records(self, question: str) -> list[Mapping[str, Cell]]:
        """Return the rows that answer a question; none if it was not asked."""
        return next((table.records for table in self.tables if table.question == question), [])


class Figure(msgspec.Struct, frozen=True):
    """A value that is to be looked up, and what it is called in the text."""

    key: str
    name: str
    statement: str
    parameters: tuple[Cell, ...] = ()
    unit: str = ""


class Claim(msgspec.Struct, frozen=True):
    """Something to say; ``{key}`` stands for the value of a figure."""

    text: str
    figures: tuple[Figure, ...]


class Plot(msgspec.Struct, frozen=True):
    """A chart to ask for."""

    title: str
    unit: str
    statement: str
    parameters: tuple[Cell, ...] = ()
    stands_out: str | None = None


class Study(msgspec.Struct, frozen=True):
    """How one analyst goes about it."""

    asks: Callable[[Known], list[Asked]]
    claims: Callable[[Known], list[Claim]]
    plots: Callable[[Known], list[Plot]]


def number(cell: Cell) -> float:
    """Return a cell as a number; what is none counts as nothing."""
    return float(cell) if isinstance(cell, int | float) else 0.0


def largest_step(values: Sequence[tuple[str, float]]) -> tuple[str, str] | None:
    """Return between which neighbours the values rise most; None if they never do."""
    steps = [(after[1] - before[1], before[0], after[0]) for before, after in itertools.pairwise(values)]
    rise, before, after = max(steps, default=(0.0, "", ""))
    return (before, after) if rise > 0 else None


def months_before(day: str, months: int) -> str:
    """Return the first day of the month that lies so many months before that of ``day``."""
    count = int(day[:4]) * 12 + int(day[5:7]) - 1 - months
    return f"{count // 12}-{count % 12 + 1:02}-01"
