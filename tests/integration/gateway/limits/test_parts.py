"""The parts alone: meters reserve and settle, permits count once, nobody overtakes."""

import asyncio
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.dispatch.port import Lane
from holdfast.integration.gateway.limits.account import Account, Terms
from holdfast.integration.gateway.limits.admission import Admission, ModelBusy, Prefer
from holdfast.integration.gateway.limits.line import WAITING_MAX, Line, Waiting
from holdfast.integration.gateway.limits.meter import DECREASE, MARGIN, Left, Meter, Reservation
from holdfast.integration.gateway.limits.rate import Counting, Demand, Rate, Taken, expected
from holdfast.kernel.breaker import State
from holdfast.kernel.bucket import MINUTE_SECONDS
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.messages import Usage
from holdfast.testing.simulator.clock import SimClock
from holdfast.testing.simulator.loop import SimLoop

DEMAND = Demand(input_tokens=100, output_tokens=20, output_tokens_max=50)


def nobody(_reserved: Taken, _taken: Taken | None) -> None:
    """Take no note of a call's end."""


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


# --- permits and admission ---


def test_a_permit_counts_once_whatever_is_told_afterwards() -> None:
    account = Account(Terms("one", Rate(input_tokens=1_000)), 0.0)
    permit = account.permit(DEMAND, 0.0, nobody)
    permit.replied(Usage(100, 20), 0.0)
    permit.overloaded(None, 0.0)
    permit.withdrawn(0.0)
    assert (account.meter.under_way, account.meter.share(0.0)) == (0, 1.0)
    assert account.state(0.0) is State.CLOSED


@pytest.mark.parametrize(("prefer", "taken"), [(Prefer.ORDER, "dear"), (Prefer.PRICE, "cheap")])
async def test_of_accounts_that_are_free_the_preferred_one_is_taken(prefer: Prefer, taken: str) -> None:
    terms = (Terms("dear", usd_per_million=9.0), Terms("unknown"), Terms("cheap", usd_per_million=2.0))
    admission = Admission("large", [Account(each, 0.0) for each in terms], VirtualClock())
    permit = admission.at_once("one", DEMAND, admission.accounts, prefer)
    assert permit is not None
    assert permit.account.terms.name == taken


async def test_the_account_with_the_most_left_is_taken_where_that_is_preferred() -> None:
    fuller = Account(Terms("fuller", Rate(requests=100)), 0.0)
    emptier = Account(Terms("emptier", Rate(requests=100)), 0.0)
    admission = Admission("large", [emptier, fuller], VirtualClock(0.0))
    emptier.permit(DEMAND, 0.0, nobody)
    assert admission.at_once("one", DEMAND, admission.accounts) is None, "what is limited is given out by the line"
    serving = asyncio.ensure_future(admission.serve())
    permit = await asyncio.wait_for(admission.admit("one", Lane.BATCH, DEMAND, admission.accounts, Prefer.HEADROOM), 5)
    assert permit.account is fuller
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


async def test_a_call_that_waits_for_one_account_holds_up_none_of_its_tenant_for_another() -> None:
    full, free = Account(Terms("full", Rate(at_once=1)), 0.0), Account(Terms("free"), 0.0)
    admission = Admission("both", [full, free], VirtualClock())
    full.permit(DEMAND, 0.0, nobody)
    serving = asyncio.ensure_future(admission.serve())
    waits = asyncio.ensure_future(admission.admit("t", Lane.RESUMED, DEMAND, [full]))
    await asyncio.sleep(0)
    assert admission.at_once("t", DEMAND, [free]) is None, "who comes later goes behind those in the line"
    permit = await asyncio.wait_for(admission.admit("t", Lane.BATCH, DEMAND, [free]), 5)
    assert permit.account is free
    assert not waits.done()
    for task in (serving, waits):
        task.cancel()
    await asyncio.gather(serving, waits, return_exceptions=True)


async def test_a_full_line_refuses_at_once() -> None:
    admission = Admission("large", [Account(Terms("one"), 0.0)], VirtualClock())
    waiting = (admission.admit("t", Lane.BATCH, DEMAND, admission.accounts) for _ in range(WAITING_MAX))
    tasks = [asyncio.ensure_future(each) for each in waiting]
    await asyncio.sleep(0)
    with pytest.raises(ModelBusy, match="expected at most 10000 calls to wait for large"):
        await admission.admit("t", Lane.RESUMED, DEMAND, admission.accounts)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert admission.waiting == 0


async def test_who_is_cancelled_after_the_permit_was_given_gives_it_back() -> None:
    account = Account(Terms("one", Rate(requests=60, at_once=1)), 0.0)
    admission = Admission("large", [account], VirtualClock(0.0))
    serving = asyncio.ensure_future(admission.serve())
    waiting = asyncio.ensure_future(admission.admit("t", Lane.BATCH, DEMAND, admission.accounts))
    for _ in range(3):
        await asyncio.sleep(0)
        waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert account.meter.under_way == 0
    assert account.meter.headroom(0.0) == 1.0, "what was never sent took nothing"
    await asyncio.wait_for(admission.admit("t", Lane.BATCH, DEMAND, admission.accounts), 5)
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


class Noting(Meter):
    """A meter that notes what is taken of input tokens, when, and whether it was admitted or settled."""

    def __init__(self, rate: Rate, now: float) -> None:
        super().__init__(rate, now)
        self.noted: list[tuple[float, float, bool]] = []

    def reserve(self, wanted: Taken, now: float) -> Reservation:
        self.noted.append((now, wanted.input_tokens, True))
        return super().reserve(wanted, now)

    def settle(self, reservation: Reservation, taken: Taken | None, now: float) -> None:
        if taken is not None:
            self.noted.append((now, taken.input_tokens - reservation.taken.input_tokens, False))
        super().settle(reservation, taken, now)


@given(
    st.lists(st.tuples(st.integers(1, 80), st.integers(0, 150), st.floats(0, 5)), min_size=1, max_size=40),
    st.integers(0, 2**16),
)
@settings(max_examples=40, deadline=None)
def test_what_is_admitted_in_any_time_never_exceeds_what_the_bucket_holds_and_regains(
    calls: list[tuple[int, int, float]], seed: int
) -> None:
    """Each call: what it is expected to take, what it takes in the end, how long it lasts."""

    async def admit_all() -> list[tuple[float, float, bool]]:
        clock = SimClock()
        rate = Rate(input_tokens=100)
        meter = Noting(rate, clock.now())
        account = Account(Terms("one", rate), clock.now(), meter)
        admission = Admission("large", [account], clock)

        async def one(number: int, expected_tokens: int, tokens: int, seconds: float) -> None:
            demand = Demand(input_tokens=expected_tokens, output_tokens=0, output_tokens_max=0)
            permit = await admission.admit(f"t{number % 3}", Lane(number % 3), demand, [account])
            await asyncio.sleep(seconds)
            permit.replied(Usage(tokens, 0), clock.now())

        serving = asyncio.ensure_future(admission.serve())
        await asyncio.gather(*(one(number, *call) for number, call in enumerate(calls)))
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        return meter.noted

    loop = SimLoop(seed)
    try:
        noted = loop.run_until_complete(admit_all())
    finally:
        loop.close()
    capacity = 100.0 * MARGIN
    level, at = capacity, noted[0][0]
    for instant, amount, is_admission in noted:
        level, at = min(capacity, level + (instant - at) * capacity / MINUTE_SECONDS), instant
        assert not is_admission or level >= min(amount, capacity) - 1e-6
        level = min(capacity, level - amount)
