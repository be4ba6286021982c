"""A run begins once it is durable; what cannot be begun is refused in words that help."""

import asyncio
import math
from pathlib import Path
from typing import Any

import pytest

from holdfast import App, Runtime
from holdfast.integration.gateway.lines import answer, answer_json, fail
from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.journal.events import LifecycleMoved, RunEnded, RunStarted
from holdfast.journal.port import RunFilter
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.errors import DefinitionError, InputError, RunNotFound
from holdfast.kernel.limits import Budget
from holdfast.orchestration.flow.nodes import AgentNode, Parallel
from tests.orchestration.world import World, step
from tests.runtime.stage import Stage, desk, events_of, of_kind

BOTH = Parallel("both", (AgentNode("one", "one"), AgentNode("two", "two")))


def both() -> App:
    return App("both", BOTH, agents=(desk(name="one"), desk(name="two", model="small")))


async def test_an_agent_answers() -> None:
    stage = Stage()
    async with stage.runtime([answer("hi")]) as runtime:
        assert runtime.drives
        run = await runtime.start(desk(), "hello")
        assert await stage.result(run) == "hi"
        assert await run.result() == "hi"
        assert (await run.head()).status == "COMPLETE"


async def test_a_run_goes_through_its_life_as_the_table_has_it() -> None:
    stage = Stage()
    async with stage.runtime([answer("hi"), fail("no")]) as runtime:
        good = await runtime.start(desk(model_attempts_max=1), "hello")
        await stage.ended(good)
        bad = await runtime.start(desk(model_attempts_max=1), "goodbye")
        await stage.ended(bad)
        lives = []
        for run in (good, bad):
            events = await events_of(run)
            assert isinstance(events[0], RunStarted)
            assert isinstance(events[-1], RunEnded)
            lives.append([event.to for event in of_kind(events, LifecycleMoved)] + [events[-1].status])
    before = ["VALIDATING", "PLANNING", "EXECUTING"]
    assert lives == [[*before, "REVIEWING", "COMPLETE"], [*before, "FAILED"]]


async def test_an_app_can_be_started_by_its_name() -> None:
    stage = Stage()
    async with stage.runtime([answer("hi")], apps=[desk()]) as runtime:
        assert await stage.result(await runtime.start("desk", "hello")) == "hi"


async def test_many_runs_go_on_at_once() -> None:
    stage = Stage()
    world = World(stage.clock)
    app = world.app(step("root", seconds=5))
    async with stage.runtime() as runtime:
        began = stage.clock.now()
        runs = [await runtime.start(app, number) for number in range(30)]
        assert [await stage.result(run) for run in runs] == ["root"] * 30
    assert stage.clock.now() - began < 10
    assert (world.opened, world.closed) == (30, 30)


@pytest.mark.parametrize("at_once", [True, False])
async def test_the_same_request_twice_is_one_run(at_once: bool) -> None:
    stage, model = Stage(), ScriptedModel([answer("hi")])
    async with stage.runtime(model) as runtime:
        if at_once:
            runs = await asyncio.gather(*(runtime.start(desk(), "hello", request_id="r1") for _ in range(5)))
        else:
            runs = [await runtime.start(desk(), "hello", request_id="r1")]
            await stage.ended(runs[0])
            runs.append(await runtime.start(desk(), "hello", request_id="r1"))
        assert [await stage.result(run) for run in runs] == ["hi"] * len(runs)
        assert len({run.id for run in runs}) == 1
    assert len(model.requests) == 1


async def test_the_same_request_to_the_next_process_is_the_same_run() -> None:
    stage, model = Stage(), ScriptedModel([answer("hi")])
    async with stage.runtime(model) as runtime:
        first = await runtime.start(desk(), "hello", request_id="r1")
        await stage.result(first)
    async with stage.runtime(model) as runtime:
        again = await runtime.start(desk(), "hello", request_id="r1")
        assert (again.id, await again.result()) == (first.id, "hi")
    assert len(model.requests) == 1


async def test_a_request_that_is_refused_leaves_nothing_behind() -> None:
    stage = Stage()
    async with stage.runtime([answer("hi")]) as runtime:
        typed = App("typed", AgentNode("typed", "desk"), agents=(desk(),), input=int)
        with pytest.raises(InputError, match="typed cannot use this input: input: Input should be a valid integer"):
            await runtime.start(typed, "seven")
        with pytest.raises(DefinitionError, match="expected the name of a model, found 'scriptd': use scripted"):
            await runtime.start(desk(), "hello", model="scriptd")
        with pytest.raises(DefinitionError, match="found 'large': use scripted, or a provider's as provider:model"):
            await runtime.start(desk(name="clerk", model="large"), "hello")
        with pytest.raises(DefinitionError, match=r"expected models for agents of 'desk' \(desk\), found dsk"):
            await runtime.start(desk(), "hello", models={"dsk": "scripted"})
        with pytest.raises(DefinitionError, match="expected the name of an app, found 'reviw': there is review"):
            await runtime.start("reviw", "hello")
        assert await runtime.runs() == ()


