"""A second beside a silent first: one of them is heard, the other let go of, and both are told of and counted."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.integration.gateway.limits.rate import Rate
from holdfast.integration.gateway.port import ModelCallFailed, ModelRequest, TextDelta
from holdfast.integration.gateway.routing.caller import Caller
from holdfast.integration.gateway.routing.hedging import SEEN_MIN, HedgeAfter
from holdfast.kernel.breaker import CALLS_MIN, State
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.messages import Reply, Role, StopReason, Usage, say
from holdfast.kernel.outcomes import ErrorKind
from holdfast.kernel.ways import Hedge, Way
from tests.integration.gateway.asking import asked
from tests.integration.gateway.routing.places import Routed, Slow, failure

AFTER_TWO_SECONDS = HedgeAfter(seconds=2.0)
PAID_FOR_TWO = Caller(may_hedge=True)


class Calls:
    """Calls of one route on a clock that is moved, and what was heard of each."""

    def __init__(self, *silent: float, then: float = 0.0, hedge: HedgeAfter = AFTER_TWO_SECONDS) -> None:
        self.clock = VirtualClock()
        self.models = [Slow(name, self.clock, [each], then=then) for name, each in zip("abc", silent, strict=False)]
        self.hedge = hedge
        self.heard: list[str] = []

    def routed(self, **changes: object) -> Routed:
        return Routed(*self.models, clock=self.clock, hedge_after=self.hedge, **changes)  # type: ignore[arg-type]

    async def call(self, routed: Routed, caller: Caller = PAID_FOR_TWO, seconds: float = 200.0) -> Reply:
        """Make one call, and let so much time pass."""
        serving = asyncio.ensure_future(routed.admission.serve())
        calling = asyncio.ensure_future(routed.gateway.call("large", asked(), self.heard.append, caller))
        try:
            await self.clock.advance(seconds)
            assert calling.done()
            return calling.result()
        finally:
            for task in (calling, serving):
                task.cancel()
            await asyncio.wait((calling, serving))
            assert not any(model.under_way for model in self.models), "nobody outlives the call"


async def test_a_second_is_asked_beside_a_silent_first_and_the_one_that_begins_is_heard() -> None:
    calls = Calls(10.0, 1.0, then=3.0)
    reply = await calls.call(calls.routed())
    assert reply.message.text == "b"
    assert calls.heard == ["b", ""]
    hedge = Hedge("account-a", "a", 2.0, 3.0, is_first=True, is_charged=True)
    assert reply.way == Way("account-b", "b", hedge=hedge)
    assert [model.answered for model in calls.models] == [0, 1]


async def test_a_first_that_begins_after_all_is_heard_and_the_second_let_go_of() -> None:
    calls = Calls(2.5, 1.0, then=3.0)
    reply = await calls.call(calls.routed())
    assert reply.message.text == "a"
    assert calls.heard == ["a", ""]
    assert reply.way == Way("account-a", "a", hedge=Hedge("account-b", "b", 2.0, 0.5, is_charged=True))


async def test_a_first_that_has_begun_in_time_is_alone_however_long_it_takes() -> None:
    calls = Calls(1.9, 0.0, then=100.0)
    reply = await calls.call(calls.routed())
    assert reply.way == Way("account-a", "a")
    assert calls.models[1].asked == 0


@pytest.mark.parametrize("caller", [Caller(), Caller(may_hedge=False)])
async def test_nobody_is_asked_beside_a_call_that_was_paid_for_once(caller: Caller) -> None:
    calls = Calls(10.0, 1.0)
    reply = await calls.call(calls.routed(), caller)
    assert (reply.message.text, calls.models[1].asked) == ("a", 0)


async def test_the_same_capacity_is_never_asked_twice() -> None:
    calls = Calls(10.0, 1.0)
    routed = calls.routed()
    routed.accounts[1].meter = routed.accounts[0].meter
    assert not routed.gateway.is_hedged("large")
    reply = await calls.call(routed)
    assert (reply.message.text, calls.models[1].asked) == ("a", 0)


async def test_a_place_in_bad_health_is_not_asked_beside_another() -> None:
    calls = Calls(10.0, 1.0)
    routed = calls.routed()
    routed.accounts[1].bar(calls.clock.now())
    reply = await calls.call(routed)
    assert (reply.message.text, calls.models[1].asked) == ("a", 0)


async def test_a_place_whose_window_is_too_small_is_not_asked_beside_another() -> None:
    calls = Calls(10.0, 1.0)
    reply = await calls.call(calls.routed(windows=[100_000, 1_000]))
    assert (reply.message.text, calls.models[1].asked) == ("a", 0)


async def test_seconds_are_as_rare_as_other_retries() -> None:
    calls = Calls(10.0, 1.0)
    routed = calls.routed()
    while routed.route.retries.draws(calls.clock.now()):
        pass
    reply = await calls.call(routed)
    assert (reply.message.text, calls.models[1].asked) == ("a", 0)


async def test_where_the_first_fails_the_second_is_waited_for() -> None:
    calls = Calls(3.0, 5.0)
    calls.models[0] = Slow("a", calls.clock, [3.0], says=failure(ErrorKind.TIMEOUT, billed=True))
    reply = await calls.call(calls.routed())
    hedge = Hedge("account-a", "a", 2.0, 3.0, is_first=True, kind=ErrorKind.TIMEOUT, is_charged=True)
    assert reply.way == Way("account-b", "b", hedge=hedge)


async def test_a_second_that_fails_leaves_the_first_what_it_was() -> None:
    calls = Calls(9.0, 1.0)
    calls.models[1] = Slow("b", calls.clock, [1.0], says=failure(ErrorKind.AUTH, retryable=False))
    reply = await calls.call(calls.routed())
    assert reply.way == Way("account-a", "a", hedge=Hedge("account-b", "b", 2.0, 1.0, kind=ErrorKind.AUTH))


@pytest.mark.parametrize("which", [0, 1])
async def test_where_both_fail_the_failure_is_told_that_asking_again_may_mend(which: int) -> None:
    calls = Calls(3.0, 5.0)
    for place, model in enumerate(calls.models):
        says = failure(ErrorKind.TIMEOUT) if place == which else failure(ErrorKind.AUTH, retryable=False)
        calls.models[place] = Slow(model.name, calls.clock, [3.0], says=says)
    with pytest.raises(ModelCallFailed) as failed:
        await calls.call(calls.routed())
    assert failed.value.fault.kind is ErrorKind.TIMEOUT
    way = failed.value.way
    assert way is not None
    assert (way.account, way.hedge and way.hedge.kind) == (f"account-{'ab'[which]}", ErrorKind.AUTH)


async def test_a_second_that_still_waits_for_its_turn_was_never_sent() -> None:
    calls = Calls(4.0, 1.0)
    routed = calls.routed(rate=Rate(at_once=1))
    busy = routed.accounts[1].permit(routed.route.expectation.of(10, 10), calls.clock.now(), lambda _held, _took: None)
    reply = await calls.call(routed)
    busy.withdrawn(calls.clock.now())
    assert reply.way == Way("account-a", "a")
    assert calls.models[1].asked == 0
    assert [account.meter.under_way for account in routed.accounts] == [0, 0]


async def test_both_count_against_their_limits_and_nothing_stays_under_way() -> None:
    calls = Calls(10.0, 1.0)
    routed = calls.routed(rate=Rate(requests=10))
    await calls.call(routed, seconds=3.5)
    assert [account.meter.under_way for account in routed.accounts] == [0, 0]
    assert all(account.meter.headroom(calls.clock.now()) < 1.0 for account in routed.accounts)


async def test_an_account_that_is_always_outrun_gets_no_more_calls() -> None:
    calls = Calls(1_000.0, 1.0)
    routed = calls.routed()
    for _ in range(CALLS_MIN):
        await calls.call(routed, seconds=3.5)
    assert routed.accounts[0].state(calls.clock.now()) is State.OPEN
    assert "answered" in routed.accounts[0].trouble
    await calls.call(routed, seconds=1.0)
    assert calls.models[0].asked == CALLS_MIN


async def test_a_cancelled_call_leaves_neither_of_the_two() -> None:
    calls = Calls(10.0, 10.0)
    routed = calls.routed()
    serving = asyncio.ensure_future(routed.admission.serve())
    calling = asyncio.ensure_future(routed.gateway.call("large", asked(), calls.heard.append, PAID_FOR_TWO))
    await calls.clock.advance(5.0)
    assert [model.under_way for model in calls.models] == [1, 1]
    calling.cancel()
    await asyncio.wait((calling,))
    assert calling.cancelled()
    assert [model.under_way for model in calls.models] == [0, 0]
    assert [account.meter.under_way for account in routed.accounts] == [0, 0]
    serving.cancel()
    await asyncio.wait((serving,))


class AtOnce(Slow):
    """Is silent until ``begins`` is set, and says who it is in the same turn of the loop as any other such."""

    begins: asyncio.Event

    async def stream(self, request: ModelRequest) -> AsyncIterator[TextDelta | Reply]:
        self.asked += 1
        await self.begins.wait()
        yield TextDelta(self.name)
        yield Reply(say(Role.ASSISTANT, self.name), StopReason.END_TURN, Usage(100, 5), self.name)


async def test_of_two_that_begin_in_the_same_instant_one_is_heard() -> None:
    calls, begins = Calls(0.0, 0.0), asyncio.Event()
    models = [AtOnce(name, calls.clock, [0.0]) for name in ("one", "two")]
    for model in models:
        model.begins = begins
    routed = Routed(*models, clock=calls.clock, hedge_after=AFTER_TWO_SECONDS)
    calling = asyncio.ensure_future(routed.gateway.call("large", asked(), calls.heard.append, PAID_FOR_TWO))
    await calls.clock.advance(3.0)
    assert [model.asked for model in models] == [1, 1]
    begins.set()
    reply = await calling
    assert "".join(calls.heard) == reply.message.text
    assert reply.way is not None
    assert reply.way.hedge is not None
    assert reply.way.hedge.is_charged


async def test_a_quantile_is_learned_of_each_place_before_anybody_is_asked_beside_it() -> None:
    calls = Calls(1.0, 1.0, hedge=HedgeAfter(share=0.95))
    routed = calls.routed()
    for _ in range(SEEN_MIN):
        assert not routed.gateway.is_hedged("large"), "and so nobody has paid for two"
        await calls.call(routed, Caller(), seconds=2.0)
    assert routed.gateway.is_hedged("large")
    calls.models[0].silent = [30.0]
    reply = await calls.call(routed)
    assert reply.way is not None
    assert reply.way.hedge == Hedge("account-a", "a", 1.0, 2.0, is_first=True, is_charged=True)


async def test_a_slower_place_does_not_make_the_quantile_shorter_by_being_outrun() -> None:
    calls = Calls(1.0, 0.5, hedge=HedgeAfter(share=0.5))
    routed = calls.routed()
    for _ in range(SEEN_MIN):
        await calls.call(routed, seconds=2.0)
    calls.models[0].silent = [30.0]
    hedging = routed.route.hedging
    assert hedging is not None
    before = hedging.seconds_at(routed.route.places[0])
    for _ in range(3):
        await calls.call(routed, seconds=40.0)
    after = hedging.seconds_at(routed.route.places[0])
    assert before is not None
    assert after is not None
    assert after >= before


SILENCES = st.lists(st.integers(0, 40).map(lambda tenths: tenths / 10), min_size=1, max_size=6)


@given(SILENCES, SILENCES, st.integers(0, 30).map(lambda tenths: tenths / 10), st.integers(1, 30))
def test_whatever_the_two_do_the_caller_hears_one_of_them_from_its_beginning(
    first: list[float], second: list[float], then: float, after: int
) -> None:
    async def lived() -> None:
        calls = Calls(0.0, 0.0, then=then, hedge=HedgeAfter(seconds=after / 10))
        calls.models = [Slow(name, calls.clock, each, then=then) for name, each in (("one", first), ("two", second))]
        routed = calls.routed()
        for _ in range(6):
            calls.heard.clear()
            reply = await calls.call(routed, seconds=60.0)
            assert "".join(calls.heard) == reply.message.text
        asked_in_all = sum(model.asked for model in calls.models)
        assert asked_in_all <= 12
        assert not any(account.meter.under_way for account in routed.accounts)

    asyncio.run(lived())
