"""A bucket never hands out more than it holds and regains."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.kernel.bucket import MINUTE_SECONDS, Bucket


@given(st.lists(st.tuples(st.floats(0.1, 100), st.floats(0, 120)), max_size=30))
def test_who_waits_until_a_bucket_is_ready_never_takes_more_than_it_holds_and_regains(
    steps: list[tuple[float, float]],
) -> None:
    bucket, now, taken = Bucket(100, 0.0), 0.0, 0.0
    for amount, pause in steps:
        now = bucket.ready_at(amount, now + pause)
        bucket.take(amount, now)
        taken += amount
        assert taken <= 100 * (1 + now / MINUTE_SECONDS) + 1e-6


def test_a_debt_is_paid_by_the_refill() -> None:
    bucket = Bucket(60, 0.0)
    bucket.take(90, 0.0)
    assert bucket.ready_at(10, 0.0) == 40.0


def test_what_is_larger_than_the_bucket_waits_until_it_is_full() -> None:
    bucket = Bucket(60, 0.0)
    bucket.take(30, 0.0)
    assert bucket.ready_at(1_000, 0.0) == 30.0


def test_a_clock_that_is_set_back_fills_nothing_and_takes_nothing() -> None:
    bucket = Bucket(60, 100.0)
    bucket.take(60, 100.0)
    assert bucket.level(40.0) == 0.0
    assert bucket.level(160.0) == 60.0


def test_it_regains_what_it_holds_in_the_time_it_is_given() -> None:
    bucket = Bucket(2, 0.0, 10.0)
    bucket.take(2, 0.0)
    assert (bucket.ready_at(1, 0.0), bucket.level(5.0), bucket.level(60.0)) == (5.0, 1.0, 2.0)
