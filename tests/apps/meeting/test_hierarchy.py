"""Three levels of runs: ids that follow from their places, budgets carved at each, one end, one resumption."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from holdfast import Effect, tool
from holdfast.apps.meeting.briefing.model import Analyst, Briefing, Rung
from holdfast.apps.meeting.budgets import ANALYST, CHART_MAKER, COLLECTOR, MEETING
from holdfast.integration.gateway.port import ModelRequest, TextDelta
from holdfast.integration.gateway.pricing.price import FREE
from holdfast.journal.events import ChildBegun, ChildEnded, StepEnded
from holdfast.journal.fold.state import RunState
from holdfast.kernel.ids import RunId, child_run_id
from holdfast.kernel.limits import Budget
from holdfast.kernel.messages import Reply
from holdfast.kernel.outcomes import Outcome
from holdfast.orchestration.application.app import App
from holdfast.orchestration.flow.nodes import FunctionNode
from holdfast.runtime import Runtime
from tests.apps.meeting.conftest import Prepared
from tests.apps.meeting.firm import APPS, Firm, open_firm, section


def below(state: RunState, family: list[RunState]) -> list[RunState]:
    return [each for each in family if each.parent == state.run]


def test_it_is_three_levels_of_runs_each_known_by_its_place(whole: Prepared) -> None:
    state, family = whole.state, whole.family
    assert {each.depth for each in family} == {0, 1, 2}
    analysts = below(state, family)
    assert {each.app for each in analysts} == {"meeting_financial", "meeting_shipping", "meeting_incidents"}
    assert {each.app for each in family if each.depth == 2} == {"meeting_collector", "meeting_charts"}
    for each in family[1:]:
        assert each.parent is not None
        assert each.parent_step is not None
        assert each.run == child_run_id(each.parent, each.parent_step)
    assert {each.parent_step for each in analysts} == {f"meeting/analyses/{name}/report/live" for name in Analyst}
    charts = [each for each in family if each.app == "meeting_charts"]
    assert len(charts) == 6


def test_each_level_has_its_budget_from_the_one_above_and_what_it_spends_is_charged_there(whole: Prepared) -> None:
    state, family = whole.state, whole.family
    assert state.budget == MEETING
    for each in family:
        limits = {1: ANALYST, 2: CHART_MAKER if each.app == "meeting_charts" else COLLECTOR}.get(each.depth)
        if limits is not None:
            assert (each.budget.turns, each.budget.tool_calls) == (limits.turns, limits.tool_calls)
            assert each.budget.tokens == limits.tokens
        kids = below(each, family)
        assert each.spend.turns >= sum(kid.spend.turns for kid in kids)
        assert each.spend.tokens >= sum(kid.spend.tokens for kid in kids)
        assert each.spend.descendants == len(kids) + sum(kid.spend.descendants for kid in kids)
    assert state.spend.descendants == len(family) - 1


async def test_with_less_than_it_takes_the_analysts_who_get_nothing_are_left_out(tmp_path: Path) -> None:
    async with open_firm(tmp_path) as firm:
        run = await firm.runtime.start("meeting", firm.request(), budget=Budget(turns=160))
        state = await run.wait()
        briefing = Briefing.model_validate(await run.value(state))
    assert state.outcome is Outcome.PARTIAL
    assert state.spend.turns <= 160
    assert section(briefing, Analyst.FINANCIAL).rung is Rung.LIVE
    assert section(briefing, Analyst.INCIDENTS).rung is Rung.NONE


class Waits:
    """A model that never comes to an answer, and says that it was asked."""

    name = "waits"
    price = FREE

    def __init__(self) -> None:
        self.was_asked = asyncio.Event()

    async def stream(self, request: ModelRequest) -> AsyncIterator[TextDelta | Reply]:
        self.was_asked.set()
        await asyncio.Event().wait()
        yield TextDelta("")


async def test_cancelled_from_above_all_levels_end(tmp_path: Path) -> None:
    waits = Waits()
    async with open_firm(tmp_path, models={"collector": waits}) as firm:
        run = await firm.begin()
        await waits.was_asked.wait()
        await run.cancel("no meeting today")
        state = await run.wait()
        family = await firm.family(run.id)
    assert state.outcome is Outcome.CANCELLED
    assert {each.depth for each in family} == {0, 1, 2}
    assert all(each.is_over for each in family)
    assert not (firm.out / "briefing.md").exists()


async def collected(firm: Firm, run: RunId) -> None:
    """Wait until the shipping analyst has been brought something."""
    parent = await firm.runtime.run(run)
    async for entry in parent.events():
        if isinstance(entry.event, ChildBegun) and "shipping" in entry.event.node:
            break
    analyst = await firm.runtime.run(child_run_id(run, "meeting/analyses/shipping/report/live"))
    async for entry in analyst.events():
        if isinstance(entry.event, ChildEnded):
            return


async def test_parked_half_way_and_resumed_elsewhere_it_writes_the_same_briefing(
    tmp_path: Path, whole: Prepared
) -> None:
    folder = tmp_path
    store = f"sqlite:///{folder / 'runs.db'}"
    async with open_firm(folder, store=store) as firm:
        run = await firm.begin()
        await collected(firm, run.id)
        await firm.runtime.park("stopped by Ctrl-C", [run.id])
    async with Runtime.open(store, apps=APPS) as runtime:
        again = await runtime.run(run.id)
        await again.resume()
        state = await again.wait()
        briefing = Briefing.model_validate(await again.value(state))
        kept = Firm(runtime, folder, firm.story)
        for each in await kept.family(run.id):
            ended = [e.event for e in [x async for x in (await runtime.run(each.run)).events(follow=False)]]
            done = [(e.node, e.turn, e.call) for e in ended if isinstance(e, StepEnded)]
            assert len(done) == len(set(done)), "nothing that had ended was done again"
    assert briefing.model_dump(exclude={"file"}) == whole.briefing.model_dump(exclude={"file"})
    assert (folder / "out" / "briefing.md").read_bytes() == (whole.firm.out / "briefing.md").read_bytes()


@tool(effect=Effect.READ)
def investigated(case: str) -> dict[str, object]:
    """Find the cause."""
    return {
        "cause": "a bad deploy of cart",
        "component": "cart",
        "remedy": "Roll it back.",
        "evidence": [{"says": "x"}],
    }


async def test_an_outage_is_investigated_by_whoever_goes_by_that_name(tmp_path: Path) -> None:
    other = App("incident", FunctionNode("incident", "investigated"), functions=(investigated,), input=dict[str, str])
    async with open_firm(tmp_path, others=[other]) as firm:
        _, briefing = await firm.prepared("What of the outage?", case=str(tmp_path / "case-7.db"))
    report = section(briefing, Analyst.INCIDENTS).report
    assert report is not None
    assert report.investigation == (
        "The outage case-7: a bad deploy of cart (cart). Evidence: x. Remedy: Roll it back."
    )


async def test_an_outage_that_cannot_be_investigated_is_said_to_be_none(tmp_path: Path) -> None:
    async with open_firm(tmp_path) as firm:
        state, briefing = await firm.prepared("What of the outage?", case=str(tmp_path / "none.db"))
    assert state.outcome is Outcome.PARTIAL
    assert briefing.notes == ["Incidents: the outage none could not be investigated"]
    assert section(briefing, Analyst.INCIDENTS).is_checked
