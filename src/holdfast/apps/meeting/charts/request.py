"""What a chart is to be made of, how it is designed, and the folder that it goes into."""

import enum
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import Field

from holdfast.apps.meeting.findings.model import Strict
from holdfast.apps.meeting.folder import Folder
from holdfast.integration.tools.stock.sql.rows import Cell
from holdfast.orchestration.application.app import Resources

ROWS_MAX = 400
SERIES_MAX = 6


class Wish(Strict):
    """Rows, and what the chart of them is to show. ``folder`` is where it goes."""

    title: str = Field(min_length=1, max_length=90)
    unit: str = Field(min_length=1, max_length=20)
    columns: list[str] = Field(min_length=2, max_length=3)
    rows: list[list[Cell]] = Field(min_length=1, max_length=ROWS_MAX)
    stands_out: str | None = None
    folder: str = Field(min_length=1)


class Kind(enum.StrEnum):
    """What a chart can be."""

    LINE = "line"
    """A development: the first column is time."""
    BARS = "bars"
    """A comparison: the first column is names."""


class Design(Strict):
    """How the rows are drawn. Columns go by their names; the values themselves stay where they are."""

    kind: Kind
    x: str
    value: str
    series: str | None = None
    x_label: str = Field(min_length=1, max_length=60)
    y_label: str = Field(min_length=1, max_length=60)
    stands_out: str | None = None


class Drawn(Strict):
    """The files of a chart, below the folder."""

    png: str = Field(pattern=r"^charts/[a-z0-9-]+\.png$")
    svg: str = Field(pattern=r"^charts/[a-z0-9-]+\.svg$")


@asynccontextmanager
async def open_folder(given: object) -> AsyncIterator[Resources]:
    """Hand out the rows and the folder. Raises InputError if the folder cannot be made."""
    assert isinstance(given, Wish)
    folder = Folder(Path(given.folder))
    folder.make()
    yield {Wish: given, Folder: folder}
