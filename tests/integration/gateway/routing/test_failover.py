"""Where a request that failed may still be answered, by the kind of its failure; and never twice in secret."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.integration.gateway.limits.account import BARRED_SECONDS
from holdfast.integration.gateway.limits.rate import Rate
from holdfast.integration.gateway.port import ModelCallFailed
from holdfast.integration.gateway.routing.caller import Caller
from holdfast.integration.gateway.routing.failover import REMEDIES, Remedy, remedy_for
from holdfast.integration.gateway.routing.passage import TRIES_MAX, WAIT_SECONDS_MAX
from holdfast.integration.gateway.routing.retries import RETRIES_A_MINUTE, RETRIES_SHARE_MAX, RetryBudget
from holdfast.kernel.breaker import CALLS_MIN, State
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.messages import Reply
from holdfast.kernel.outcomes import ErrorKind
from holdfast.kernel.ways import Try, Way
from tests.integration.gateway.asking import asked
from tests.integration.gateway.routing.places import Routed, Told, failure, unheard

ELSEWHERE = {
    ErrorKind.AUTH,
    ErrorKind.BROKEN_STREAM,
    ErrorKind.MODEL_FAILED,
    ErrorKind.OVERLOADED,
    ErrorKind.RATE_LIMITED,
    ErrorKind.TIMEOUT,
}


async def call(routed: Routed, caller: Caller | None = None) -> Reply:
    """Make one call while the line is served."""
    serving = asyncio.ensure_future(routed.admission.serve())
    try:
        return await routed.gateway.call("large", asked(), unheard, caller or Caller())
    finally:
        serving.cancel()
        await asyncio.wait((serving,))


@pytest.mark.parametrize("kind", ErrorKind)
async def test_what_is_the_places_fault_is_asked_elsewhere_and_what_is_the_requests_is_not(kind: ErrorKind) -> None:
    broken, whole = Told("broken", [failure(kind, retry_after=9.0)]), Told("whole", ["yes"])
    routed = Routed(broken, whole)
    if kind in ELSEWHERE:
        reply = await call(routed)
        assert reply.way == Way("account-whole", "whole", 0.0, (Try("account-broken", "broken", kind, 0.0),))
    else:
        with pytest.raises(ModelCallFailed) as failed:
            await call(routed)
        assert failed.value.way == Way("account-broken", "broken")
    assert whole.asked == (kind in ELSEWHERE)


@pytest.mark.parametrize("kind", ErrorKind)
def test_what_may_be_billed_or_was_heard_is_never_repeated_within_an_attempt(kind: ErrorKind) -> None:
    assert remedy_for(failure(kind, billed=True), has_begun=False) is Remedy.NOWHERE
    assert remedy_for(failure(kind), has_begun=True) is Remedy.NOWHERE
    assert (remedy_for(failure(kind), has_begun=False) is Remedy.NOWHERE) == (kind not in REMEDIES)


async def test_a_failure_that_may_be_billed_ends_the_attempt_and_the_next_one_begins_elsewhere() -> None:
    first, second = Told("first", [failure(ErrorKind.TIMEOUT, billed=True)]), Told("second", ["yes"])
    routed = Routed(first, second)
    with pytest.raises(ModelCallFailed) as failed:
        await call(routed)
    way = failed.value.way
    assert way is not None
    assert second.asked == 0
    reply = await call(routed, Caller(failed_at=(way.account, way.place)))
    assert reply.message.text == "yes"
    assert first.asked == 1


async def test_a_reply_of_which_something_was_heard_is_not_begun_anew_within_an_attempt() -> None:
    first = Told("first", [failure(ErrorKind.OVERLOADED)], text_first="Well, ")
    second = Told("second", ["yes"])
    with pytest.raises(ModelCallFailed):
        await call(Routed(first, second))
    assert second.asked == 0


async def test_too_long_a_prompt_goes_to_a_larger_window_and_not_to_another_account() -> None:
    too_long = failure(ErrorKind.CONTEXT_TOO_LONG, retryable=False)
    small, same, large = Told("small", [too_long]), Told("small", ["no"]), Told("large", ["yes"])
    routed = Routed(small, same, large, accounts=["a", "b", "a"], windows=[8_000, 8_000, 200_000])
    assert (await call(routed)).message.text == "yes"
    assert same.asked == 0
    unknown = Routed(Told("x", [too_long]), Told("y", ["no"]))
    with pytest.raises(ModelCallFailed):
        await call(unknown)


async def test_what_is_known_to_be_too_long_for_a_place_is_not_sent_there() -> None:
    small, large = Told("small", ["no"]), Told("large", ["yes"])
    routed = Routed(small, large, windows=[8_000, 200_000])
    assert (await call(routed, Caller(input_tokens=5_000))).message.text == "yes"
    assert small.asked == 0


async def test_what_seems_too_long_for_every_place_goes_to_the_largest_for_the_provider_counts_better() -> None:
    small, large = Told("small", ["no"]), Told("large", ["yes"])
    routed = Routed(small, large, windows=[8_000, 9_000])
    assert (await call(routed, Caller(input_tokens=50_000))).message.text == "yes"


async def test_a_key_that_is_not_accepted_is_passed_over_for_a_while_and_its_reason_kept() -> None:
    clock = VirtualClock()
    refused, other = Told("m", [failure(ErrorKind.AUTH, retryable=False)]), Told("m", ["yes"])
    same_key = Told("n", ["no"])
    routed = Routed(refused, same_key, other, accounts=["a", "a", "b"], clock=clock)
    for _ in range(3):
        assert (await call(routed)).message.text in ("yes", "no")
    assert refused.asked == 1
    account = routed.accounts[0]
    assert account.trouble == "it is auth"
    assert account.is_barred(clock.now())
    await clock.advance(BARRED_SECONDS)
    assert not account.is_barred(clock.now())


async def test_the_only_account_is_asked_although_its_key_was_refused() -> None:
    refused = Told("m", [failure(ErrorKind.AUTH, retryable=False), "yes"])
    routed = Routed(refused)
    with pytest.raises(ModelCallFailed):
        await call(routed)
    assert (await call(routed)).message.text == "yes"
    assert not routed.accounts[0].is_barred(routed.clock.now())


async def test_an_account_without_money_is_passed_over_like_one_without_a_key() -> None:
    broke, other = Told("m", [failure(ErrorKind.RATE_LIMITED, retryable=False)]), Told("m", ["yes"])
    assert (await call(Routed(broke, other, accounts=["a", "b"]))).message.text == "yes"


async def test_the_only_account_that_is_rate_limited_is_waited_for_as_long_as_it_asks() -> None:
    clock = VirtualClock()
    routed = Routed(Told("m", [failure(ErrorKind.RATE_LIMITED, retry_after=7.0), "yes"]), clock=clock)
    task = asyncio.ensure_future(call(routed))
    await clock.advance(6.9)
    assert not task.done()
    await clock.advance(0.2)
    reply = await task
    assert reply.way is not None
    assert reply.way.waited_seconds == pytest.approx(7.0)
    assert [each.kind for each in reply.way.tries] == [ErrorKind.RATE_LIMITED]


async def test_a_wait_for_ones_turn_is_bounded_and_its_end_costs_nothing() -> None:
    clock = VirtualClock()
    routed = Routed(Told("m", ["yes"]), rate=Rate(at_once=1), clock=clock)
    held = routed.accounts[0].permit(routed.route.expectation.of(10, 10), clock.now(), lambda *_: None)
    task = asyncio.ensure_future(call(routed))
    await clock.advance(WAIT_SECONDS_MAX)
    with pytest.raises(ModelCallFailed, match=r"'large': expected its turn within 600 s") as failed:
        await task
    assert failed.value.fault.retryable
    assert not failed.value.may_be_billed
    assert failed.value.way == Way(waited_seconds=WAIT_SECONDS_MAX)
    assert routed.admission.waiting == 0
    held.unused(clock.now())


async def test_who_is_cancelled_while_waiting_leaves_nothing_behind() -> None:
    clock = VirtualClock()
    routed = Routed(Told("m", ["yes"]), rate=Rate(at_once=1), clock=clock)
    held = routed.accounts[0].permit(routed.route.expectation.of(10, 10), clock.now(), lambda *_: None)
    task = asyncio.ensure_future(call(routed))
    await clock.advance(1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (routed.admission.waiting, routed.accounts[0].meter.under_way) == (0, 1)
    held.unused(clock.now())
    assert (await asyncio.wait_for(call(routed), 5)).message.text == "yes"


async def test_a_place_that_keeps_failing_is_left_alone_until_a_probe_finds_it_well() -> None:
    clock = VirtualClock()
    down = Told("down", [failure(ErrorKind.OVERLOADED)] * CALLS_MIN + ["well again"])
    routed = Routed(down, Told("up", ["yes"]), clock=clock)
    for _ in range(CALLS_MIN + 3):
        assert (await asyncio.wait_for(call(routed), 5)).message.text == "yes"
    assert down.asked == CALLS_MIN
    assert routed.accounts[0].state(clock.now()) is State.OPEN
    await clock.advance(10)
    assert (await asyncio.wait_for(call(routed), 5)).message.text == "well again"
    assert routed.accounts[0].state(clock.now()) is State.CLOSED


async def test_one_attempt_asks_only_so_often() -> None:
    models = [Told(f"m{number}", [failure(ErrorKind.OVERLOADED)]) for number in range(TRIES_MAX + 4)]
    with pytest.raises(ModelCallFailed) as failed:
        await call(Routed(*models))
    assert sum(each.asked for each in models) == TRIES_MAX
    assert failed.value.way is not None
    assert len(failed.value.way.tries) == TRIES_MAX - 1


@given(st.lists(st.tuples(st.floats(0, 30), st.booleans()), max_size=300))
def test_retries_are_a_share_of_the_calls_beyond_what_little_traffic_may_have(steps: list[tuple[float, bool]]) -> None:
    budget, now, calls, retries = RetryBudget(0.0), 0.0, 0, 0
    for gap, is_retry in steps:
        now += gap
        if is_retry:
            retries += budget.draws(now)
        else:
            calls += 1
            budget.called()
    assert retries <= RETRIES_SHARE_MAX * calls + RETRIES_A_MINUTE * (1 + now / 60) + 1e-6
