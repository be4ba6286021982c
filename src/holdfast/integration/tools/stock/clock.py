"""A tool that tells the time."""

import datetime
import zoneinfo
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from holdfast.integration.tools.contract import Tool, ToolFailure, tool
from holdfast.kernel.clock import Clock, SystemClock
from holdfast.kernel.effects import Effect

ZONE_CHARACTERS_MAX = 64


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant as a calendar and a clock on the wall show it."""

    local: str
    """ISO 8601, to the second, with its distance from UTC."""
    zone: str
    weekday: str
    week: int
    """Of the year, by ISO 8601."""
    unix_seconds: int


def clock_tool(clock: Clock | None = None) -> Tool:
    """Return the tool ``current_time``, which reads ``clock``: the machine's, unless another is given."""
    read = clock or SystemClock()

    @tool(effect=Effect.READ, timeout_seconds=5)
    async def current_time(
        zone: Annotated[
            str, Field(max_length=ZONE_CHARACTERS_MAX, description="A time zone such as Europe/Berlin")
        ] = "UTC",
    ) -> Moment:
        """Tell the present date and time."""
        return moment(read.now(), zone)

    return current_time


def moment(instant: float, zone: str) -> Moment:
    """Return ``instant`` in a time zone. Raises ToolFailure for a zone that is not known."""
    try:
        local = datetime.datetime.fromtimestamp(instant, zoneinfo.ZoneInfo(zone))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        told = f"expected the name of a time zone, found {zone!r}"
        raise ToolFailure(told, hint="for example UTC, Europe/Berlin or America/New_York") from error
    return Moment(
        local.isoformat(timespec="seconds"), zone, local.strftime("%A"), local.isocalendar().week, int(instant)
    )
