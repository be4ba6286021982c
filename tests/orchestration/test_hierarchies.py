"""Orchestrators over orchestrators: bounded in depth and number, paid by the top, cancelled and asked through it."""

from typing import Any

import pytest

from holdfast.delegation import Department, Orchestrator, delegate
from holdfast.journal.events import ChildStarted
from holdfast.journal.fold.state import RunState
from holdfast.journal.port import Head
from holdfast.kernel.limits import Budget
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.observability.family import joined
from holdfast.observability.projection import project
from holdfast.observability.span import SpanKind
from holdfast.observability.trace import Trace
from holdfast.orchestration.application.app import App
from holdfast.orchestration.flow.nodes import ChildNode
from holdfast.orchestration.run.handle import Run
from holdfast.prompts.prompt import Prompt
from holdfast.runtime import Runtime
from tests.orchestration.family import ends_after_its_children, unfinished
from tests.orchestration.office import Shop, buyer, errand, plan
from tests.runtime.stage import SCRIPTED, Stage, events_of, of_kind

HOUR = 3_600.0
HEAD = Orchestrator(prompt=Prompt("head", "You lead."), model=SCRIPTED)


def firm(shop: Shop, **changes: Any) -> list[App]:
    """Return a board over an office over a buyer."""
    worker = buyer(shop, budget=Budget(turns=2))
    office = delegate("office", HEAD, (worker,), budget=Budget(turns=6))
    below = Department(app=office, about="runs errands", output=dict, budget=Budget(turns=6))
    return [delegate("board", HEAD, (below,), **changes), office, worker.app]


def orders(*what: str) -> dict[str, object]:
    return {"worker": "office", "arguments": ", ".join(what)}


def script(*tasks: dict[str, object]) -> dict[str, Any]:
    return {
        "board/rounds[1]/plan": [plan(orders("milk"), orders("bread"))],
        "office/rounds[1]/plan": lambda _: plan(*tasks),
    }


async def families(runtime: Runtime) -> dict[str, list[Head]]:
    found: dict[str, list[Head]] = {}
    for head in await runtime.runs():
        found.setdefault(head.app, []).append(head)
    return found


async def undone(run: Run, state: RunState) -> list[dict[str, str]]:
    value = await run.value(state)
    assert isinstance(value, dict)
    left: list[dict[str, str]] = value["undone"]
    return left


async def test_a_department_hands_its_task_on_and_what_comes_back_is_checked_as_any_result() -> None:
    stage = Stage()
    apps = firm(Shop(stage.clock))
    async with stage.runtime(script(errand("milk")), apps=apps) as runtime:
        run = await runtime.start("board", "stock up")
        value = await stage.result(run)
        found = await families(runtime)
    assert isinstance(value, dict)
    assert [each["from"] for each in value["results"]] == ["office", "office"]
    assert [each["result"]["results"][0]["result"] for each in value["results"]] == [{"bought": "milk"}] * 2
    assert {app: len(heads) for app, heads in found.items()} == {"board": 1, "office": 2, "buyer": 2}


async def test_a_result_of_another_type_is_none() -> None:
    stage = Stage()
    _, office, worker = firm(Shop(stage.clock))
    board = delegate("board", HEAD, (Department(app=office, about="runs errands", output=list[int]),))
    async with stage.runtime(script(errand("milk")), apps=[board, office, worker]) as runtime:
        run = await runtime.start("board", "stock up")
        left = await undone(run, await stage.ended(run))
    assert [each["outcome"] for each in left] == ["failed", "failed"]
    assert "answer: Input should be a valid array" in left[0]["reason"]


@pytest.mark.parametrize(
    ("limit", "told"),
    [
        (Budget(depth=1), "the run's depth limit reached: no run may stand below it"),
        (Budget(descendants=3), "the run's descendants limit reached"),
        (Budget(fan_out=1), "limit reached"),
    ],
)
async def test_what_is_limited_at_the_top_holds_on_all_levels(limit: Budget, told: str) -> None:
    stage = Stage()
    apps = firm(Shop(stage.clock))
    async with stage.runtime(script(errand("milk"), errand("ink")), apps=apps) as runtime:
        run = await runtime.start("board", "stock up", budget=limit)
        state = await stage.ended(run)
        every = [
            await (await runtime.run(head.run)).state()
            for heads in (await families(runtime)).values()
            for head in heads
        ]
    faults = [node.fault.message for each in every for node in each.nodes.values() if node.fault is not None]
    assert any(told in fault for fault in faults)
    below = len(every) - 1
    assert limit.descendants is None or below <= limit.descendants
    assert limit.depth is None or max(each.depth for each in every) <= limit.depth
    assert limit.fan_out is None or all(len(each.children) <= limit.fan_out for each in every)
    assert state.is_over


