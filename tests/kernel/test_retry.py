"""Waits between tries: a bound that doubles, and limits that limit."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.kernel.retry import RETRY_ATTEMPTS_MAX, Retry, unusable_retry


@given(st.integers(1, 10_000))
def test_the_bound_doubles_and_never_exceeds_the_most(attempt: int) -> None:
    bound = Retry(seconds_first=2.0, seconds_max=300.0).wait_seconds_max(attempt)
    assert bound == (2.0 * 2 ** (attempt - 1) if attempt <= 8 else 300.0)


@pytest.mark.parametrize(
    ("retry", "message"),
    [
        (Retry(attempts_max=0), "expected retry.attempts_max from 1 to 100, found 0"),
        (Retry(attempts_max=RETRY_ATTEMPTS_MAX + 1), "expected retry.attempts_max from 1 to 100, found 101"),
        (
            Retry(seconds_first=0.0),
            "expected retry.seconds_first above 0 and at most retry.seconds_max, found 0 and 60",
        ),
        (Retry(seconds_max=0.5), "expected retry.seconds_first above 0 and at most retry.seconds_max, found 1 and 0.5"),
        (
            Retry(seconds_max=math.inf),
            "expected retry.seconds_first above 0 and at most retry.seconds_max, found 1 and inf",
        ),
        (Retry(), None),
    ],
)
def test_what_is_no_limit_is_named(retry: Retry, message: str | None) -> None:
    assert unusable_retry(retry) == message
