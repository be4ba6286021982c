"""The analysts' own steps: what there is to ask, what was collected, the rows of the charts, and the report."""

from pathlib import Path
from typing import Any

from holdfast.apps.meeting.analysts.request import Asked
from holdfast.apps.meeting.charts.request import ROWS_MAX, Wish
from holdfast.apps.meeting.company.company import Company
from holdfast.apps.meeting.findings.model import Chart, Findings, Plot, Report, Table
from holdfast.apps.meeting.findings.stating import unsupported
from holdfast.integration.tools.contract import Provided, ToolFailure, tool
from holdfast.integration.tools.stock.sql.database import Database
from holdfast.integration.tools.stock.sql.rows import SqlLimits
from holdfast.integration.tools.stock.sql.tools import stop_of
from holdfast.integration.tools.timing import Cancelled, Deadline
from holdfast.kernel.effects import Effect

SERIES_ROWS = SqlLimits(rows_max=ROWS_MAX, result_bytes_max=40_000, seconds_max=5.0)


@tool(effect=Effect.READ)
def tell_sources(systems: list[str], *, company: Provided[Company]) -> dict[str, Any]:
    """Say which day it is, and what the sources of some systems hold."""
    return {**company.about(), "sources": company.sources(systems)}


@tool(effect=Effect.PURE)
def gather(before: list[Table], collected: list[Table], asked: Asked) -> dict[str, Any]:
    """Put what was collected to what there was, and say whether anything more was asked for."""
    tables = [table.model_dump(mode="json") for table in (*before, *collected)]
    return {"tables": tables, "is_enough": not asked.wanted}


@tool(effect=Effect.READ)
def chart_rows(
    plots: list[Plot],
    folder: str,
    *,
    database: Provided[Database],
    deadline: Provided[Deadline],
    cancelled: Provided[Cancelled],
) -> list[Wish]:
    """Ask for the rows of each chart. Fails for a query without any, or a title that states what they do not show."""
    stop, wishes = stop_of(deadline, cancelled), list[Wish]()
    for plot in plots:
        found = database.query(plot.statement, plot.parameters, SERIES_ROWS, stop)
        if not found.rows or len(found.columns) not in (2, 3):
            raise ToolFailure(f"the query of {plot.title!r} gives nothing to draw", hint="select two or three columns")
        shown = [plot.statement, *plot.parameters, *(cell for row in found.rows for cell in row)]
        if missing := unsupported(plot.title, shown):
            raise ToolFailure(f"the title {plot.title!r} states {', '.join(missing)}, which its rows do not show")
        wishes.append(
            Wish(
                title=plot.title,
                unit=plot.unit,
                columns=found.columns,
                rows=found.rows,
                stands_out=plot.stands_out,
                folder=folder,
            )
        )
    return wishes


@tool(effect=Effect.PURE)
def no_charts() -> list[Chart]:
    """Do without charts."""
    return []


@tool(effect=Effect.PURE)
def not_investigated() -> None:
    """Do without an investigation."""


@tool(effect=Effect.PURE)
def make_report(
    analyst: str,
    company: str,
    as_of: str,
    findings: Findings,
    charts: list[Chart | None],
    case: str | None,
    investigation: dict[str, Any] | None,
) -> Report:
    """Put the report together, with a note on what is missing."""
    drawn = [chart for chart in charts if chart is not None]
    notes = []
    if len(drawn) < len(findings.charts):
        notes.append(f"{len(findings.charts) - len(drawn)} of {len(findings.charts)} charts could not be drawn")
    if case is not None and investigation is None:
        notes.append(f"the outage {Path(case).stem} could not be investigated")
    return Report(
        analyst=analyst,
        company=company,
        as_of=as_of,
        points=findings.points,
        charts=drawn,
        notes=notes,
        investigation=None if case is None or investigation is None else _told(Path(case).stem, investigation),
    )


def _told(case: str, found: dict[str, Any]) -> str:
    """Return in words what an investigation has found."""
    if not found.get("cause"):
        return f"The outage {case} was investigated, and no cause was found that its data show."
    evidence = [str(fact["says"]) for fact in found.get("evidence", []) if isinstance(fact, dict) and "says" in fact]
    parts = (
        f"The outage {case}: {found['cause']} ({found.get('component', 'component unknown')}).",
        f"Evidence: {'; '.join(evidence[:3])}." if evidence else "",
        f"Remedy: {found['remedy']}" if found.get("remedy") else "",
    )
    return " ".join(filter(None, parts))
