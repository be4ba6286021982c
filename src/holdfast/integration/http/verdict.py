"""What an answer's status says of a call: done, failed for certain, to be tried later, or nobody knows. Pure."""

import math
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import msgspec

from holdfast.integration.http.port import Answer
from holdfast.integration.tools.failures import OutcomeUnknown, ToolFailure

SAID_CHARACTERS_MAX = 400
NOT_FOR_YOU = "only whoever runs this can change what it may do: do without it"
_NO_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_LATER = frozenset({408, 425, 429})
_MOVED_UNDONE = frozenset({304, 305, 307, 308})
"""Statuses that send elsewhere, of a server that has done nothing yet."""
_NEVER = frozenset({501, 505})
_TOLD_IN = ("message", "detail", "error_description", "error", "title", "description", "errors")


def check_done(server: str, answer: Answer, *, looks: bool) -> None:
    """Return if the call was done.

    Raises ToolFailure where it certainly was not, or only ``looks``; else OutcomeUnknown. A server in trouble may have
    done what it was asked before the trouble began: only 429, and 503 that says when to come back, turn a call away.
    """
    if answer.is_cut:
        raise _unreadable(server, answer, looks=looks)
    if 200 <= answer.status < 300:
        return
    said, after = f"{server} answered {_named(answer.status)}{_told(answer)}", retry_after_seconds(answer.headers)
    match answer.status:
        case status if status in _LATER:
            raise ToolFailure(said, retryable=True, retry_after_seconds=after)
        case 401 | 403 | 407:
            raise ToolFailure(said, hint=NOT_FOR_YOU)
        case status if 400 <= status < 500 or status in _MOVED_UNDONE:
            raise ToolFailure(said)
        case 503 if looks or after is not None:
            raise ToolFailure(said, retryable=True, retry_after_seconds=after)
        case status if looks:
            raise ToolFailure(said, retryable=status >= 500 and status not in _NEVER, retry_after_seconds=after)
        case _:
            raise OutcomeUnknown(said)


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """Return how long the server asks to be left alone; None if it does not, or in no form that there is.

    An instant is measured by the server's own clock, as far as it tells it.
    """
    told = headers.get("retry-after", "").strip()
    if not told:
        return None
    try:
        seconds = float(told)
    except ValueError:
        until, now = _instant(told), server_now(headers)
        seconds = math.nan if until is None or now is None else until - now
    return max(0.0, seconds) if math.isfinite(seconds) else None


def server_now(headers: Mapping[str, str]) -> float | None:
    """Return the instant at which the server says that it answered."""
    return _instant(headers.get("date", ""))


def read_json(server: str, answer: Answer, *, looks: bool) -> object:
    """Return the body of an answer that says a call was done. Raises ToolFailure or OutcomeUnknown if it is no JSON."""
    try:
        value: object = msgspec.json.decode(answer.body)
    except _NO_JSON as error:
        message = f"{server} answered {answer.status} with what is no JSON"
        raise (ToolFailure(message) if looks else OutcomeUnknown(message)) from error
    return value


def _unreadable(server: str, answer: Answer, *, looks: bool) -> Exception:
    message = f"{server} answered {answer.status}, and its answer is too long or packed: it was not read"
    return ToolFailure(message) if looks or 400 <= answer.status < 500 else OutcomeUnknown(message)


def _named(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _told(answer: Answer) -> str:
    """Return what the body says of the failure, as far as it says it in one of the usual places."""
    try:
        body: object = msgspec.json.decode(answer.body)
    except _NO_JSON:
        body = answer.body.decode("utf-8", "replace") if answer.media_type == "text/plain" else ""
    told = " ".join(dict.fromkeys(_texts(body, 0)))[:SAID_CHARACTERS_MAX]
    return f": {told}" if told else ""


def _texts(part: object, level: int) -> list[str]:
    match part:
        case str():
            return [part]
        case dict() if level < 3:
            return [text for name in _TOLD_IN if name in part for text in _texts(part[name], level + 1)]
        case list() if level < 3:
            return [text for each in part[:5] for text in _texts(each, level + 1)]
        case _:
            return []


def _instant(told: str) -> float | None:
    try:
        read = parsedate_to_datetime(told)
    except ValueError:
        return None
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
