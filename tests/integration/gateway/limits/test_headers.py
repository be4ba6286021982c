"""What the headers of an answer tell of limits is heeded, and what they tell of no use is not."""

import pytest

from holdfast.integration.gateway.limits.headers import NOTHING_TOLD, left_in
from holdfast.integration.gateway.limits.meter import MARGIN, Left, Meter
from holdfast.integration.gateway.limits.rate import Rate, Taken


def test_both_forms_of_headers_are_read() -> None:
    anthropic = {
        "anthropic-ratelimit-requests-limit": "4000",
        "anthropic-ratelimit-requests-remaining": "3999",
        "anthropic-ratelimit-requests-reset": "2026-02-17T23:46:28Z",
        "anthropic-ratelimit-input-tokens-limit": "2000000",
        "anthropic-ratelimit-input-tokens-remaining": "1999000",
        "anthropic-ratelimit-output-tokens-limit": "400000",
        "anthropic-ratelimit-output-tokens-remaining": "400000",
        "anthropic-ratelimit-tokens-limit": "2400000",
        "anthropic-ratelimit-tokens-remaining": "2399000",
    }
    limits = Rate(requests=4_000, input_tokens=2_000_000, output_tokens=400_000)
    assert left_in(anthropic) == Left(requests=3_999, input_tokens=1_999_000, output_tokens=400_000, of=limits)
    openai = {
        "x-ratelimit-limit-requests": "30000",
        "x-ratelimit-remaining-requests": "29999",
        "x-ratelimit-reset-requests": "2ms",
        "x-ratelimit-limit-tokens": "150000000",
        "x-ratelimit-remaining-tokens": "149999987",
    }
    assert left_in(openai) == Left(
        requests=29_999, input_tokens=149_999_987, of=Rate(requests=30_000, input_tokens=150_000_000)
    )


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-ratelimit-limit-tokens": "-1", "x-ratelimit-remaining-tokens": "0"},
        {"x-ratelimit-limit-tokens": "0", "x-ratelimit-remaining-tokens": "0"},
        {"x-ratelimit-remaining-tokens": "0"},
        {"x-ratelimit-limit-requests": "many", "x-ratelimit-remaining-requests": "few"},
        {"x-ratelimit-limit-requests": "nan"},
        {"x-ratelimit-limit-requests": "inf"},
    ],
)
def test_what_tells_no_limit_of_use_is_not_heeded(headers: dict[str, str]) -> None:
    assert left_in(headers) is NOTHING_TOLD


def test_a_limit_that_is_told_holds_where_none_is_configured_and_never_raises_one_that_is() -> None:
    told = Left(requests=500, input_tokens=50_000, of=Rate(requests=1_000, input_tokens=50_000))
    unknown, known = Meter(Rate(), 0.0), Meter(Rate(requests=100), 0.0)
    unknown.observe(told, 0.0)
    known.observe(told, 0.0)
    assert unknown.limits == Rate(requests=1_000, input_tokens=50_000)
    assert unknown.headroom(0.0) == pytest.approx(0.5)
    assert known.limits == Rate(requests=100, input_tokens=50_000)
    lower = Left(requests=10, of=Rate(requests=20))
    known.observe(lower, 0.0)
    assert known.limits.requests == 20


def test_the_call_that_is_answered_is_not_taken_off_twice() -> None:
    meter = Meter(Rate(input_tokens=1_000), 0.0)
    answered, under_way = meter.reserve(Taken(1, 300), 0.0), meter.reserve(Taken(1, 100), 0.0)
    meter.observe(Left(input_tokens=700, of=Rate(input_tokens=1_000)), 0.0, answered)
    assert meter.headroom(0.0) == pytest.approx((1_000 * MARGIN - 400) / (1_000 * MARGIN))
    meter.observe(Left(input_tokens=500, of=Rate(input_tokens=1_000)), 0.0, answered)
    assert meter.headroom(0.0) == pytest.approx((500 * MARGIN - 100) / (1_000 * MARGIN))
    meter.settle(under_way, None, 0.0)


def test_where_no_limit_is_known_a_refusal_makes_the_calls_under_way_fewer() -> None:
    meter = Meter(Rate(), 0.0)
    for _ in range(10):
        meter.reserve(Taken(1), 0.0)
    assert meter.ready_at(Taken(1), 0.0) == 0.0
    meter.refused(None, 0.0)
    assert meter.ready_at(Taken(1), 1.0) == float("inf")
    assert meter.ready_at(Taken(1), 61.0) == 61.0
