"""Patience lasts as long as it was told to, whenever its work first waits."""

import asyncio
from collections.abc import Callable

import pytest

from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.patience import Patience


def promised() -> "asyncio.Future[str]":
    return asyncio.get_running_loop().create_future()


async def at_once() -> str:
    return "here"


async def waits(future: "asyncio.Future[str]", also: Callable[[], None] = lambda: None) -> str:
    try:
        return await future
    finally:
        also()


async def test_what_answers_at_once_sets_no_timer() -> None:
    clock = VirtualClock()
    assert await Patience(clock, 5.0).wait_for(at_once()) == "here"
    assert clock.next_wake() is None


async def test_what_is_raised_at_once_is_raised() -> None:
    async def fails() -> None:
        raise ValueError("no")

    patience = Patience(VirtualClock(), 5.0)
    with pytest.raises(ValueError, match="no"):
        await patience.wait_for(fails())
    assert not patience.is_over


async def test_what_waits_gets_its_answer() -> None:
    clock, future = VirtualClock(), promised()
    waiting = asyncio.create_task(Patience(clock, 5.0).wait_for(waits(future)))
    await clock.advance(4.0)
    future.set_result("late")
    assert await waiting == "late"


async def test_an_answer_may_take_several_waits() -> None:
    async def twice() -> str:
        await asyncio.sleep(0)
        try:
            await asyncio.wait_for(asyncio.get_running_loop().create_future(), 0)
        except TimeoutError:
            return "at last"
        return "never"

    assert await Patience(VirtualClock(), 5.0).wait_for(twice()) == "at last"


async def test_a_future_can_be_waited_for_itself() -> None:
    future = promised()
    asyncio.get_running_loop().call_soon(future.set_result, "now")
    assert await Patience(VirtualClock(), 5.0).wait_for(future) == "now"


async def test_when_the_time_is_up_the_work_is_cancelled() -> None:
    clock, future, told = VirtualClock(), asyncio.get_running_loop().create_future(), list[str]()
    patience = Patience(clock, 5.0)
    waiting = asyncio.create_task(patience.wait_for(waits(future, lambda: told.append("let go"))))
    await clock.advance(4.9)
    assert not waiting.done()
    await clock.advance(0.2)
    with pytest.raises(TimeoutError):
        await waiting
    assert future.cancelled()
    assert told == ["let go"]
    assert patience.is_over


async def test_the_time_counts_from_the_beginning_not_from_the_first_wait() -> None:
    class Late(VirtualClock):
        """A clock on which the work's first step takes three seconds."""

        def step(self) -> None:
            self._now += 3.0

    clock, future = Late(), promised()

    async def slow() -> None:
        clock.step()
        await future

    waiting = asyncio.create_task(Patience(clock, 5.0).wait_for(slow()))
    await asyncio.sleep(0)
    await clock.advance(2.1)
    with pytest.raises(TimeoutError):
        await waiting


async def test_a_cancellation_from_outside_stays_one() -> None:
    clock, future = VirtualClock(), promised()
    patience = Patience(clock, 5.0)
    waiting = asyncio.create_task(patience.wait_for(waits(future)))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not patience.is_over


async def test_work_that_answers_its_cancellation_is_known_to_have_been_late() -> None:
    clock, future = VirtualClock(), promised()

    async def stubborn() -> str:
        try:
            return await future
        except asyncio.CancelledError:
            return "all the same"

    patience = Patience(clock, 5.0)
    waiting = asyncio.create_task(patience.wait_for(stubborn()))
    await clock.advance(6.0)
    assert await waiting == "all the same"
    assert patience.is_over