async def test_one_model_can_take_the_place_of_all_or_of_one() -> None:
    stage = Stage()
    models = {name: ScriptedModel([answer(name)] * 9, name=name) for name in ("scripted", "small", "new")}

    async def started(**options: Any) -> object:
        return await stage.result(await runtime.start("both", "hello", **options))

    async with stage.runtime(apps=[both()], models=models) as runtime:
        assert await started() == {"one": "scripted", "two": "small"}
        assert await started(model="new") == {"one": "new", "two": "new"}
        assert await started(models={"two": "new"}) == {"one": "scripted", "two": "new"}
        assert await started(model="new", models={"two": "small"}) == {"one": "new", "two": "small"}


async def test_an_app_brings_models_of_its_own_and_those_of_the_runtime_win() -> None:
    own = App(
        "own", AgentNode("own", "desk"), agents=(desk(),), models={"scripted": lambda: ScriptedModel([answer("own")])}
    )
    for script, expected in ((None, "own"), ([answer("offered")], "offered")):
        stage = Stage()
        async with stage.runtime(script) as runtime:
            assert await stage.result(await runtime.start(own, "hello")) == expected


async def test_a_recording_is_a_model_by_the_path_of_its_file(tmp_path: Path) -> None:
    stage = Stage()
    async with stage.runtime([answer_json({"a": 1})]) as runtime:
        run = await runtime.start(desk(), "hello")
        first = await stage.result(run)
        transcript = await run.transcript()
    transcript.write(tmp_path / "run.jsonl")
    stage = Stage()
    async with stage.runtime() as runtime:
        again = await runtime.start(desk(), "hello", model=f"recorded:{tmp_path / 'run.jsonl'}")
        assert await stage.result(again) == first
        with pytest.raises(InputError, match="expected a transcript of at most"):
            await runtime.start(desk(), "hello", model="recorded:nowhere.jsonl")


async def test_a_run_is_found_by_its_id_or_the_end_of_it() -> None:
    stage = Stage()
    async with stage.runtime(lambda _: answer("hi")) as runtime:
        runs = [await runtime.start(desk(), "hello") for _ in range(3)]
        for run in runs:
            assert (await runtime.run(run.id)).id == run.id
            assert (await runtime.run(run.id[-8:].lower())).id == run.id
        with pytest.raises(RunNotFound, match="at least 4 characters of its end, found ''"):
            await runtime.run("")
        with pytest.raises(RunNotFound, match="found none: 'holdfast runs' lists them"):
            await runtime.run("nothing")
        with pytest.raises(RunNotFound):
            await runtime.run("run_nothing")


async def test_runs_are_listed_newest_first() -> None:
    stage = Stage()
    async with stage.runtime(lambda _: answer("hi")) as runtime:
        runs = []
        for _ in range(3):
            runs.append(await runtime.start(desk(), "hello"))
            await stage.clock.advance(1)
        assert [head.run for head in await runtime.runs()] == [run.id for run in reversed(runs)]
        assert len(await runtime.runs(RunFilter(count_max=2))) == 2


async def test_a_name_never_runs_what_it_did_not_mean() -> None:
    stage = Stage()
    async with stage.runtime([answer("hi")]) as runtime:
        await stage.ended(await runtime.start(desk(), "hello"))
        with pytest.raises(DefinitionError, match="expected one app called 'desk', found another"):
            await runtime.start(desk(output_tokens_max=1), "hello")


@pytest.mark.parametrize("url", ["", "postgres://here", "holdfast.db", "sqlite://holdfast.db"])
async def test_a_store_that_is_not_known_is_refused(url: str) -> None:
    with pytest.raises(InputError, match=r"expected a store such as sqlite:///holdfast\.db or memory:"):
        async with Runtime.open(url, clock=VirtualClock()):
            raise AssertionError("it was opened")


async def test_what_the_block_raises_comes_out_as_it_is() -> None:
    stage = Stage()
    with pytest.raises(ZeroDivisionError):
        async with stage.runtime():
            _ = 1 / 0
    group = ExceptionGroup("two", [ValueError("a"), TypeError("b")])
    with pytest.raises(ExceptionGroup) as raised:
        async with stage.runtime():
            raise group
    assert raised.value is group


async def test_a_budget_that_limits_nothing_is_refused_wherever_it_is_given() -> None:
    nothing = Budget(usd=math.nan)
    with pytest.raises(DefinitionError, match="agent 'desk': expected a budget with usd of at least 0, found nan"):
        desk(budget=nothing)
    with pytest.raises(DefinitionError, match="app 'both': expected a budget with usd"):
        App("both", BOTH, agents=(desk(name="one"), desk(name="two")), budget=nothing)
    stage = Stage()
    async with stage.runtime([answer("hi")]) as runtime:
        with pytest.raises(InputError, match="expected a budget with usd of at least 0, found nan"):
            await runtime.start(desk(), "hello", budget=nothing)
        run = await runtime.start(desk(), "hello")
        await stage.result(run)
        with pytest.raises(InputError, match="expected a budget with tokens of at least 0, found -1"):
            await runtime.fork(run, budget=Budget(tokens=-1))
