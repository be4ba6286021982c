"""The simulated loop: time leaps, the seed decides the order, processes freeze and die. Pins private names."""

import asyncio
import inspect
from contextvars import copy_context

import pytest

from holdfast.testing.simulator.clock import SimClock
from holdfast.testing.simulator.loop import PROCESS, GoesInCircles, NothingLeft, SimLoop


def order_of(seed: int) -> list[int]:
    order: list[int] = []

    async def note(number: int) -> None:
        await asyncio.sleep(number % 3)
        order.append(number)

    async def all_of_them() -> None:
        await asyncio.gather(*map(note, range(9)))

    loop = SimLoop(seed)
    loop.run_until_complete(all_of_them())
    loop.close()
    return order


def test_what_the_loop_takes_from_asyncio_is_there() -> None:
    loop = SimLoop(0)
    timer = loop.call_later(1, print)
    assert (timer._scheduled, loop._scheduled) == (True, [timer])  # type: ignore[attr-defined]  # the names it relies on
    handle = loop.call_soon(print)
    assert list(loop._ready) == [handle]
    assert PROCESS.get("") == handle._context.get(PROCESS, "")  # type: ignore[attr-defined]
    assert loop._stopping is False  # type: ignore[attr-defined]
    assert loop._clock_resolution > 0  # type: ignore[attr-defined]
    assert "self._run_once()" in inspect.getsource(asyncio.BaseEventLoop.run_forever)
    loop.close()


def test_the_same_seed_gives_the_same_order_and_others_give_others() -> None:
    assert order_of(1) == order_of(1)
    assert len({tuple(order_of(seed)) for seed in range(20)}) > 10


def test_a_wait_of_an_hour_takes_no_time() -> None:
    async def wait() -> float:
        clock = SimClock()
        began = clock.now()
        await clock.sleep(3600)
        return clock.now() - began

    loop = SimLoop(0)
    assert loop.run_until_complete(wait()) == pytest.approx(3600)
    loop.close()


def process(loop: SimLoop, name: str, lives: list[float]) -> "asyncio.Task[None]":
    async def tick() -> None:
        while True:
            await asyncio.sleep(1)
            lives.append(loop.time())

    context = copy_context()
    context.run(PROCESS.set, name)
    return loop.create_task(tick(), context=context)


def test_a_frozen_process_does_nothing_until_it_thaws_and_a_dead_one_nothing_more() -> None:
    loop, frozen, dead = SimLoop(0), list[float](), list[float]()
    tasks = [process(loop, "frozen", frozen), process(loop, "dead", dead)]

    async def play() -> None:
        loop.freeze("frozen", 5.5)
        await asyncio.sleep(2.5)
        loop.kill("dead")
        await asyncio.sleep(5)
        loop.raise_the_dead()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    loop.run_until_complete(play())
    loop.close()
    assert frozen == [5.5, 6.5]
    assert dead == [1, 2]


def test_waiting_for_nothing_is_told_and_so_is_running_in_circles() -> None:
    async def for_ever() -> None:
        await asyncio.get_running_loop().create_future()

    async def in_circles() -> None:
        await asyncio.sleep(0)
        await in_circles()

    for work, expected in ((for_ever, NothingLeft), (in_circles, GoesInCircles)):
        loop = SimLoop(0, steps_max=100)
        task = loop.create_task(work())
        with pytest.raises(expected):
            loop.run_until_complete(task)
        loop.steps = 0
        task.cancel()
        loop.run_until_complete(asyncio.wait((task,)))
        loop.close()
