"""Whatever is under way is cut off at once: in a model's stream, in a tool, in a thread."""

import asyncio
import threading

from holdfast import Effect, tool
from holdfast.integration.gateway.lines import call, stall
from holdfast.journal.events import ModelCalled, ModelInterrupted, StepInterrupted
from holdfast.kernel.outcomes import Outcome
from tests.execution.talking import Shop
from tests.runtime.stage import Stage, desk, events_of, of_kind


async def test_a_model_stream_is_cut_off_at_once_and_charged_in_full() -> None:
    stage = Stage()
    async with stage.runtime([stall("let me think")]) as runtime:
        run = await runtime.start(desk(), "hello")
        await stage.clock.advance(1)
        began = stage.clock.now()
        await run.cancel("never mind")
        state = await stage.ended(run)
        events = await events_of(run)
    assert stage.clock.now() == began
    assert (state.status, state.outcome) == ("CANCELLED", Outcome.CANCELLED)
    assert len(of_kind(events, ModelInterrupted)) == 1
    (called,) = of_kind(events, ModelCalled)
    assert (state.spend.tokens, state.reserved) == (called.reserved, 0)


async def test_a_tool_is_cut_off_at_once() -> None:
    stage, shop = Stage(), Shop()

    @tool(effect=Effect.READ)
    async def wait() -> str:
        """Wait for what never comes."""
        shop.waiting.set()
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            shop.looked += 1
        return "no"

    async with stage.runtime([call("wait")]) as runtime:
        run = await runtime.start(desk(tools=[wait]), "hello")
        await shop.waiting.wait()
        await run.cancel("never mind")
        state = await stage.ended(run)
        events = await events_of(run)
    assert (state.status, shop.looked) == ("CANCELLED", 1)
    assert [event.in_doubt for event in of_kind(events, StepInterrupted)] == [False]


async def test_a_tool_in_a_thread_is_left_behind_at_once() -> None:
    began, may_end = threading.Event(), threading.Event()

    @tool(effect=Effect.READ)
    def block() -> str:
        """Block a thread."""
        began.set()
        may_end.wait(30)
        return "late"

    stage = Stage()
    try:
        async with stage.runtime([call("block")]) as runtime:
            run = await runtime.start(desk(tools=[block]), "hello")
            await asyncio.to_thread(began.wait, 30)
            await run.cancel("never mind")
            state = await stage.ended(run)
            assert not may_end.is_set()
    finally:
        may_end.set()
    assert state.status == "CANCELLED"
