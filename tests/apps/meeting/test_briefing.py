"""The briefing says what is true of the company, no number that its data do not show, and what is missing."""

import re
from pathlib import Path

import pytest

from holdfast.apps.meeting.briefing.functions import (
    check_reports,
    put_together_supported,
    put_together_whole,
    withdraw,
)
from holdfast.apps.meeting.briefing.markdown import BRIEFING, FIGURES
from holdfast.apps.meeting.briefing.model import Analyst, Briefing, Checked, Draft, Plan, Planned, Rung
from holdfast.apps.meeting.company.company import Company
from holdfast.apps.meeting.company.founding import found
from holdfast.apps.meeting.folder import Folder
from holdfast.integration.gateway.lines import answer_json
from holdfast.integration.tools.contract import ToolFailure
from holdfast.integration.tools.timing import Cancelled, Deadline
from holdfast.kernel.clock import SystemClock
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from holdfast.testing import ScriptedModel, call, calls, fail
from tests.apps.meeting.conftest import Prepared
from tests.apps.meeting.firm import open_firm, section, told

ONE = "SELECT count(*) AS invoices FROM invoices"


@pytest.mark.parametrize("seed", [3, 4, 5])
async def test_it_says_what_is_true_of_the_company(tmp_path: Path, seed: int) -> None:
    async with open_firm(tmp_path, seed) as firm:
        state, briefing = await firm.prepared()
        story = firm.story
    assert (state.outcome, briefing.left_out, briefing.notes) == (Outcome.SUCCEEDED, [], [])
    finance, shipping, incidents = (told(briefing, analyst) for analyst in Analyst)
    assert f" in {story.month_before} to" in finance
    assert f"What made it fall is {story.account}:" in finance
    assert f"in the segment {story.segment}:" in finance
    assert f"{story.carrier} is late most often:" in shipping
    assert f"worst on the lane {story.lane}:" in shipping
    assert f"{story.small_carrier} has" in shipping
    assert "too few to judge it by" in shipping
    assert f"{story.service} was hit for longest:" in incidents
    assert f"In the week of {story.week} " in incidents
    assert any(story.carrier in decision for decision in briefing.decisions)


