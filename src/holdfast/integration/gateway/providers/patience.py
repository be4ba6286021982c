"""How long a provider asks to be left alone: out of headers and bodies, in seconds."""

import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

RETRY_INFO = re.compile(r'"retryDelay"\s*:\s*"([\d.]+)s"')


def retry_after_seconds(headers: Mapping[str, str], text: str = "") -> float | None:
    """Return what ``Retry-After`` or the body asks for; None where nothing does.

    A date counts from the answer's own ``Date``: the two clocks are the same one.
    """
    if (milliseconds := _number(headers.get("retry-after-ms"))) is not None:
        return milliseconds / 1_000
    asked = headers.get("retry-after")
    if (seconds := _number(asked)) is not None:
        return seconds
    instant, now = _instant(asked), _instant(headers.get("date"))
    if instant and now:
        return max(0.0, (instant - now).total_seconds())
    match = RETRY_INFO.search(text)
    return float(match[1]) if match else None


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text else None
    except ValueError:
        return None
    return number if number is not None and 0 <= number < float("inf") else None


def _instant(text: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
