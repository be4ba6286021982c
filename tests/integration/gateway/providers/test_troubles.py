"""What providers say when something goes wrong is told in a closed set of kinds; real words of theirs."""

import json

import pytest

from holdfast.integration.gateway.port import ModelCallFailed
from holdfast.integration.gateway.providers.troubles import Said, failure
from holdfast.kernel.outcomes import ErrorKind
from tests.integration.gateway.providers.recordings import Exchange, every_exchange, needs_recordings
from tests.integration.gateway.providers.stand_in import Accounts
from tests.integration.gateway.providers.test_recorded_replies import heard

TOO_LONG = [
    ("prompt is too long: 210000 tokens > 200000 maximum", "at most 200000 tokens, found 210000"),
    (
        "input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000, decrease input length",
        "at most 200000 tokens, found 188240 + 21333",
    ),
    (
        "This model's maximum context length is 128000 tokens. However, your messages resulted in 130001 tokens.",
        "at most 128000 tokens, found 130001",
    ),
    (
        "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
        "at most 1048576 tokens, found 1200000",
    ),
    (
        "the request (9000 tokens) exceeds the available context size (4096 tokens), try increasing it",
        "at most 4096 tokens, found 9000",
    ),
]


def told(status: int, body: object, headers: dict[str, str] | None = None) -> ModelCallFailed:
    return failure("m", Said(status, body if isinstance(body, str) else json.dumps(body), headers or {}))


@pytest.mark.parametrize(("message", "numbers"), TOO_LONG)
def test_a_request_that_is_too_long_is_told_with_the_numbers(message: str, numbers: str) -> None:
    found = told(400, {"error": {"type": "invalid_request_error", "message": message}})
    assert found.fault.kind is ErrorKind.CONTEXT_TOO_LONG
    assert numbers in found.fault.message
    assert not found.fault.retryable


def test_a_window_without_numbers_is_still_one() -> None:
    body = {"error": {"code": "context_length_exceeded", "message": "Your input exceeds the context window."}}
    assert told(400, body).fault.kind is ErrorKind.CONTEXT_TOO_LONG


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (400, {"type": "overloaded_error"}, ErrorKind.OVERLOADED),
        (200, {"type": "overloaded_error"}, ErrorKind.OVERLOADED),
        (200, {"code": 429}, ErrorKind.RATE_LIMITED),
        (200, {"code": 502}, ErrorKind.MODEL_FAILED),
        (400, {"code": "content_filter"}, ErrorKind.CONTENT_FILTER),
        (400, {"status": "INVALID_ARGUMENT", "message": "API key not valid. Pass a valid one."}, ErrorKind.AUTH),
        (418, {"type": "teapot"}, ErrorKind.MODEL_FAILED),
    ],
)
def test_where_status_and_word_disagree_the_word_is_the_closer_one(
    status: int, error: dict[str, object], kind: ErrorKind
) -> None:
    assert told(status, {"error": error}).fault.kind is kind


@pytest.mark.parametrize("code", ["insufficient_quota", "billing_not_active"])
def test_an_account_without_money_is_not_waited_for(code: str) -> None:
    found = told(429, {"error": {"code": code, "type": code, "message": "You exceeded your current quota."}})
    assert found.fault.kind is ErrorKind.RATE_LIMITED
    assert not found.fault.retryable
    assert "no money left" in found.fault.hint


@pytest.mark.parametrize(
    ("headers", "text", "seconds"),
    [
        ({"retry-after": "12"}, "", 12.0),
        ({"retry-after-ms": "250", "retry-after": "1"}, "", 0.25),
        ({"retry-after": "Fri, 20 Nov 2026 10:00:30 GMT", "date": "Fri, 20 Nov 2026 10:00:00 GMT"}, "", 30.0),
        ({}, '{"error": {"details": [{"retryDelay": "34.4s"}]}}', 34.4),
        ({"retry-after": "soon"}, "", None),
        ({"retry-after": "-1"}, "", None),
        ({"retry-after": "inf"}, "", None),
        ({}, "", None),
    ],
)
def test_how_long_to_wait_is_read_wherever_it_stands(headers: dict[str, str], text: str, seconds: float | None) -> None:
    assert told(429, text, headers).retry_after_seconds == seconds


@pytest.mark.parametrize("body", ["", "[]", "{}", "null", "3", '"no"', '{"error": "no"}', '{"detail": "no"}', "<p>"])
def test_whatever_comes_in_the_place_of_an_error_is_a_failure(body: str) -> None:
    assert told(500, body).fault.kind is ErrorKind.MODEL_FAILED


KINDS = {400: ErrorKind.BAD_REQUEST, 404: ErrorKind.BAD_REQUEST, 429: ErrorKind.RATE_LIMITED}


def recorded_errors() -> list[Exchange]:
    return [exchange for exchange in every_exchange() if exchange.api and exchange.status in KINDS]


@needs_recordings
async def test_each_recorded_error_is_of_its_kind() -> None:
    accounts = Accounts()
    for exchange in recorded_errors():
        found = await heard(accounts, exchange, None)
        assert isinstance(found, ModelCallFailed), exchange.name
        is_models = b"tool_use_failed" in exchange.body
        kind = ErrorKind.BAD_REPLY if is_models else KINDS[exchange.status]
        assert (found.fault.kind, found.may_be_billed) == (kind, is_models), exchange.name
