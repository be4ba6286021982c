"""A parked run waits for somebody: for days, in any process, and no letter to it is lost."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast import RunFailed
from holdfast.integration.gateway.lines import answer, stall
from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.journal.events import DriverChanged, RunParked
from holdfast.journal.port import Commit, CommitResult
from holdfast.journal.stores.memory import MemoryStore
from holdfast.kernel.outcomes import Outcome
from holdfast.orchestration.flow.nodes import Join, Parallel, Sequence
from tests.orchestration.world import World, step
from tests.runtime.stage import Stage, desk, events_of, of_kind


async def test_parked_runs_wait_until_somebody_resumes_them() -> None:
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime() as runtime:
        app = world.app(step("root", seconds=50))
        runs = [await runtime.start(app, number) for number in range(3)]
        await stage.clock.advance(10)
        await stage.until(runtime.park("for tonight"))
        assert world.acting == set()
        await stage.clock.advance(1000)
        assert [(await run.head()).is_parked for run in runs] == [True] * 3
        for run in runs:
            with pytest.raises(RunFailed, match="is parked: for tonight") as failed:
                await stage.result(run)
            assert (failed.value.outcome, failed.value.parked) == (None, "for tonight")
            await run.resume()
            assert await stage.result(run) == "root"
    assert stage.troubles.heard == []


async def test_some_runs_can_be_parked_while_others_go_on() -> None:
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime() as runtime:
        app = world.app(step("root", seconds=50))
        one, other, third = [await runtime.start(app, number) for number in range(3)]
        await stage.clock.advance(10)
        parkings = asyncio.gather(runtime.park("one", [one.id]), runtime.park("other", [other.id]))
        await stage.clock.advance(1)
        assert parkings.done()
        assert [(await run.state()).parked for run in (one, other, third)] == ["one", "other", None]
        assert await stage.result(third) == "root"


class AnswersLate(MemoryStore):
    """A store whose answer to the commit that begins a run is long in coming."""

    answers = asyncio.Event()

    async def commit(self, commit: Commit) -> CommitResult:
        result = await super().commit(commit)
        if commit.begins is not None:
            await self.answers.wait()
        return result


async def test_a_run_that_is_parked_before_it_is_known_to_have_begun_stays_so() -> None:
    stage = Stage()
    store = AnswersLate(stage.clock, stage.disk)
    async with stage.runtime(store=store) as runtime:
        starting = asyncio.create_task(runtime.start(World(stage.clock).app(step("root", seconds=50)), 1))
        await stage.clock.advance(10)
        await stage.until(runtime.park("for tonight"))
        store.answers.set()
        run = await starting
        await stage.clock.advance(1000)
        assert (await run.head()).is_parked
        await run.resume()
        assert await stage.result(run) == "root"


async def test_parking_when_nothing_runs_returns_at_once() -> None:
    stage = Stage()
    async with stage.runtime([answer("hi")]) as runtime:
        await asyncio.wait_for(runtime.park("for tonight"), 10)
        assert await stage.result(await runtime.start(desk(), "hello")) == "hi"


async def test_a_run_that_is_only_just_begun_is_parked_too() -> None:
    stage = Stage()
    async with stage.runtime([stall()]) as runtime:
        run = await runtime.start(desk(), "hello")
        for _ in range(3):
            await asyncio.sleep(0)
        await stage.until(runtime.park("for tonight"))
        await stage.clock.advance(0)
        head = await run.head()
        assert head.is_parked or head.status == "INTAKE"


async def test_a_parked_run_stays_parked_in_the_next_process() -> None:
    stage = Stage()
    async with stage.runtime([stall()], apps=[desk()]) as runtime:
        run = await runtime.start("desk", "hello")
        await stage.clock.advance(1)
        await stage.until(runtime.park("for tonight"))
    model = ScriptedModel([answer("hi")])
    async with stage.runtime(model, apps=[desk()]) as runtime:
        again = await runtime.start("desk", "hello", request_id="other")
        assert await stage.result(again) == "hi"
        parked = await runtime.run(run.id)
        assert (await parked.head()).is_parked
        await parked.resume()
        assert await stage.result(parked) == "hi"


async def test_the_same_request_again_does_not_resume_what_somebody_parked() -> None:
    stage = Stage()
    async with stage.runtime([stall()]) as runtime:
        run = await runtime.start(desk(), "hello", request_id="r1")
        await stage.clock.advance(1)
        await stage.until(runtime.park("for tonight"))
        version = (await run.head()).version
        await runtime.start(desk(), "hello", request_id="r1")
        await stage.clock.advance(5)
        assert (await run.head()).version == version


async def test_what_waits_for_a_person_is_not_driven_over_and_over() -> None:
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime() as runtime:
        run = await runtime.start(world.app(step("root", function="three", seconds=50)), None)
        await stage.clock.advance(1)
        await run.cancel("never mind")
        await stage.ended(run)
        await stage.clock.advance(600)
        events = await events_of(run)
    assert len(of_kind(events, RunParked)) == 1
    assert of_kind(events, DriverChanged) == []


async def test_a_deadline_still_counts_while_a_person_is_waited_for() -> None:
    stage = Stage()
    world = World(stage.clock)
    doubtful = Sequence("s", (step("pay", function="three", seconds=50),), timeout_seconds=100)
    flow = Parallel("root", (doubtful, step("beside")), join=Join.BEST_EFFORT)
    app = world.app(flow)
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.start("root", None)
        await stage.clock.advance(10)
    async with stage.runtime(apps=[app]) as runtime:
        again = await runtime.run(run.id)
        await stage.clock.advance(10)
        assert (await again.state()).nodes["root/s"].outcome is None
        await stage.clock.advance(90)
        state = await again.state()
        assert state.nodes["root/s"].outcome is Outcome.FAILED
        assert (await stage.ended(again)).doubts == ("root/s/pay",)
        version = (await again.head()).version
        await stage.clock.advance(600)
        assert (await again.head()).version == version


@given(st.integers(0, 150))
def test_a_letter_that_comes_while_a_run_is_parked_is_not_lost(turns: int) -> None:
    async def check() -> None:
        stage = Stage()
        async with stage.runtime([stall()]) as runtime:
            run = await runtime.start(desk(), "hello")
            await stage.clock.advance(1)
            parking = asyncio.create_task(runtime.park("for tonight"))
            for _ in range(turns):
                await asyncio.sleep(0)
            await run.cancel("never mind")
            await stage.clock.advance(5)
            assert parking.done()
            assert (await run.state()).status == "CANCELLED"
        assert stage.troubles.heard == []

    asyncio.run(check())
