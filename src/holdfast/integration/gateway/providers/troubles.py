"""What went wrong with a provider, told in the closed set of kinds: from a status, headers and a body to a failure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from holdfast.integration.gateway.port import ModelCallFailed
from holdfast.integration.gateway.providers.patience import retry_after_seconds
from holdfast.kernel.outcomes import ErrorKind, Fault

SAID_CHARACTERS_MAX = 8_000
"""How much of what a provider said is kept with a failure that has no kind of its own."""
MESSAGE_CHARACTERS_MAX = 600

_BY_STATUS = {
    400: ErrorKind.BAD_REQUEST,
    401: ErrorKind.AUTH,
    402: ErrorKind.RATE_LIMITED,
    403: ErrorKind.AUTH,
    404: ErrorKind.BAD_REQUEST,
    405: ErrorKind.BAD_REQUEST,
    408: ErrorKind.TIMEOUT,
    409: ErrorKind.OVERLOADED,
    413: ErrorKind.CONTEXT_TOO_LONG,
    415: ErrorKind.BAD_REQUEST,
    422: ErrorKind.BAD_REQUEST,
    429: ErrorKind.RATE_LIMITED,
    503: ErrorKind.OVERLOADED,
    504: ErrorKind.TIMEOUT,
    529: ErrorKind.OVERLOADED,
}
_BY_WORD = {
    "authentication_error": ErrorKind.AUTH,
    "content_filter": ErrorKind.CONTENT_FILTER,
    "content_policy_violation": ErrorKind.CONTENT_FILTER,
    "context_length_exceeded": ErrorKind.CONTEXT_TOO_LONG,
    "exceed_context_size_error": ErrorKind.CONTEXT_TOO_LONG,
    "invalid_api_key": ErrorKind.AUTH,
    "invalid_prompt": ErrorKind.CONTENT_FILTER,
    "invalid_request_error": ErrorKind.BAD_REQUEST,
    "not_found_error": ErrorKind.BAD_REQUEST,
    "overloaded_error": ErrorKind.OVERLOADED,
    "permission_error": ErrorKind.AUTH,
    "rate_limit_error": ErrorKind.RATE_LIMITED,
    "rate_limit_exceeded": ErrorKind.RATE_LIMITED,
    "request_too_large": ErrorKind.CONTEXT_TOO_LONG,
    "timeout_error": ErrorKind.TIMEOUT,
    "tool_use_failed": ErrorKind.BAD_REPLY,
}
"""What providers call it themselves; where a status and a word disagree, the word is the closer one."""
_OUT_OF_MONEY = frozenset({"insufficient_quota", "billing_error", "billing_not_active"})
_RETRYABLE = frozenset(
    {
        ErrorKind.BAD_REPLY,
        ErrorKind.MODEL_FAILED,
        ErrorKind.OVERLOADED,
        ErrorKind.RATE_LIMITED,
        ErrorKind.TIMEOUT,
    }
)
_MAY_BE_BILLED = frozenset({500, 502, 504})
"""Statuses of a server, or of one before it, that may have lost a reply that was made."""
_TOO_LONG = (
    re.compile(r"(?P<found>[\d,]+) tokens? > (?P<limit>[\d,]+)"),
    re.compile(r"context limit: (?P<found>\d+ \+ \d+) > (?P<limit>\d+)"),
    re.compile(r"maximum context length is (?P<limit>[\d,]+) tokens?.*?(?P<found>[\d,]+) tokens?", re.DOTALL),
    re.compile(r"token count \(?(?P<found>[\d,]+)\)? exceeds.*?\(?(?P<limit>[\d,]+)\)?", re.DOTALL),
    re.compile(r"\((?P<found>[\d,]+) tokens\) exceeds.*?\((?P<limit>[\d,]+) tokens\)", re.DOTALL),
    re.compile(r"exceeds the (?:context window|available context size)"),
    re.compile(r"prompt is too long"),
)


@dataclass(frozen=True, slots=True)
class Said:
    """What a provider answered in the place of a reply."""

    status: int
    text: str
    headers: Mapping[str, str]
    is_midway: bool = False
    """It came in the middle of a reply: some of that may have been made, and counted."""


def failure(model: str, said: Said) -> ModelCallFailed:
    """Return the failure that ``said`` tells of. One of no known kind keeps all of it."""
    error = _error_in(said.text)
    message = str(error.get("message") or said.text)
    words = [str(error[name]) for name in ("code", "type", "status") if error.get(name) is not None]
    kind = _kind(said.status, words, message)
    status = f" ({said.status})" if said.status >= 400 else ""
    what = said.text[:SAID_CHARACTERS_MAX] if kind is ErrorKind.MODEL_FAILED else _short(message)
    numbers = _numbers(message) if kind is ErrorKind.CONTEXT_TOO_LONG else ""
    is_broke = bool(_OUT_OF_MONEY.intersection(words)) or said.status == 402
    fault = Fault(
        kind,
        f"model {model!r}: {_SAYING[kind]}{status}{numbers}: {what}",
        retryable=(kind in _RETRYABLE or said.status >= 500) and not is_broke,
        hint=_hint(kind, is_broke=is_broke),
    )
    billed = said.is_midway or said.status in _MAY_BE_BILLED or kind is ErrorKind.BAD_REPLY
    return ModelCallFailed(fault, retry_after_seconds(said.headers, said.text), may_be_billed=billed)


def concealed(text: str, secret: str) -> str:
    """Return ``text`` without the key that a server may have repeated."""
    return text.replace(secret, "…") if secret else text


_SAYING = {
    ErrorKind.BAD_REPLY: "the model wrote what its provider could not read",
    ErrorKind.AUTH: "the provider does not accept the key, or it may not do this",
    ErrorKind.BAD_REQUEST: "the provider does not accept the request",
    ErrorKind.CONTENT_FILTER: "the provider's content filter stopped the request",
    ErrorKind.CONTEXT_TOO_LONG: "the request does not fit the model's window",
    ErrorKind.MODEL_FAILED: "the provider failed",
    ErrorKind.OVERLOADED: "the provider has too much to do",
    ErrorKind.RATE_LIMITED: "the provider's limit is reached",
    ErrorKind.TIMEOUT: "the provider took too long",
}


def _kind(status: int, words: list[str], message: str) -> ErrorKind:
    kinds = [_BY_WORD[word] for word in words if word in _BY_WORD]
    closest = next((kind for kind in kinds if kind is not ErrorKind.BAD_REQUEST), None)
    kind = closest or _BY_STATUS.get(status) or next(iter(kinds), ErrorKind.MODEL_FAILED)
    if kind is ErrorKind.MODEL_FAILED and words and words[0].isdigit():  # a status inside of the body
        kind = _BY_STATUS.get(int(words[0]), kind)
    if kind is ErrorKind.BAD_REQUEST and any(pattern.search(message) for pattern in _TOO_LONG):
        return ErrorKind.CONTEXT_TOO_LONG
    return ErrorKind.AUTH if kind is ErrorKind.BAD_REQUEST and "API key not valid" in message else kind


def _error_in(text: str) -> dict[str, Any]:
    """Return the part of an answer that describes the error, wherever providers put it."""
    try:
        found = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return {}
    if isinstance(found, list) and found:
        found = found[0]
    for name in ("error", "detail"):
        inner = found.get(name) if isinstance(found, dict) else None
        if isinstance(inner, dict):
            return inner
        if isinstance(inner, str):
            return {"message": inner}
    return found if isinstance(found, dict) else {}


def _numbers(message: str) -> str:
    for pattern in _TOO_LONG:
        if (match := pattern.search(message)) and match.groupdict():
            return f": expected at most {match['limit']} tokens, found {match['found']}"
    return ""


def _short(message: str) -> str:
    return " ".join(message.split())[:MESSAGE_CHARACTERS_MAX]


def _hint(kind: ErrorKind, *, is_broke: bool) -> str:
    if is_broke:
        return "the account has no money left: top it up, or use another"
    return {
        ErrorKind.AUTH: "check the key and what it may do: holdfast doctor",
        ErrorKind.CONTEXT_TOO_LONG: "show the model less, or use one with a larger window",
    }.get(kind, "")
