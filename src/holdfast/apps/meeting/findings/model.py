"""What an analyst finds: points, the figures they state, the charts that show them; and a report made of it."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from holdfast.integration.tools.stock.sql.judge import SQL_CHARACTERS_MAX
from holdfast.integration.tools.stock.sql.rows import Cell, Parameter
from holdfast.integration.tools.stock.sql.tools import PARAMETERS_MAX

POINTS_MAX = 8
FIGURES_MAX = 8
CHARTS_MAX = 3

Statement = Annotated[str, Field(min_length=1, max_length=SQL_CHARACTERS_MAX)]
Parameters = Annotated[list[Parameter], Field(max_length=PARAMETERS_MAX)]


class Strict(BaseModel):
    """Takes the fields it declares, and no others."""

    model_config = ConfigDict(extra="forbid")


class Figure(Strict):
    """A number, name or day that a point states, and the query whose only value it is."""

    name: str = Field(min_length=1, max_length=120)
    value: str | int | float
    unit: str = Field(default="", max_length=20)
    statement: Statement
    parameters: Parameters = Field(default_factory=list)


class Point(Strict):
    """One thing found, in a sentence or two; every number in it is one of its figures."""

    text: str = Field(min_length=1, max_length=600)
    figures: list[Figure] = Field(min_length=1, max_length=FIGURES_MAX)


class Plot(Strict):
    """What a chart is to show: the rows of a query, its first column along the axis, a value for each."""

    title: str = Field(min_length=1, max_length=90)
    unit: str = Field(min_length=1, max_length=20)
    statement: Statement
    parameters: Parameters = Field(default_factory=list)
    stands_out: str | None = Field(default=None, max_length=80)
    """Which of the first column's values, or of the series, the chart is about."""


class Findings(Strict):
    """An analyst's answer."""

    points: list[Point] = Field(min_length=1, max_length=POINTS_MAX)
    charts: list[Plot] = Field(default_factory=list, max_length=CHARTS_MAX)


class Table(Strict):
    """What a collector has brought: the rows of the statement that answers a question."""

    source: str
    question: str
    statement: str
    parameters: list[Parameter]
    columns: list[str]
    rows: list[list[Cell]]
    note: str = ""


class Chart(Strict):
    """A chart that was drawn: two files below the folder of the run, and what they show in words."""

    title: str
    png: str
    svg: str


class Report(Strict):
    """What one analyst reports."""

    analyst: str
    company: str
    as_of: str
    points: list[Point]
    charts: list[Chart] = Field(default_factory=list)
    investigation: str | None = None
    """What became of an outage that was to be investigated."""
    notes: list[str] = Field(default_factory=list)
    """What a reader must know beside it: what is missing, or was not looked at."""