def test_a_briefing_that_is_withdrawn_is_gone_and_its_charts_stay(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    for name in (BRIEFING, FIGURES, "charts/a.png"):
        folder.put(name, b"x", "k")
    for _ in range(2):
        withdraw.function(key="u", folder=folder)
    assert [each.name for each in tmp_path.rglob("*") if each.is_file()] == ["a.png"]


def test_its_figures_are_those_of_the_data(whole: Prepared) -> None:
    firm, briefing = whole.firm, whole.briefing
    month, carrier = firm.story.month, firm.story.carrier
    sold = firm.asked("SELECT sum(amount_eur) FROM ledger WHERE month = ? AND kind = 'revenue'", month)
    spent = firm.asked("SELECT sum(amount_eur) FROM ledger WHERE month = ? AND kind = 'cost'", month)
    recent = "FROM shipments WHERE carrier = ? AND month >= '2026-08'"
    late = firm.asked(f"SELECT sum(days_late > 0) {recent}", carrier)
    all_of_them = firm.asked(f"SELECT count(*) {recent}", carrier)
    assert isinstance(sold, int)
    assert isinstance(spent, int)
    assert isinstance(late, int)
    assert isinstance(all_of_them, int)
    margin = round(100 * (sold - spent) / sold, 1)
    assert f"to {margin} % in {month}" in told(briefing, Analyst.FINANCIAL)
    share = round(100 * late / all_of_them, 1)
    assert f"{carrier} is late most often: {share} % of its {all_of_them}" in told(briefing, Analyst.SHIPPING)
    assert briefing.figures >= 20


def test_it_is_written_with_its_charts_and_the_query_of_each_figure(whole: Prepared) -> None:
    firm, briefing = whole.firm, whole.briefing
    text = (firm.out / "briefing.md").read_text()
    assert briefing.file == str(firm.out / "briefing.md")
    linked = re.findall(r"\]\((charts/[^)]+)\)", text)
    assert len(linked) == 12
    assert {path.relative_to(firm.out).as_posix() for path in (firm.out / "charts").iterdir()} == set(linked)
    assert (firm.out / "figures.md").read_text().count("`SELECT ") == briefing.figures


async def test_only_what_the_agenda_is_about_is_analysed(tmp_path: Path) -> None:
    async with open_firm(tmp_path) as firm:
        state, briefing = await firm.prepared("Which carrier should we part with?")
    assert [each.analyst for each in briefing.sections] == [Analyst.SHIPPING]
    assert len(state.children) == 1
    assert state.outcome is Outcome.SUCCEEDED


async def test_a_point_whose_figure_the_data_do_not_show_is_left_out_and_the_run_is_partial(tmp_path: Path) -> None:
    figure = {"name": "invoices", "value": 999, "statement": ONE}
    right = {"name": "invoices", "value": 240, "statement": ONE}
    points = [
        {"text": "There are 999 invoices.", "figures": [figure]},
        {"text": "There are 240 invoices, 17 of them unread.", "figures": [right]},
        {"text": "There are 240 invoices.", "figures": [right]},
    ]
    invents = ScriptedModel([answer_json({"points": points})])
    async with open_firm(tmp_path, models={"financial_concludes": invents}) as firm:
        state, briefing = await firm.prepared("What about our invoices?")
    assert state.outcome is Outcome.PARTIAL
    assert told(briefing, Analyst.FINANCIAL) == "There are 240 invoices."
    assert [(each.analyst, each.text) for each in briefing.left_out] == [
        ("financial", "There are 999 invoices."),
        ("financial", "There are 240 invoices, 17 of them unread."),
    ]
    assert "expected 240 by its query, found 999" in briefing.left_out[0].why
    assert "it states 17" in briefing.left_out[1].why
    assert "2 statements were left out" in (firm.out / "briefing.md").read_text()
    assert not (tmp_path / "last_reports" / "financial.json").exists(), "what does not hold is not kept"


async def test_what_the_editor_makes_up_is_left_out(tmp_path: Path) -> None:
    invents = ScriptedModel([answer_json({"summary": ["We lose 4,711 EUR a day.", "All is well."], "decisions": []})])
    async with open_firm(tmp_path, models={"editor": invents}) as firm:
        state, briefing = await firm.prepared("What about our invoices?")
    assert (state.outcome, briefing.summary) == (Outcome.PARTIAL, ["All is well."])
    assert [each.text for each in briefing.left_out] == ["We lose 4,711 EUR a day."]


async def test_while_a_system_is_down_its_last_report_stands_in_and_the_briefing_says_so(tmp_path: Path) -> None:
    async with open_firm(tmp_path) as firm:
        _, before = await firm.prepared("Which carrier is late?")
        firm.company.fail("shipping")
        state, briefing = await firm.prepared()
    stands_in = section(briefing, Analyst.SHIPPING)
    assert state.outcome is Outcome.PARTIAL
    assert (stands_in.rung, stands_in.is_checked, stands_in.why) == (Rung.LAST, False, "the shipping system is down")
    assert told(briefing, Analyst.SHIPPING) == told(before, Analyst.SHIPPING)
    assert [section(briefing, each).rung for each in Analyst] == [Rung.LIVE, Rung.LAST, Rung.LIVE]
    assert "from the last report, of 2026-11-02" in briefing.notes[0]
    ladder = state.nodes["meeting/analyses/shipping/report"]
    assert ladder.outcome is Outcome.PARTIAL
    assert ladder.fault is not None
    assert ladder.fault.message.startswith("last answered instead of live")


async def test_without_a_last_report_it_says_that_nothing_is_available(tmp_path: Path) -> None:
    async with open_firm(tmp_path) as firm:
        firm.company.fail("shipping", "finance", "incidents")
        state, briefing = await firm.prepared()
    assert state.outcome is Outcome.PARTIAL
    assert [each.rung for each in briefing.sections] == [Rung.NONE] * 3
    assert len(briefing.notes) == 3
    assert "Not available: the shipping system is down." in (firm.out / "briefing.md").read_text()


async def test_a_system_that_comes_back_is_asked_again(tmp_path: Path) -> None:
    async with open_firm(tmp_path) as firm:
        firm.company.fail("shipping")
        await firm.prepared("Which carrier is late?")
        firm.company.fail()
        state, briefing = await firm.prepared("Which carrier is late?")
    assert (state.outcome, section(briefing, Analyst.SHIPPING).rung) == (Outcome.SUCCEEDED, Rung.LIVE)


async def test_without_its_charts_the_analysis_still_counts_and_says_so(tmp_path: Path) -> None:
    broken = ScriptedModel([fail(Fault(ErrorKind.BAD_REQUEST, "no"))] * 9)
    async with open_firm(tmp_path, models={"chart_maker": broken}) as firm:
        state, briefing = await firm.prepared("Which carrier is late?")
    assert state.outcome is Outcome.PARTIAL
    assert briefing.notes == ["Shipping: 2 of 2 charts could not be drawn"]
    assert section(briefing, Analyst.SHIPPING).is_checked


async def test_an_analyst_who_asks_for_what_is_not_there_is_answered_by_the_next_rung(tmp_path: Path) -> None:
    asks = ScriptedModel([answer_json({"wanted": [{"source": "diary", "question": "number of rows"}]})])
    async with open_firm(tmp_path, models={"shipping_asks": asks}) as firm:
        state, briefing = await firm.prepared("Which carrier is late?")
    assert state.outcome is Outcome.PARTIAL
    assert section(briefing, Analyst.SHIPPING).why == "the analysis failed"


async def test_an_analyst_cannot_read_the_systems_of_another(tmp_path: Path) -> None:
    peeks = [calls(call("query_sql", {"statement": "SELECT sum(amount_eur) AS sum FROM ledger"}))]
    point = {"text": "Nothing.", "figures": [{"name": "n", "value": 0, "statement": "SELECT count(*) FROM shipments"}]}
    model = ScriptedModel([*peeks, answer_json({"points": [point]})])
    async with open_firm(tmp_path, models={"shipping_concludes": model}) as firm:
        _, briefing = await firm.prepared("Which carrier is late?")
    assert "prohibited" in str(model.requests[-1].messages[-1])
    assert briefing.left_out, "none is not the number of shipments"


def test_figures_that_nobody_can_check_any_more_are_said_to_be_unchecked(whole: Prepared, tmp_path: Path) -> None:
    found(tmp_path / "company.db", 2)
    company = Company(tmp_path / "company.db")
    company.fail("shipping")
    report = section(whole.briefing, Analyst.SHIPPING).report
    assert report is not None
    live = {"shipping": {"rung": "live", "value": report.model_dump(mode="json")}}
    plan = Plan(title="x", analyses=[Planned(analyst=Analyst.SHIPPING, question="late?")])
    checked = check_reports.function(
        plan, live, company=company, deadline=Deadline(1e12, SystemClock()), cancelled=Cancelled()
    )
    assert isinstance(checked, Checked)
    given = {"request": "x", "plan": plan, "draft": Draft(summary=["All is well."]), "checked": checked}
    with pytest.raises(ToolFailure, match="could not be checked: the shipping system is down"):
        put_together_whole.function(**given, company=company)
    briefing = put_together_supported.function(**given, company=company)
    assert isinstance(briefing, Briefing)
    assert briefing.notes == ["Shipping: its figures were not checked against the data (the shipping system is down)"]
    assert briefing.figures == 0


async def test_the_last_report_of_another_company_does_not_stand_in(tmp_path: Path) -> None:
    async with open_firm(tmp_path, 2) as firm:
        await firm.prepared("What about our invoices?")
        firm.company.path.unlink()
        found(firm.company.path, 3)
        firm.company.fail("finance")
        _, briefing = await firm.prepared("What about our invoices?")
    assert section(briefing, Analyst.FINANCIAL).rung is Rung.NONE


async def test_a_chart_whose_title_states_what_its_rows_do_not_show_is_not_drawn(tmp_path: Path) -> None:
    point = {"text": "There are 240 invoices.", "figures": [{"name": "invoices", "value": 240, "statement": ONE}]}
    rows = "SELECT segment, count(*) AS invoices FROM invoices GROUP BY segment"
    plot = {"title": "Invoices rose by 17 %", "unit": "invoices", "statement": rows}
    invents = ScriptedModel([answer_json({"points": [point], "charts": [plot]})])
    async with open_firm(tmp_path, models={"financial_concludes": invents}) as firm:
        state, briefing = await firm.prepared("What about our invoices?")
    assert state.outcome is Outcome.PARTIAL
    assert briefing.notes == ["Financial: 1 of 1 charts could not be drawn"]
    assert not (firm.out / "charts").exists()
