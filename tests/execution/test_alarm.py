"""One timer serves all the instants that a run waits for: it rings when the first of them has come."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from holdfast.execution.alarm import Alarm
from holdfast.kernel.clock import VirtualClock

START = VirtualClock().now()


class Bedside:
    """An alarm, and at which instants it has rung."""

    def __init__(self, group: asyncio.TaskGroup) -> None:
        self.clock = VirtualClock(START)
        self.alarm = Alarm(self.clock, group, lambda: self.rung.append(self.clock.now() - START))
        self.rung: list[float] = []


@asynccontextmanager
async def bedside() -> AsyncIterator[Bedside]:
    async with asyncio.TaskGroup() as group:
        place = Bedside(group)
        yield place
        place.alarm.off()


async def test_it_rings_at_the_earliest_instant_whatever_the_order_in_which_it_was_told() -> None:
    async with bedside() as place:
        assert all(place.alarm.rings_by(START + seconds) for seconds in (300.0, 100.0, 200.0))
        await place.clock.advance(400.0)
        assert place.rung == [100.0]


async def test_once_it_has_rung_it_is_told_anew() -> None:
    async with bedside() as place:
        place.alarm.rings_by(START + 1.0)
        await place.clock.advance(1.0)
        assert place.alarm.rings_by(START + 2.0)
        await place.clock.advance(1.0)
        assert place.rung == [1.0, 2.0]


async def test_it_is_not_set_for_an_instant_that_has_come() -> None:
    async with bedside() as place:
        assert not place.alarm.rings_by(START)
        assert place.clock.next_wake() is None


async def test_one_that_is_turned_off_rings_no_more_and_ends() -> None:
    async with bedside() as place:
        place.alarm.rings_by(START + 1.0)
        await place.clock.advance(0.0)
        place.alarm.off()
        await place.clock.advance(2.0)
        assert place.rung == []
