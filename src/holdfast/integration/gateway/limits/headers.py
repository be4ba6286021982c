"""What the headers of an answer tell of a provider's limits. Pure.

Anthropic writes ``anthropic-ratelimit-input-tokens-remaining`` and the like; OpenAI, and most that are compatible with
it, ``x-ratelimit-remaining-tokens``, where input and output are one. When a limit is full again is not read: buckets
fill continuously, and a refusal says by itself how long to wait.
"""

from collections.abc import Mapping

from holdfast.integration.gateway.limits.meter import Left
from holdfast.integration.gateway.limits.rate import Rate

NOTHING_TOLD = Left()
_ANTHROPIC = "anthropic-ratelimit-{}-{}"
_COMMON = "x-ratelimit-{1}-{0}"


def left_in(headers: Mapping[str, str]) -> Left:
    """Return what is left of the limits. A limit of 0 or less is none: Azure writes so where it knows nothing."""
    requests, requests_limit = _told(headers, "requests", _ANTHROPIC, _COMMON)
    tokens, tokens_limit = _told(headers, "input-tokens", _ANTHROPIC)
    if tokens_limit is None:
        tokens, tokens_limit = _told(headers, "tokens", _COMMON)
    output, output_limit = _told(headers, "output-tokens", _ANTHROPIC)
    if requests_limit is tokens_limit is output_limit is None:
        return NOTHING_TOLD
    limits = Rate(requests=requests_limit, input_tokens=tokens_limit, output_tokens=output_limit)
    return Left(requests=requests, input_tokens=tokens, output_tokens=output, of=limits)


def _told(headers: Mapping[str, str], what: str, *forms: str) -> tuple[float | None, int | None]:
    """Return what remains and of how much, if the headers tell a limit of use."""
    for form in forms:
        limit = _number(headers.get(form.format(what, "limit")))
        if limit is not None and limit > 0:
            remaining = _number(headers.get(form.format(what, "remaining")))
            return None if remaining is None else max(0.0, remaining), int(limit)
    return None, None


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text else None
    except ValueError:
        return None
    return number if number is not None and abs(number) < float("inf") else None