async def test_all_levels_together_spend_no_more_than_the_top_may() -> None:
    stage = Stage()
    apps = firm(Shop(stage.clock), budget=Budget(turns=9))
    async with stage.runtime(script(errand("milk")), apps=apps) as runtime:
        run = await runtime.start("board", "stock up")
        state = await stage.ended(run)
        shares = [event.budget.turns for event in of_kind(await events_of(run), ChildStarted)]
    assert shares == [6, 2], "8 are left after the board's own turn"
    assert state.spend.turns == 3
    assert state.outcome is Outcome.SUCCEEDED


async def test_a_task_that_comes_round_to_an_app_above_is_refused_before_it_begins() -> None:
    stage = Stage()
    loop = App("low", ChildNode("low", "board"))
    department = Department(app=loop, about="asks the board again")
    board = delegate("board", HEAD, (department,))
    model = {"board/rounds[1]/plan": [plan({"worker": "low", "arguments": "stock up"})]}
    async with stage.runtime(model, apps=[board, loop]) as runtime:
        run = await runtime.start("board", "stock up")
        (left,) = await undone(run, await stage.ended(run))
        found = await families(runtime)
        low = await (await runtime.run(found["low"][0].run)).state()
    assert {app: len(heads) for app, heads in found.items()} == {"board": 1, "low": 1}
    assert low.fault is not None
    assert low.fault.kind is ErrorKind.LOOP
    assert left["outcome"] == "dead_letter"
    assert f"found run {run.id} of board with the very same input" in left["reason"]


async def test_cancelling_the_top_ends_all_levels_the_lowest_first() -> None:
    stage = Stage()
    shop = Shop(stage.clock)
    async with stage.runtime(script(errand("milk", seconds=HOUR)), apps=firm(shop)) as runtime:
        run = await runtime.start("board", "stock up")
        await stage.clock.advance(60)
        await run.cancel("never mind", by="Ann")
        state = await stage.ended(run)
        heads = await runtime.runs()
    assert (state.status, shop.done) == ("CANCELLED", [])
    assert [head.status for head in heads] == ["CANCELLED"] * 5
    assert stage.clock.now() - state.started_at < HOUR
    assert unfinished(stage) == []
    assert ends_after_its_children(stage)


async def test_a_question_from_below_stands_in_the_inbox_of_the_top_with_everybody_in_between() -> None:
    stage = Stage()
    shop = Shop(stage.clock)
    async with stage.runtime(script(errand("cloth", "asks")), apps=firm(shop)) as runtime:
        run = await runtime.start("board", "stock up")
        await stage.ended(run)
        waiting = await runtime.inbox(run)
        assert len(waiting) == 2
        for waits in waiting:
            assert [head.app for head in waits.above] == ["board", "office"]
            assert (waits.above[0].run, waits.above[0].title) == (run.id, "stock up")
            assert waits.step == "office/rounds[1]/tasks[buyer_1]/buyer/run"
            kid = await runtime.run(waits.head.run)
            (question,) = await kid.questions()
            await kid.answer(question.path, "green", by="Ann")
        assert (await stage.ended(run)).outcome is Outcome.SUCCEEDED
    assert shop.done == ["cloth in green"] * 2


async def test_nobody_above_is_in_memory_while_a_worker_takes_its_hour() -> None:
    stage = Stage()
    async with stage.runtime(script(errand("milk", seconds=HOUR)), apps=firm(Shop(stage.clock))) as runtime:
        run = await runtime.start("board", "stock up")
        await stage.clock.advance(60)
        found = await families(runtime)
        assert all(head.is_parked and head.worker == "" for head in (*found["board"], *found["office"]))
        assert all(head.worker for head in found["buyer"])
        assert (await stage.ended(run)).outcome is Outcome.SUCCEEDED


async def test_what_all_levels_did_is_one_trace() -> None:
    stage = Stage()
    async with stage.runtime(script(errand("milk")), apps=firm(Shop(stage.clock))) as runtime:
        run = await runtime.start("board", "stock up")
        await stage.ended(run)
        traces: dict[Any, Trace] = {}
        for head in await runtime.runs():
            each = await runtime.run(head.run)
            traces[head.run] = project([entry async for entry in each.events(follow=False)])
    whole = joined(traces[run.id], traces)
    assert len(whole.by_id) == sum(len(each.by_id) for each in traces.values())
    by_id = whole.by_id
    for span in by_id.values():
        above = span
        while above.parent is not None:
            above = by_id[above.parent]
        assert above is whole.root
    tools = [span for span in whole.spans if span.kind is SpanKind.TOOL and span.name == "buyer"]
    assert len({span.run for span in tools}) == 2
