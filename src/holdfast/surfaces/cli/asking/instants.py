"""An instant as it is typed: a day of Coordinated Universal Time, or how long ago it was."""

import math
import re
from datetime import UTC, datetime

from holdfast.kernel.errors import InputError
from holdfast.surfaces.cli.asking.ages import age_seconds

DAY_SECONDS = 86_400.0
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def span(since: str | None, until: str | None, now: float) -> tuple[float, float]:
    """Return the first instant that is meant, and that which is not any more. Raises InputError."""
    first, end = since_instant(since, now), until_instant(until, now)
    if first >= end:
        raise InputError(f"expected --since before --until, found --since {since} and --until {until}")
    return first, end


def since_instant(text: str | None, now: float) -> float:
    """Return the first instant that is meant; without a text there is none before it. Raises InputError."""
    return -math.inf if text is None else _instant(text, now)


def until_instant(text: str | None, now: float) -> float:
    """Return the instant that is not meant any more: that after a day's end. Raises InputError."""
    if text is None:
        return math.inf
    return _instant(text, now) + (DAY_SECONDS if _DAY.fullmatch(text.strip()) else 0.0)


def _instant(text: str, now: float) -> float:
    if not _DAY.fullmatch(text.strip()):
        try:
            return now - age_seconds(text)
        except InputError:
            told = "a day such as 2026-11-20, or an age such as 12h or 7d"
            raise InputError(f"expected {told}, found {text!r}") from None
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d").replace(tzinfo=UTC).timestamp()
    except ValueError as error:
        raise InputError(f"expected a day of the calendar such as 2026-11-20, found {text!r}") from error
