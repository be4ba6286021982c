"""``current_time`` tells the time of the clock that it was given, in the zone that was asked for."""

import pytest

from holdfast.integration.tools.contract import ToolFailure
from holdfast.integration.tools.stock.clock import Moment, clock_tool, moment
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.effects import Effect

SUMMER = 1_782_561_600.9  # 27 June 2026, noon in UTC


async def test_it_reads_the_clock_that_it_was_given() -> None:
    clock = VirtualClock(SUMMER)
    tool = clock_tool(clock)
    await clock.advance(60)
    assert await tool.function() == Moment("2026-06-27T12:01:00+00:00", "UTC", "Saturday", 26, 1_782_561_660)


@pytest.mark.parametrize(
    ("zone", "local"),
    [("Europe/Berlin", "2026-06-27T14:00:00+02:00"), ("Asia/Kolkata", "2026-06-27T17:30:00+05:30")],
)
def test_a_zone_has_its_own_time(zone: str, local: str) -> None:
    assert moment(SUMMER, zone).local == local


@pytest.mark.parametrize("zone", ["Europe/Nowhere", "", "../../etc/passwd", "/etc/localtime", "a\0b", "Europe"])
def test_a_zone_that_is_not_known_is_said_so(zone: str) -> None:
    with pytest.raises(ToolFailure, match="expected the name of a time zone"):
        moment(SUMMER, zone)


def test_it_looks_at_the_world() -> None:
    assert clock_tool().effect is Effect.READ
