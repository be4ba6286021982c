"""A run can be cancelled at any moment; it ends at once, what was done stays done, and nothing is left to run."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast import Effect, Prompt, RunFailed, tool
from holdfast.integration.gateway.lines import answer, call, stall
from holdfast.journal.events import CancelRequested, RunEnded, RunStarted
from holdfast.journal.stores.memory import MemoryStore
from holdfast.kernel.errors import RunNotFound
from holdfast.kernel.faults import Point
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from tests.orchestration.world import World, step
from tests.runtime.stage import Stage, desk, events_of, of_kind


@tool(effect=Effect.READ)
async def look(at: str) -> str:
    """Look at something."""
    return at


async def test_a_run_that_was_not_begun_yet_is_cancelled() -> None:
    stage = Stage()
    async with stage.runtime([answer("hi")], drives=False) as runtime:
        run = await runtime.start(desk(), "hello")
        await run.cancel("never mind", by="Ann")
    async with stage.runtime([answer("hi")], apps=[desk()]) as runtime:
        state = await stage.ended(await runtime.run(run.id))
        events = await events_of(await runtime.run(run.id))
    assert (state.status, state.outcome) == ("CANCELLED", Outcome.CANCELLED)
    assert state.fault == Fault(ErrorKind.CANCELLED, "never mind")
    assert [type(event) for event in events if isinstance(event, RunStarted | CancelRequested | RunEnded)] == [
        RunStarted,
        CancelRequested,
        RunEnded,
    ]
    assert of_kind(events, CancelRequested) == [CancelRequested(reason="never mind", by="Ann")]


async def test_the_result_of_a_cancelled_run_says_that_it_was() -> None:
    stage = Stage()
    async with stage.runtime([stall()]) as runtime:
        run = await runtime.start(desk(), "hello")
        await stage.clock.advance(1)
        await run.cancel("never mind")
        with pytest.raises(RunFailed, match="ended cancelled: never mind"):
            await stage.result(run)


async def test_the_first_reason_counts_and_asking_again_does_no_harm() -> None:
    stage = Stage()
    async with stage.runtime([stall()]) as runtime:
        run = await runtime.start(desk(), "hello")
        await stage.clock.advance(1)
        await asyncio.gather(*(run.cancel(f"reason {number}") for number in range(3)))
        state = await stage.ended(run)
        await run.cancel("again")
        await stage.clock.advance(2)
        assert (await run.state()).version == state.version
    assert state.fault == Fault(ErrorKind.CANCELLED, "reason 0")
    assert stage.troubles.heard == []


async def test_a_run_that_is_over_stays_as_it_ended() -> None:
    stage = Stage()
    async with stage.runtime([answer("hi")]) as runtime:
        run = await runtime.start(desk(), "hello")
        assert await stage.result(run) == "hi"
        await run.cancel("too late")
        await stage.clock.advance(5)
        assert await run.result() == "hi"
    assert stage.troubles.heard == []


async def test_a_parked_run_is_cancelled() -> None:
    stage = Stage()
    async with stage.runtime([stall()]) as runtime:
        run = await runtime.start(desk(), "hello")
        await stage.clock.advance(1)
        await stage.until(runtime.park("for tonight"))
        assert (await stage.ended(run)).status == "WAITING"
        await run.cancel("never mind")
        assert (await stage.ended(run)).status == "CANCELLED"


async def test_a_run_whose_definition_changed_can_still_be_cancelled() -> None:
    stage = Stage()
    async with stage.runtime([stall()], apps=[desk()]) as runtime:
        run = await runtime.start("desk", "hello")
        await stage.clock.advance(1)
    async with stage.runtime([stall()], apps=[desk(prompt=Prompt("desk", "You are new."))]) as runtime:
        again = await runtime.run(run.id)
        assert (await stage.ended(again)).status == "WAITING"
        await again.cancel("never mind")
        assert (await stage.ended(again)).status == "CANCELLED"


async def test_cancelling_opens_nothing() -> None:
    stage = Stage()
    world = World(stage.clock)
    app = world.app(step("root", seconds=9))
    async with stage.runtime(apps=[app], drives=False) as runtime:
        run = await runtime.start("root", None)
        await run.cancel("never mind")
    async with stage.runtime(apps=[app]) as runtime:
        assert (await stage.ended(await runtime.run(run.id))).status == "CANCELLED"
    assert (world.opened, world.sent) == (0, {})


async def test_there_must_be_a_run_to_cancel() -> None:
    stage = Stage()
    async with stage.runtime([stall()]) as runtime:
        run = await runtime.start(desk(), "hello")
        run.id = type(run.id)("run_nothing")
        with pytest.raises(RunNotFound):
            await run.cancel("never mind")


@given(st.integers(0, 120))
def test_whenever_it_is_cancelled_a_run_ends_one_way_or_the_other(turns: int) -> None:
    async def check() -> None:
        stage = Stage()
        async with stage.runtime([call("look", {"at": "x"}), call("look", {"at": "y"}), answer("hi")]) as runtime:
            run = await runtime.start(desk(tools=[look]), "hello")
            for _ in range(turns):
                await asyncio.sleep(0)
            await run.cancel("never mind")
            state = await stage.ended(run)
            await stage.clock.advance(60)
            assert (await run.state()).version == state.version
        assert state.status in ("CANCELLED", "COMPLETE")
        assert state.reserved == 0
        assert stage.troubles.heard == []

    asyncio.run(check())


async def test_a_letter_that_comes_while_the_end_is_being_written_comes_too_late_and_does_no_harm() -> None:
    stage = Stage()
    posted = list[bool]()

    def reach(point: str) -> None:
        heads = list(stage.disk.heads())
        if point == Point.MEMORY_AFTER_COMMIT and heads and heads[0].is_over and not posted:
            posted.append(True)
            asyncio.get_running_loop().create_task(cancel())

    async def cancel() -> None:
        await run.cancel("too late")

    store: MemoryStore = stage.store(reach)
    async with stage.runtime([answer("hi")], store=store) as runtime:
        run = await runtime.start(desk(), "hello")
        assert await stage.result(run) == "hi"
        await stage.clock.advance(5)
        assert posted
        assert (await run.state()).status == "COMPLETE"
    assert stage.troubles.heard == []
