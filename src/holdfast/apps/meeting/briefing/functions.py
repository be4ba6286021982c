"""The assistant's own steps: earlier reports, figures computed anew, the briefing put together, kept and published."""

from typing import Any

from holdfast.apps.meeting.briefing.assembling import assembled, unsupported_in
from holdfast.apps.meeting.briefing.markdown import BRIEFING, FIGURES, figures_page, markdown
from holdfast.apps.meeting.briefing.model import Analyst, Briefing, Checked, Draft, LeftOut, Plan, Rung, Section
from holdfast.apps.meeting.company.company import Company
from holdfast.apps.meeting.findings.checking import Checker
from holdfast.apps.meeting.findings.model import Report
from holdfast.apps.meeting.folder import Folder
from holdfast.apps.meeting.request import LAST_REPORTS, LastReports
from holdfast.integration.tools.contract import IdempotencyKey, Provided, ToolFailure, tool
from holdfast.integration.tools.stock.sql.tools import stop_of
from holdfast.integration.tools.timing import Cancelled, Deadline
from holdfast.kernel.effects import Effect

CHECK_SECONDS = 120.0
SYSTEM_OF = {Analyst.FINANCIAL: "finance", Analyst.SHIPPING: "shipping", Analyst.INCIDENTS: "incidents"}


@tool(effect=Effect.READ)
def last_report(analyst: Analyst, *, last: Provided[LastReports], company: Provided[Company]) -> Report:
    """Return the analyst's last report of this company. Fails if there is none."""
    found = last.folder.read(_place(analyst))
    report = None if found is None else Report.model_validate_json(found)
    if report is None or report.company != company.about()["name"]:
        raise ToolFailure(f"there is no earlier report of the {analyst} analyst")
    return report


@tool(effect=Effect.PURE)
def not_available() -> None:
    """Do without the analysis."""


@tool(effect=Effect.READ, timeout_seconds=CHECK_SECONDS)
def check_reports(
    plan: Plan,
    reports: dict[str, dict[str, Any] | None],
    *,
    company: Provided[Company],
    deadline: Provided[Deadline],
    cancelled: Provided[Cancelled],
) -> Checked:
    """Compute every figure of every report anew; leave out the points that state what the data do not show.

    Where the system is down nothing can be computed: what is there then is an earlier report, and is said to be so.
    """
    sections, left_out = list[Section](), list[LeftOut]()
    planned = {each.analyst for each in plan.analyses}
    for analyst in sorted(planned, key=list(Analyst).index):
        answer = reports.get(analyst) or {"rung": Rung.NONE, "value": None}
        system = SYSTEM_OF[analyst]
        is_down = company.is_down(system)
        report = None if answer["value"] is None else Report.model_validate(answer["value"])
        if report is not None and not is_down:
            checker = Checker(company.database((system,)), stop_of(deadline, cancelled))
            report, lost = _held(report, checker)
            left_out += lost
        rung = Rung(answer["rung"])
        why = f"the {system} system is down" if is_down else "" if rung is Rung.LIVE else "the analysis failed"
        is_checked = report is not None and not is_down
        sections.append(Section(analyst=analyst, rung=rung, report=report, is_checked=is_checked, why=why))
    return Checked(sections=sections, left_out=left_out)


@tool(effect=Effect.READ)
def put_together_whole(
    request: str, plan: Plan, draft: Draft, checked: Checked, *, company: Provided[Company]
) -> Briefing:
    """Put the briefing together. Fails if anything that was stated is not shown by the data, or nobody could tell."""
    for section in checked.sections:
        if section.rung is Rung.LIVE and not section.is_checked:
            raise ToolFailure(f"the {section.analyst} figures could not be checked: {section.why}")
    lost = [*checked.left_out, *unsupported_in(draft, checked, company.about()["as_of"])]
    if lost:
        raise ToolFailure(f"{len(lost)} statements are not shown by the data, the first: {lost[0].why}")
    return assembled(request, plan, draft, checked, company.about())


@tool(effect=Effect.READ)
def put_together_supported(
    request: str, plan: Plan, draft: Draft, checked: Checked, *, company: Provided[Company]
) -> Briefing:
    """Put the briefing together without what the data do not show, and say what that was."""
    return assembled(request, plan, draft, checked, company.about())


@tool(effect=Effect.KEYED)
def drop_reports(checked: Checked, *, key: IdempotencyKey, last: Provided[LastReports]) -> None:
    """Keep the reports of today no longer: on a day without one there is none to fall back on."""
    for section in checked.sections:
        last.folder.remove(_place(section.analyst))


@tool(effect=Effect.KEYED, undo=drop_reports)
def keep_reports(checked: Checked, *, key: IdempotencyKey, last: Provided[LastReports]) -> list[Analyst]:
    """Keep the reports of today that hold as a whole, for a day on which there will be none. Without their charts."""
    lost = {each.analyst for each in checked.left_out}
    kept = list[Analyst]()
    for section in checked.sections:
        if section.rung is Rung.LIVE and section.is_checked and section.analyst not in lost:
            assert section.report is not None, "a report was checked"
            report = section.report.model_copy(update={"charts": [], "notes": [], "investigation": None})
            last.folder.put(_place(section.analyst), report.model_dump_json(indent=2).encode(), key)
            kept.append(section.analyst)
    return kept


@tool(effect=Effect.KEYED)
def withdraw(*, key: IdempotencyKey, folder: Provided[Folder]) -> None:
    """Take the briefing out of the folder again. Its charts stay."""
    folder.remove(BRIEFING)
    folder.remove(FIGURES)


@tool(effect=Effect.KEYED, undo=withdraw)
def publish(briefing: Briefing, *, key: IdempotencyKey, folder: Provided[Folder]) -> Briefing:
    """Write the briefing into the folder, beside its charts."""
    folder.put(FIGURES, figures_page(briefing).encode(), key)
    folder.put(BRIEFING, markdown(briefing).encode(), key)
    return briefing.model_copy(update={"file": str(folder.root / BRIEFING)})


def _held(report: Report, checker: Checker) -> tuple[Report, list[LeftOut]]:
    """Return the report without the points that do not hold, and those."""
    objections = [(point, checker.objection(point)) for point in report.points]
    lost = [LeftOut(analyst=report.analyst, text=point.text, why=wrong) for point, wrong in objections if wrong]
    kept = [point for point, wrong in objections if not wrong]
    return report.model_copy(update={"points": kept}), lost


def _place(analyst: Analyst) -> str:
    return f"{LAST_REPORTS}/{analyst}.json"
