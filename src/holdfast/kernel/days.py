"""Days and months as numbers, so that what is reckoned by them needs no clock: all of them are of UTC."""

import datetime

DAY_SECONDS = 86_400

_FIRST = datetime.date(1970, 1, 1).toordinal()


def day_of(instant: float) -> int:
    """Return the day of ``instant``, counted from the first of January 1970."""
    return int(instant // DAY_SECONDS)


def begins_at(day: int) -> float:
    """Return the instant at which ``day`` begins."""
    return float(day * DAY_SECONDS)


def month_of(day: int) -> tuple[int, int]:
    """Return the first and the last day of the month that ``day`` is in."""
    date = datetime.date.fromordinal(_FIRST + day)
    first = date.replace(day=1)
    after = (first + datetime.timedelta(days=31)).replace(day=1)
    return first.toordinal() - _FIRST, after.toordinal() - _FIRST - 1


def written(instant: float) -> str:
    """Return an instant to the minute, such as ``2026-11-20 00:00 UTC``."""
    day, seconds = divmod(int(instant), DAY_SECONDS)
    date = datetime.date.fromordinal(_FIRST + day).isoformat()
    return f"{date} {seconds // 3600:02}:{seconds // 60 % 60:02} UTC"
