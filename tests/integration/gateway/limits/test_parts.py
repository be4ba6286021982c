"""The parts alone: buckets never hand out more than they hold, breakers open and probe, permits count once."""

import asyncio
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.dispatch.port import Lane
from holdfast.integration.gateway.limits.account import Account, Permit, Terms
from holdfast.integration.gateway.limits.admission import Admission, ModelBusy
from holdfast.integration.gateway.limits.breaker import OPEN_SECONDS_FIRST, Breaker, State
from holdfast.integration.gateway.limits.bucket import MINUTE_SECONDS, Bucket
from holdfast.integration.gateway.limits.line import WAITING_MAX, Line, Waiting
from holdfast.integration.gateway.limits.meter import DECREASE, MARGIN, Left, Meter
from holdfast.integration.gateway.limits.rate import Counting, Demand, Rate, Taken, expected
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.errors import HoldfastError
from holdfast.kernel.messages import Usage

DEMAND = Demand(input_tokens=100, output_tokens=20, output_tokens_max=50)


def nobody(_reserved: Taken, _taken: Taken | None) -> None:
    """Take no note of a call's end."""


# --- bucket ---


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


# --- meter ---


def test_what_a_call_did_not_take_comes_back_and_what_it_took_beyond_is_owed() -> None:
    meter = Meter(Rate(input_tokens=1_000), 0.0)
    for reserved, took in ((900, 100), (100, 400)):
        reservation = meter.reserve(Taken(1, reserved, 0), 0.0)
        meter.settle(reservation, Taken(1, took, 0), 0.0)
        meter.settle(reservation, Taken(1, 0, 0), 0.0)
    left = 1_000 * MARGIN - 500
    assert meter.ready_at(Taken(1, left, 0), 0.0) == 0.0
    assert meter.ready_at(Taken(1, left + 1, 0), 0.0) > 0.0


def test_headers_lower_a_bucket_and_never_raise_it() -> None:
    meter = Meter(Rate(input_tokens=1_000), 0.0)
    meter.observe(Left(input_tokens=5_000), 0.0)
    assert meter.ready_at(Taken(1, 1_000 * MARGIN, 0), 0.0) == 0.0
    meter.observe(Left(input_tokens=100), 0.0)
    assert meter.ready_at(Taken(1, 101, 0), 0.0) > 0.0


def test_overload_lowers_the_share_once_a_second_and_time_brings_it_back() -> None:
    meter = Meter(Rate(requests=100, at_once=10), 0.0)
    for _ in range(5):
        meter.refused(7.0, 10.0)
    assert meter.share(10.0) == pytest.approx(DECREASE)
    assert meter.ready_at(Taken(1), 10.0) == 17.0
    assert meter.share(1_000.0) == 1.0


def test_calls_at_once_are_bounded() -> None:
    meter = Meter(Rate(at_once=2), 0.0)
    first, _ = meter.reserve(Taken(1), 0.0), meter.reserve(Taken(1), 0.0)
    assert meter.ready_at(Taken(1), 0.0) == math.inf
    meter.settle(first, None, 0.0)
    assert meter.ready_at(Taken(1), 0.0) == 0.0


def test_a_provider_counts_a_call_in_its_own_way() -> None:
    demand = Demand(input_tokens=100, output_tokens=20, output_tokens_max=50, cached_tokens=60)
    assert expected(demand, Counting()) == Taken(1, 100, 20)
    assert expected(demand, Counting(counts_cached_input=False, reserves_output_max=True)) == Taken(1, 40, 50)


# --- breaker ---


def failing(breaker: Breaker, count: int, now: float) -> None:
    for _ in range(count):
        breaker.ended(failed=True, was_probe=False, now=now)


def test_it_opens_after_failures_lets_one_probe_through_and_shuts_on_success() -> None:
    breaker = Breaker()
    failing(breaker, 4, 0.0)
    assert breaker.state(0.0) is State.CLOSED
    failing(breaker, 1, 0.0)
    assert breaker.ready_at(0.0) == OPEN_SECONDS_FIRST
    assert breaker.state(OPEN_SECONDS_FIRST) is State.HALF_OPEN
    assert breaker.passing(OPEN_SECONDS_FIRST)
    assert breaker.ready_at(OPEN_SECONDS_FIRST) is None
    breaker.ended(failed=False, was_probe=True, now=6.0)
    assert breaker.state(6.0) is State.CLOSED


