"""Resources, rates and breakers, through the whole pipeline: what waits, what is refused, what is told."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from holdfast.integration.tools.circumstances import Caller
from holdfast.integration.tools.contract import IdempotencyKey, Tool, ToolFailure, tool
from holdfast.integration.tools.executor import Executor
from holdfast.integration.tools.occupancy import LINE_MAX
from holdfast.integration.tools.rate import BUCKETS_MAX, Rate, Rates
from holdfast.integration.tools.stages.resource import WAIT_SECONDS_MAX
from holdfast.integration.tools.traffic import Traffic
from holdfast.journal.events import StepEnded, StepInterrupted, StepRetried
from holdfast.kernel.breaker import CALLS_MIN, OPEN_SECONDS_FIRST
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.effects import Effect
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from tests.integration.tools.workshop import Workshop, workshop


@dataclass
class Desk:
    """Notes who acts on what, and when."""

    clock: VirtualClock
    acts: list[tuple[str, str, float]] = field(default_factory=list)

    async def act(self, what: str, order_id: str, seconds: float = 10.0) -> str:
        self.acts.append((what, order_id, self.clock.now()))
        await self.clock.sleep(seconds)
        self.acts.append((f"end of {what}", order_id, self.clock.now()))
        return what


def desk_tools(desk: Desk) -> tuple[Tool, ...]:
    @tool(resource="order:{order_id}")
    async def cancel(order_id: str) -> str:
        """Cancel an order."""
        return await desk.act("cancel", order_id)

    @tool(resource=lambda order_id: f"order:{order_id}", effect=Effect.READ)
    async def look(order_id: str) -> str:
        """Look at an order."""
        return await desk.act("look", order_id)

    return cancel, look


class Busy:
    """A shop whose calls are begun together; says what reached the world, and when from the beginning."""

    def __init__(self, shop: Workshop, desk: Desk) -> None:
        self.shop, self.desk = shop, desk
        desk.clock = shop.clock
        self.began = shop.clock.now()

    async def call(self, *calls: tuple[str, str]) -> list[tuple[str, str, float]]:
        for index, (name, order_id) in enumerate(calls, 1):
            order = self.shop.order(name, f'{{"order_id": "{order_id}"}}', index=index)
            asyncio.ensure_future(self.shop.invoke(order)).add_done_callback(lambda _: None)
        await self.shop.clock.advance(1_000)
        return [(what, order, at - self.began) for what, order, at in self.desk.acts if not what.startswith("end")]


async def test_writes_of_one_resource_are_made_one_after_the_other_and_others_at_once() -> None:
    desk = Desk(VirtualClock())
    async with workshop(*desk_tools(desk)) as shop:
        acts = await Busy(shop, desk).call(
            ("cancel", "1"), ("cancel", "1"), ("cancel", "2"), ("look", "1"), ("look", "1")
        )
        ended = [step for step in await shop.steps() if isinstance(step, StepEnded)]
    assert sorted(acts, key=lambda act: act[2]) == [
        ("cancel", "1", 0),
        ("cancel", "2", 0),
        ("cancel", "1", 10),
        ("look", "1", 20),
        ("look", "1", 20),
    ]
    assert {(step.call, step.seconds, step.waited_seconds) for step in ended} == {
        (1, 10, 0), (2, 10, 10), (3, 10, 0), (4, 10, 20), (5, 10, 20),
    }  # fmt: skip


async def test_what_does_not_come_free_is_refused_in_time_and_was_not_sent() -> None:
    desk = Desk(VirtualClock())
    async with workshop(*desk_tools(desk)) as shop:
        traffic = Traffic()
        shop.executor = Executor(shop.registry, shop.clock, traffic=traffic)
        desk.clock = shop.clock
        seat = await traffic.occupancy.enter(frozenset((("acme", "order:1"),)), is_shared=False)
        calling = asyncio.ensure_future(shop.ended(shop.order("cancel", '{"order_id": "1"}')))
        await shop.clock.advance(WAIT_SECONDS_MAX)
        fault = fault_of(await calling)
        assert (fault.kind, fault.retryable) == (ErrorKind.CONFLICT, True)
        lost = shop.order("cancel", '{"order_id": "1"}', index=2, attempt=2)
        calling = asyncio.ensure_future(shop.invoke(lost))  # type: ignore[arg-type]
        await shop.clock.advance(WAIT_SECONDS_MAX)
        await calling
        last = (await shop.steps())[-1]
        traffic.occupancy.leave(seat)
    assert isinstance(last, StepInterrupted), "what became of the attempt before is not known by that"
    assert last.in_doubt
    assert desk.acts == []


async def test_a_line_that_is_full_takes_nobody_more() -> None:
    desk = Desk(VirtualClock())
    async with workshop(*desk_tools(desk)) as shop:
        traffic = Traffic()
        shop.executor = Executor(shop.registry, shop.clock, traffic=traffic)
        key = frozenset((("acme", "order:1"),))
        waiting = [asyncio.ensure_future(traffic.occupancy.enter(key, is_shared=False)) for _ in range(LINE_MAX)]
        await asyncio.sleep(0)
        fault = fault_of(await shop.ended(shop.order("cancel", '{"order_id": "1"}')))
        for each in waiting:
            each.cancel()
        await asyncio.wait(waiting)
    assert "too many calls wait for it" in fault.message


async def test_a_resource_that_cannot_be_told_refuses_the_call() -> None:
    def broken(order_id: str) -> str:
        return {"1": "order"}[order_id]

    @tool(resource=broken)
    async def cancel(order_id: str) -> str:
        """Cancel an order."""
        raise AssertionError("it is not to be called")

    async with workshop(cancel) as shop:
        ended = await shop.ended(shop.order("cancel", '{"order_id": "2"}'))
    assert (ended.outcome, ended.stage) == (Outcome.REFUSED, "resource")
    assert fault_of(ended).message == "cancel was not called: what it acts on could not be told: KeyError: '2'"


async def test_a_resource_is_left_when_the_call_is_withdrawn() -> None:
    desk = Desk(VirtualClock())
    async with workshop(*desk_tools(desk)) as shop:
        desk.clock = shop.clock
        calling = asyncio.ensure_future(shop.invoke(shop.order("cancel", '{"order_id": "1"}')))
        await shop.clock.advance(1)
        calling.cancel()
        await asyncio.wait([calling])
        following = asyncio.ensure_future(shop.ended(shop.order("cancel", '{"order_id": "1"}', index=2)))
        await shop.clock.advance(10)
        assert (await following).waited_seconds == 0


@pytest.mark.parametrize(
    ("resource", "message"),
    [
        ("order:{ordre_id}", "names 'ordre_id', expected arguments of the tool in plain braces"),
        ("order:{order_id.x}", "names 'order_id.x'"),
        ("order:{order_id!r}", "names 'order_id'"),
        (lambda order: order, "takes 'order', which is no argument"),
    ],
)
def test_a_resource_names_arguments_of_its_tool(resource: object, message: str) -> None:
    def cancel(order_id: str) -> None:
        """Cancel an order."""

    with pytest.raises(DefinitionError, match=message):
        tool(resource=resource)(cancel)  # type: ignore[call-overload]  # that is the point


# --- rates ---


def limited(rate: Rate) -> Tool:
    @tool(effect=Effect.READ, rate=rate)
    async def look() -> str:
        """Look."""
        return "looked"

    return look


def fault_of(ended: StepEnded) -> Fault:
    assert ended.fault is not None
    return ended.fault


async def test_a_call_waits_for_its_rate_and_is_refused_where_that_takes_too_long() -> None:
    async with workshop(limited(Rate(calls=2, seconds=10, wait_seconds_max=6))) as shop:
        calls = [asyncio.ensure_future(shop.ended(shop.order("look", index=index))) for index in range(1, 5)]
        await shop.clock.advance(5)
        one, two, three, four = [await each for each in calls]
    assert [each.waited_seconds for each in (one, two, three)] == [0, 0, 5]
    assert three.seconds == 0
    assert (four.outcome, four.stage) == (Outcome.REFUSED, "rate")
    assert fault_of(four) == Fault(
        ErrorKind.RATE_LIMITED,
        "look was not called: at most 2 in 10 seconds are allowed, and the next could be made in 10 seconds",
        retryable=True,
        hint="call it again in 10 seconds, call it less, or do without",
    )


async def test_who_does_not_wait_any_longer_gives_the_call_back() -> None:
    async with workshop(limited(Rate(calls=1, seconds=10, wait_seconds_max=10))) as shop:
        await shop.ended(shop.order("look"))
        waiting = asyncio.ensure_future(shop.invoke(shop.order("look", index=2)))
        await shop.clock.advance(1)
        waiting.cancel()
        await asyncio.wait([waiting])
        following = asyncio.ensure_future(shop.ended(shop.order("look", index=3)))
        await shop.clock.advance(9)
        assert (await following).waited_seconds == 9


async def test_agents_and_tenants_have_calls_of_their_own_only_where_that_is_declared() -> None:
    shared, own = limited(Rate(calls=1, per=())), limited(Rate(calls=1))
    rates = Rates()

    def level(given: Tool, agent: str, tenant: str) -> float:
        assert given.rate is not None
        bucket = rates.bucket(given, given.rate, agent, tenant, 0.0)
        bucket.take(1, 0.0)
        return bucket.level(0.0)

    assert [level(own, agent, tenant) for agent, tenant in (("a", "t"), ("b", "t"), ("a", "u"), ("a", "t"))] == [
        0,
        0,
        0,
        -1,
    ]
    assert [level(shared, agent, tenant) for agent, tenant in (("a", "t"), ("b", "u"))] == [0, -1]
    assert level(limited(Rate(calls=1)), "a", "t") == 0, "another tool"


def test_rates_are_kept_for_so_many_and_the_idle_are_forgotten_first() -> None:
    rates, rate, given = Rates(), Rate(calls=1, seconds=1_000), limited(Rate(calls=1))
    used = rates.bucket(given, rate, "used", "t", 0.0)
    used.take(1, 0.0)
    for number in range(BUCKETS_MAX):
        rates.bucket(given, rate, str(number), "t", 0.0)
    assert rates.bucket(given, rate, "used", "t", 0.0) is used


@pytest.mark.parametrize(
    "rate",
    [Rate(calls=0), Rate(calls=1, seconds=0), Rate(calls=1, wait_seconds_max=-1), Rate(calls=1, per=("who",))],  # type: ignore[arg-type]
)
def test_a_rate_that_is_no_limit_is_refused_when_declared(rate: Rate) -> None:
    with pytest.raises(DefinitionError, match=r"tool look: expected rate\."):
        limited(rate)


# --- breakers ---


def breaking(goes: Callable[[], object], effect: Effect = Effect.READ) -> Tool:
    if effect is Effect.KEYED:

        @tool(effect=effect, has_breaker=True, attempts_max=9, name="act")
        async def act_keyed(*, key: IdempotencyKey) -> object:
            """Act."""
            return goes()

        return act_keyed

    @tool(effect=effect, has_breaker=True)
    async def act() -> object:
        """Act."""
        return goes()

    return act


class Line:
    """A line that is down until it is mended."""

    def __init__(self) -> None:
        self.is_down, self.called = True, 0
        self.says: Exception = ConnectionResetError("reset by peer")

    def __call__(self) -> str:
        self.called += 1
        if self.is_down:
            raise self.says
        return "done"


async def test_a_tool_that_keeps_failing_is_unavailable_until_a_probe_has_shown_that_it_works() -> None:
    line = Line()
    async with workshop(breaking(line)) as shop:
        for _ in range(CALLS_MIN):
            await shop.ended(shop.order("act"))
        refused = await shop.ended(shop.order("act"))
        assert (refused.outcome, refused.stage, line.called) == (Outcome.REFUSED, "breaker", CALLS_MIN)
        assert fault_of(refused) == Fault(
            ErrorKind.UNAVAILABLE,
            "act was not called: too many of its calls failed, and it is unavailable until 2027-01-15 08:00:05 UTC",
            retryable=True,
            hint="do without act, or call it again after that",
        )
        await shop.clock.advance(OPEN_SECONDS_FIRST)
        await shop.ended(shop.order("act"))  # a probe, in vain
        assert (await shop.ended(shop.order("act"))).stage == "breaker"
        line.is_down = False
        await shop.clock.advance(2 * OPEN_SECONDS_FIRST)
        assert [(await shop.ended(shop.order("act"))).outcome for _ in range(2)] == [Outcome.SUCCEEDED] * 2


async def test_while_a_probe_is_under_way_nobody_else_is_let_through() -> None:
    line, gate = Line(), asyncio.Event()

    @tool(effect=Effect.READ, has_breaker=True)
    async def act() -> str:
        """Act."""
        if line.is_down:
            return line()
        await gate.wait()
        return "done"

    async with workshop(act) as shop:
        for _ in range(CALLS_MIN):
            await shop.ended(shop.order("act"))
        line.is_down = False
        await shop.clock.advance(OPEN_SECONDS_FIRST)
        probe = asyncio.ensure_future(shop.ended(shop.order("act")))
        await shop.clock.advance(1)
        assert (
            "until it is known whether it works again" in fault_of(await shop.ended(shop.order("act", index=2))).message
        )
        probe.cancel()
        await asyncio.wait([probe])
        gate.set()
        assert (await shop.ended(shop.order("act", index=3))).outcome is Outcome.SUCCEEDED, "another may probe"


async def test_what_the_other_side_rejects_opens_no_breaker() -> None:
    line = Line()
    line.says = ToolFailure("sold out")
    async with workshop(breaking(line)) as shop:
        ends = [await shop.ended(shop.order("act")) for _ in range(3 * CALLS_MIN)]
    assert {end.stage for end in ends} == {"call"}


async def test_a_call_that_may_have_been_sent_waits_for_the_breaker_and_is_not_refused() -> None:
    line = Line()
    async with workshop(breaking(line, Effect.KEYED)) as shop:
        for index in range(1, CALLS_MIN + 1):
            await shop.invoke(shop.order("act", index=index))
        await shop.invoke(shop.order("act", attempt=2))
        last = (await shop.steps())[-1]
    assert isinstance(last, StepRetried)
    assert (last.attempt, last.is_definite, last.retry_at) == (2, False, shop.clock.now() + OPEN_SECONDS_FIRST)


async def test_executors_that_share_their_traffic_share_breakers_and_others_do_not() -> None:
    line = Line()
    async with workshop(breaking(line)) as shop:
        traffic = Traffic()
        for _ in range(CALLS_MIN):
            shop.executor = Executor(shop.registry, shop.clock, traffic=traffic)
            await shop.ended(shop.order("act"))
        shop.executor = Executor(shop.registry, shop.clock, traffic=traffic, caller=Caller("another agent"))
        assert (await shop.ended(shop.order("act"))).stage == "breaker"
        shop.executor = Executor(shop.registry, shop.clock)
        assert (await shop.ended(shop.order("act"))).stage == "call"
