"""What GitHub answers: refusals, limits, links to other pages. Pure."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from holdfast.integration.http.port import Answer
from holdfast.integration.http.verdict import check_done, read_json, retry_after_seconds, server_now
from holdfast.integration.tools.failures import OutcomeUnknown, ToolFailure

LIMITED = (403, 429)
_LINK = re.compile(r'<([^<>]*)>\s*;[^,]*?\brel="?(\w+)"?')


def check_allowed(server: str, answer: Answer, *, looks: bool) -> None:
    """Return if the call was done. Raises ToolFailure where it was not, OutcomeUnknown where nobody can tell.

    A limit, of the hour or on bursts, is told by 403 as well as by 429, with when to come back in one of two headers.
    """
    if answer.status in LIMITED and (after := _limited_seconds(answer.headers)) is not None:
        raise ToolFailure(f"{server} takes no more requests now", retryable=True, retry_after_seconds=after)
    check_done(server, answer, looks=looks)


def read_object(server: str, answer: Answer, *, looks: bool) -> dict[str, object]:
    """Return the object that was answered. Raises as ``check_allowed``, and for what is none."""
    check_allowed(server, answer, looks=looks)
    body = read_json(server, answer, looks=looks)
    if not isinstance(body, dict):
        message = f"{server} answered with something other than one object"
        raise ToolFailure(message) if looks else OutcomeUnknown(message)
    return body


def read_rows(server: str, answer: Answer) -> list[dict[str, object]]:
    """Return the list that was answered, of which only objects count. Raises ToolFailure."""
    check_allowed(server, answer, looks=True)
    body = read_json(server, answer, looks=True)
    return [each for each in body if isinstance(each, dict)] if isinstance(body, list) else []


def page_of(headers: Mapping[str, str], relation: str) -> int:
    """Return the number of the ``next``, ``last`` … page; 0 if there is none.

    Only the number is taken from a link: where requests go is not for an answer to say.
    """
    for url, found in _LINK.findall(headers.get("link", "")):
        number = parse_qs(urlsplit(url).query).get("page", [""])[0]
        if found == relation and number.isdecimal():
            return int(number)
    return 0


def _limited_seconds(headers: Mapping[str, str]) -> float | None:
    """Return how long to stay away; None if this is no matter of limits."""
    after = retry_after_seconds(headers)
    if after is not None or headers.get("x-ratelimit-remaining") != "0":
        return after
    reset, now = headers.get("x-ratelimit-reset", ""), server_now(headers)
    return max(0.0, float(reset) - now) if reset.isdecimal() and now is not None else None