def test_a_probe_that_fails_opens_it_for_longer_and_one_that_is_cancelled_lets_another_try() -> None:
    breaker = Breaker()
    failing(breaker, 5, 0.0)
    breaker.passing(5.0)
    breaker.ended(failed=True, was_probe=True, now=5.0)
    assert breaker.ready_at(5.0) == 5.0 + 2 * OPEN_SECONDS_FIRST
    breaker.passing(20.0)
    breaker.withdrawn(was_probe=True)
    assert breaker.ready_at(20.0) == 20.0


# --- permits and admission ---


def test_a_permit_counts_once_whatever_is_told_afterwards() -> None:
    account = Account(Terms("one", Rate(input_tokens=1_000)), 0.0)
    permit = account.permit(DEMAND, 0.0, nobody)
    permit.replied(Usage(100, 20), 0.0)
    permit.overloaded(None, 0.0)
    permit.withdrawn(0.0)
    assert (account.meter.under_way, account.meter.share(0.0)) == (0, 1.0)
    assert account.state(0.0) is State.CLOSED


async def admitted(admission: Admission, *wanted: Demand) -> list[Permit]:
    serving = asyncio.ensure_future(admission.serve())
    try:
        return [await admission.admit("one", Lane.INTERACTIVE, each) for each in wanted]
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


async def test_of_accounts_that_are_free_the_cheapest_is_taken_and_a_window_that_is_too_small_is_passed_over() -> None:
    terms = (
        Terms("dear", usd_per_million=9.0),
        Terms("small", usd_per_million=1.0, window_tokens=120),
        Terms("cheap", usd_per_million=2.0),
    )
    admission = Admission("large", [Account(each, 0.0) for each in terms], VirtualClock())
    (permit,) = await admitted(admission, DEMAND)
    assert permit.account.terms.name == "cheap"


async def test_a_call_that_no_account_can_ever_take_is_refused_with_the_numbers() -> None:
    admission = Admission("large", [Account(Terms("small", window_tokens=120), 0.0)], VirtualClock())
    with pytest.raises(HoldfastError, match=r"takes 100 tokens and a reply of 50, found small \(120 tokens\)"):
        await admission.admit("one", Lane.INTERACTIVE, DEMAND)


async def test_a_full_line_refuses_at_once() -> None:
    admission = Admission("large", [Account(Terms("one"), 0.0)], VirtualClock())
    tasks = [asyncio.ensure_future(admission.admit("t", Lane.BATCH, DEMAND)) for _ in range(WAITING_MAX)]
    await asyncio.sleep(0)
    with pytest.raises(ModelBusy, match="expected at most 10000 calls to wait for large"):
        await admission.admit("t", Lane.RESUMED, DEMAND)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert admission.waiting == 0


async def test_who_is_cancelled_after_the_permit_was_given_gives_it_back() -> None:
    account = Account(Terms("one", Rate(at_once=1)), 0.0)
    admission = Admission("large", [account], VirtualClock())
    serving = asyncio.ensure_future(admission.serve())
    waiting = asyncio.ensure_future(admission.admit("t", Lane.BATCH, DEMAND))
    for _ in range(3):
        await asyncio.sleep(0)
        waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert account.meter.under_way == 0
    await asyncio.wait_for(admission.admit("t", Lane.BATCH, DEMAND), 5)
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


def test_who_comes_back_has_saved_nothing_up() -> None:
    line = Line()
    stays = Waiting("stays", Lane.BATCH, Taken(1), 0.0)
    line.join(stays)
    line.charge("stays", 1_000.0)
    comes = Waiting("comes", Lane.BATCH, Taken(1), 1.0)
    line.join(comes)
    line.charge("comes", 1.0)
    assert [call.tenant for call in line.order(2.0)] == ["stays", "comes"]
