"""A virtual clock moves only when told, and wakes its sleepers in the order of their instants."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.kernel.clock import LOOK_SECONDS_MAX, SystemClock, VirtualClock, sleep_until

WHOLE_SECONDS = st.integers(0, 30).map(float)


@given(st.lists(WHOLE_SECONDS, max_size=12), st.lists(WHOLE_SECONDS, max_size=6))
async def test_sleepers_wake_at_their_instants_in_order_however_the_clock_is_moved(
    naps: list[float], moves: list[float]
) -> None:
    clock = VirtualClock(start=1000.0)
    woken: list[tuple[float, int]] = []

    async def nap(number: int, seconds: float) -> None:
        await clock.sleep(seconds)
        assert clock.now() == 1000.0 + seconds
        woken.append((seconds, number))

    async with asyncio.TaskGroup() as group:
        for number, seconds in enumerate(naps):
            group.create_task(nap(number, seconds))
        for seconds in moves:
            await clock.advance(seconds)
            assert woken == sorted(woken)
            assert len(woken) == sum(each <= clock.now() - 1000.0 for each in naps)
        await clock.advance(30)
    assert woken == sorted((seconds, number) for number, seconds in enumerate(naps))


class SetClock(VirtualClock):
    """A clock that somebody sets: what sleeps on it knows nothing of that."""

    set_by = 0.0

    def now(self) -> float:
        return super().now() + self.set_by


@pytest.mark.parametrize(("set_by", "ends_after"), [(0.0, 1_000.0), (990.0, LOOK_SECONDS_MAX), (-500.0, 1_500.0)])
async def test_a_wait_for_an_instant_ends_when_the_clock_shows_it_be_it_set_on_or_back(
    set_by: float, ends_after: float
) -> None:
    clock = SetClock(start=0.0)
    waiting = asyncio.create_task(sleep_until(clock, 1_000.0))
    await clock.advance(1)
    clock.set_by = set_by
    await clock.advance(ends_after - 1.001)
    assert not waiting.done()
    await clock.advance(0.001)
    assert waiting.done()


async def test_an_instant_that_is_over_is_not_waited_for() -> None:
    clock = VirtualClock(start=10.0)
    await asyncio.wait_for(sleep_until(clock, 9.0), 10)


async def test_a_sleeper_that_sleeps_again_within_the_span_is_woken_again() -> None:
    clock = VirtualClock(start=0.0)
    ticks: list[float] = []

    async def tick() -> None:
        while len(ticks) < 5:
            await clock.sleep(2)
            ticks.append(clock.now())

    async with asyncio.TaskGroup() as group:
        group.create_task(tick())
        await clock.advance(10)
        assert ticks == [2.0, 4.0, 6.0, 8.0, 10.0]


async def test_a_cancelled_sleeper_is_forgotten() -> None:
    clock = VirtualClock(start=0.0)
    task = asyncio.create_task(clock.sleep(5))
    await clock.advance(1)
    assert clock.next_wake() == 5.0
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert clock.next_wake() is None
    await clock.advance(10)
    assert clock.now() == 11.0


async def test_a_clock_never_goes_back() -> None:
    clock = VirtualClock(start=100.0)
    await clock.advance(-5)
    assert clock.now() == 100.0


async def test_moved_by_two_at_once_it_ends_at_the_later_instant() -> None:
    clock = VirtualClock(start=0.0)
    await asyncio.gather(clock.advance(10), clock.advance(3))
    assert clock.now() == 10.0


async def test_sleeping_for_no_time_lets_the_others_run() -> None:
    clock, order = VirtualClock(), list[str]()

    async def other() -> None:
        order.append("other")

    task = asyncio.create_task(other())
    await clock.sleep(0)
    order.append("sleeper")
    await task
    assert order == ["other", "sleeper"]


async def test_the_systems_clock_goes_forward() -> None:
    clock = SystemClock()
    before = clock.now()
    await clock.sleep(0)
    assert clock.now() >= before
