"""The investigation's own steps: the case in brief, hypotheses weighed, and the report, each claim looked up again."""

from typing import Any

from holdfast.apps.incident import report as reports
from holdfast.apps.incident.citing import Checked
from holdfast.apps.incident.findings import Explanation, Hypotheses, Verdict, Verdicts
from holdfast.apps.incident.knowing import Known, after_round
from holdfast.apps.incident.report import Report
from holdfast.integration.tools.contract import Provided, ToolFailure, tool
from holdfast.integration.tools.stock.sql.database import Database
from holdfast.integration.tools.stock.sql.rows import SqlLimits
from holdfast.integration.tools.stock.sql.tools import stop_of
from holdfast.integration.tools.timing import Cancelled, Deadline
from holdfast.kernel.effects import Effect

EVIDENCE_MIN = 2
"""With fewer facts that hold a cause is not shown."""
SECONDS_MAX = 120.0

_BRIEF = {
    "window": "SELECT min(at) AS begins, max(at) AS ends FROM metrics",
    "alerts": "SELECT at, service, text FROM alerts ORDER BY at LIMIT 20",
    "services": "SELECT name, tier FROM services ORDER BY name LIMIT 200",
    "dependencies": "SELECT caller, callee FROM dependencies ORDER BY caller, callee LIMIT 500",
    "metrics": "SELECT metric, count(DISTINCT service) AS services FROM metrics GROUP BY metric LIMIT 100",
}
_LIMITS = SqlLimits(rows_max=500)


@tool(effect=Effect.READ, timeout_seconds=SECONDS_MAX)
def brief(
    *, database: Provided[Database], deadline: Provided[Deadline], cancelled: Provided[Cancelled]
) -> dict[str, Any]:
    """Tell what everybody needs to know of a case: its hours, alerts, services, who calls whom, what is measured."""
    stop, told = stop_of(deadline, cancelled), dict[str, Any]()
    for name, statement in _BRIEF.items():
        rows = database.query(statement, [], _LIMITS, stop)
        told[name] = [dict(zip(rows.columns, row, strict=True)) for row in rows.rows]
    tables = database.tables(_LIMITS, stop)
    told["tables"] = {each.name: [column.name for column in each.columns] for each in tables}
    return told


@tool(effect=Effect.READ, timeout_seconds=SECONDS_MAX)
def weigh(
    known: Known | None,
    supposed: Hypotheses,
    tested: Verdicts,
    *,
    database: Provided[Database],
    deadline: Provided[Deadline],
    cancelled: Provided[Cancelled],
) -> Known:
    """Weigh a round: a reason that its citation does not show is dropped, a verdict without any is open."""
    checked = Checked(database, stop_of(deadline, cancelled))
    verdicts = [
        Verdict(hypothesis=each.hypothesis, standing=each.standing, reasons=checked.kept(each.reasons))
        for each in tested.verdicts
    ]
    said, kept = (sum(len(each.reasons) for each in some) for some in (tested.verdicts, verdicts))
    return after_round(known or Known(), supposed, Verdicts(verdicts=verdicts), said - kept)


@tool(effect=Effect.PURE)
def break_off(known: Known | None) -> Known:
    """Return what was known before a round that failed, after which there is none."""
    return (known or Known()).model_copy(update={"is_over": True})


@tool(effect=Effect.PURE)
def one_stands(known: Known) -> dict[str, Any]:
    """Return the hypothesis that stands alone. Fails if there is none."""
    if known.found is None:
        raise ToolFailure(f"after {known.rounds} rounds no hypothesis stands alone")
    return known.found.model_dump(mode="json")


@tool(effect=Effect.READ, timeout_seconds=SECONDS_MAX)
def conclude(
    explanation: Explanation,
    known: Known,
    *,
    database: Provided[Database],
    deadline: Provided[Deadline],
    cancelled: Provided[Cancelled],
) -> Report:
    """Return the report with the evidence that holds. Fails if too little of it does."""
    kept = Checked(database, stop_of(deadline, cancelled)).kept(explanation.evidence)
    if len(kept) < EVIDENCE_MIN:
        raise ToolFailure(f"expected {EVIDENCE_MIN} facts that what they cite shows, found {len(kept)}")
    return reports.found(explanation, kept, known)


@tool(effect=Effect.PURE)
def admit(known: Known) -> Report:
    """Return the report that says that no cause was found, and what was ruled out."""
    return reports.not_found(known)


@tool(effect=Effect.PURE)
def hand_over(report: Report) -> Report:
    """Return the report, whichever way it came about."""
    return report
