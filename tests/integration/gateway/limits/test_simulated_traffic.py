"""Traffic against a simulated provider, on virtual time: never refused, hardly idle, nobody starved, all fair."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import pytest

from holdfast.dispatch.port import Lane
from holdfast.integration.gateway.gateway import Gateway
from holdfast.integration.gateway.limits.account import Account, Terms
from holdfast.integration.gateway.limits.admission import Admission, Prefer
from holdfast.integration.gateway.limits.line import cost_of
from holdfast.integration.gateway.limits.rate import Counting, Demand, Rate, consumed
from holdfast.integration.gateway.port import ModelCallFailed, ModelRequest, Offer, TextDelta
from holdfast.integration.gateway.routing.caller import Caller
from holdfast.integration.gateway.routing.hedging import HedgeAfter
from holdfast.integration.gateway.routing.place import Place
from holdfast.integration.gateway.routing.route import Route
from holdfast.kernel.breaker import State
from holdfast.kernel.messages import Reply, Usage
from holdfast.kernel.randomness import SeededRandomness
from holdfast.testing.simulator.clock import SimClock
from holdfast.testing.simulator.loop import SimLoop
from tests.integration.gateway.limits.provider import Provider, to_step

SEEDS = range(3)
RATE = Rate(requests=600, input_tokens=600_000, output_tokens=120_000)
ANTHROPIC = Counting(counts_cached_input=False)
OPENAI = Counting(reserves_output_max=True, joins_output=True)
OUTPUT_MAX = 400
MINUTES = 10
SLOW_SHARE = 0.03


def played(seed: int, work: Coroutine[object, object, Any]) -> Any:
    """Run ``work`` on a loop whose time is virtual and whose order follows from ``seed``."""
    loop = SimLoop(seed)
    try:
        return loop.run_until_complete(work)
    finally:
        loop.close()


def unheard(_text: str) -> None:
    """Nobody listens."""


class Traffic:
    """Callers that always have another call to make through the gateway, and what became of their calls."""

    def __init__(
        self,
        seed: int,
        counting: Counting,
        rate: Rate = RATE,
        accounts: int = 1,
        *,
        knows_limits: bool = True,
        provider: type[Provider] = Provider,
        hedge_after: HedgeAfter | None = None,
    ) -> None:
        self.random, self.clock = random.Random(seed), SimClock()
        self.counting = counting
        self.providers = [provider(rate, counting, seed + number) for number in range(accounts)]
        known = rate if knows_limits else Rate()
        terms = [Terms(f"account{number}", known, counting, model="m") for number in range(accounts)]
        self.accounts = [Account(each, self.clock.now()) for each in terms]
        self.admission = Admission("large", self.accounts, self.clock)
        places = [Place(each, account) for each, account in zip(self.providers, self.accounts, strict=True)]
        chance = SeededRandomness(seed)
        route = Route("large", places, self.admission, self.clock, chance, Prefer.HEADROOM, hedge_after=hedge_after)
        self.gateway = Gateway({"large": route}, self.clock)
        self.silences: list[float] = []
        self.asked_twice = 0
        self.tokens: Counter[str] = Counter()
        self.waits: dict[Lane, list[float]] = {lane: [] for lane in Lane}
        self.failures = 0

    async def call(self, tenant: str, lane: Lane = Lane.INTERACTIVE, size: int = 2_000) -> None:
        """Make one call as a run would, whose estimate of the input is up to 5 % off."""
        usage = self._drawn(size)
        estimate = int(usage.input_tokens * self.random.uniform(0.97, 1.05))
        request = ModelRequest((), Offer(), OUTPUT_MAX, step=to_step(usage))
        caller = Caller(tenant=tenant, lane=lane, input_tokens=estimate, may_hedge=self.gateway.is_hedged("large"))
        began, heard = self.clock.now(), list[float]()
        try:
            reply = await self.gateway.call("large", request, lambda _: heard.append(self.clock.now()), caller)
        except ModelCallFailed:
            self.failures += 1
            return
        assert reply.way is not None
        self.waits[lane].append(reply.way.waited_seconds)
        self.silences.append((heard or [self.clock.now()])[0] - began - reply.way.waited_seconds)
        self.asked_twice += reply.way.hedge is not None
        demand = Demand(input_tokens=estimate, output_tokens=0, output_tokens_max=OUTPUT_MAX)
        self.tokens[tenant] += int(cost_of(consumed(reply.usage, demand, self.counting)))

    def _drawn(self, size: int) -> Usage:
        tokens = self.random.randint(size // 2, size * 3 // 2)
        return Usage(tokens, self.random.randint(50, 350), self.random.choice((0, tokens // 2)))

    async def keep_busy(self, tenant: str, callers: int, lane: Lane = Lane.INTERACTIVE, size: int = 2_000) -> None:
        """Have that many callers call without a pause, until cancelled."""

        async def caller() -> None:
            while True:
                await self.call(tenant, lane, size)

        async with asyncio.TaskGroup() as group:
            for _ in range(callers):
                group.create_task(caller())

    async def for_minutes(self, minutes: float, *busy: Coroutine[object, object, None]) -> None:
        """Let all of it go on for so long."""
        tasks = [asyncio.ensure_future(each) for each in (self.admission.serve(), *busy)]
        await asyncio.sleep(minutes * 60)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("counting", [ANTHROPIC, OPENAI], ids=["anthropic", "openai"])
def test_in_steady_state_nothing_is_refused_and_the_limit_is_used_to_95_percent(seed: int, counting: Counting) -> None:
    async def simulate() -> tuple[int, float]:
        rate = Rate(requests=6_000, input_tokens=600_000, output_tokens=6_000_000)
        traffic = Traffic(seed, counting, rate)
        await traffic.for_minutes(MINUTES, traffic.keep_busy("one", 40))
        provider = traffic.providers[0]
        offered = 600_000 * (MINUTES + 1)  # the bucket is full at the start
        return provider.turned_away, provider.tokens_in / offered

    turned_away, utilisation = played(seed, simulate())
    assert turned_away == 0
    assert utilisation >= 0.95


@pytest.mark.parametrize("seed", SEEDS)
def test_limits_that_nobody_has_told_are_learned_from_the_first_replies(seed: int) -> None:
    async def simulate() -> tuple[int, int, float]:
        rate = Rate(requests=6_000, input_tokens=600_000, output_tokens=6_000_000)
        traffic = Traffic(seed, ANTHROPIC, rate, knows_limits=False)
        (provider,) = traffic.providers
        begun: list[tuple[int, float]] = []

        async def look() -> None:
            await asyncio.sleep(60)
            begun.append((provider.turned_away, provider.tokens_in))

        await traffic.for_minutes(MINUTES, traffic.keep_busy("one", 40), look())
        ((turned_away, tokens_in),) = begun
        return turned_away, provider.turned_away - turned_away, (provider.tokens_in - tokens_in) / (600_000 * 9)

    at_first, later, utilisation = played(seed, simulate())
    assert (at_first, later) == (0, 0)
    assert utilisation >= 0.95


@pytest.mark.parametrize("seed", SEEDS)
def test_tenants_share_tokens_to_five_percent_however_large_their_calls_and_many_their_callers(seed: int) -> None:
    async def simulate() -> Counter[str]:
        traffic = Traffic(seed, ANTHROPIC)

        async def begin_to_count() -> None:
            await asyncio.sleep(60)  # the full bucket goes to whoever is there first
            traffic.tokens.clear()

        await traffic.for_minutes(
            MINUTES,
            begin_to_count(),
            traffic.keep_busy("small", 90, size=500),
            traffic.keep_busy("large", 40, size=8_000),
            traffic.keep_busy("many", 120, size=2_000),
        )
        return traffic.tokens

    tokens = played(seed, simulate())
    fair = sum(tokens.values()) / len(tokens)
    assert all(abs(each - fair) <= 0.05 * fair for each in tokens.values()), tokens


@pytest.mark.parametrize("seed", SEEDS)
def test_a_storm_of_urgent_calls_starves_nobody(seed: int) -> None:
    async def simulate() -> Traffic:
        traffic = Traffic(seed, ANTHROPIC)
        await traffic.for_minutes(
            MINUTES,
            traffic.keep_busy("storm", 200, Lane.RESUMED),
            traffic.keep_busy("patient", 3, Lane.BATCH),
        )
        return traffic

    traffic = played(seed, simulate())
    assert len(traffic.waits[Lane.BATCH]) >= MINUTES
    assert max(traffic.waits[Lane.BATCH]) <= 4 * 60


@pytest.mark.parametrize("seed", SEEDS)
def test_urgent_calls_wait_less_than_others(seed: int) -> None:
    async def simulate() -> Traffic:
        traffic = Traffic(seed, ANTHROPIC)
        await traffic.for_minutes(
            MINUTES, traffic.keep_busy("a", 5, Lane.RESUMED), traffic.keep_busy("b", 100, Lane.BATCH)
        )
        return traffic

    waits = played(seed, simulate()).waits
    mean = {lane: sum(each) / len(each) for lane, each in waits.items() if each}
    assert mean[Lane.RESUMED] * 5 < mean[Lane.BATCH]


@pytest.mark.parametrize("seed", SEEDS)
def test_in_an_outage_few_calls_are_wasted_and_afterwards_traffic_comes_back(seed: int) -> None:
    async def simulate() -> Traffic:
        traffic = Traffic(seed, ANTHROPIC)
        provider, account = traffic.providers[0], traffic.accounts[0]

        async def weather() -> None:
            await asyncio.sleep(120)
            provider.is_down = True
            await asyncio.sleep(300)
            assert account.state(traffic.clock.now()) is not State.CLOSED
            provider.is_down = False
            before = provider.served
            await asyncio.sleep(300)
            assert account.state(traffic.clock.now()) is State.CLOSED
            assert provider.served - before > 1_000
            seen.append(provider.served)

        seen: list[int] = []
        await traffic.for_minutes(13, traffic.keep_busy("one", 40), weather())
        assert seen, "the weather did not go on to its end"
        return traffic

    assert played(seed, simulate()).failures <= 60  # what was under way when it began, and a probe now and then


@pytest.mark.parametrize("seed", SEEDS)
def test_two_accounts_are_used_together_and_one_that_is_down_leaves_its_calls_to_the_other(seed: int) -> None:
    async def simulate() -> Traffic:
        traffic = Traffic(seed, ANTHROPIC, accounts=2)

        async def weather() -> None:
            await asyncio.sleep(300)
            traffic.providers[0].is_down = True

        await traffic.for_minutes(MINUTES, traffic.keep_busy("one", 80), weather())
        return traffic

    traffic = played(seed, simulate())
    first, second = traffic.providers
    assert first.turned_away == second.turned_away == 0
    assert first.served > 0.3 * second.served
    assert traffic.failures <= 60


class Moody(Provider):
    """Begins at once, but now and then only after half a minute."""

    async def stream(self, request: ModelRequest) -> AsyncIterator[TextDelta | Reply]:
        await asyncio.sleep(30.0 if self._random.random() < SLOW_SHARE else self._random.uniform(0.3, 1.0))
        yield TextDelta("")
        async for item in super().stream(request):
            yield item


@pytest.mark.parametrize("seed", SEEDS)
def test_a_second_beside_the_slowest_cuts_the_tail_and_nothing_is_refused_for_it(seed: int) -> None:
    async def simulate(hedge_after: HedgeAfter | None) -> Traffic:
        traffic = Traffic(seed, ANTHROPIC, accounts=2, provider=Moody, hedge_after=hedge_after)
        await traffic.for_minutes(MINUTES, traffic.keep_busy("one", 10))
        return traffic

    alone, beside = (played(seed, simulate(after)) for after in (None, HedgeAfter(share=0.95)))
    assert alone.asked_twice == 0
    assert sorted(alone.silences)[int(0.99 * len(alone.silences))] >= 30.0
    assert sorted(beside.silences)[int(0.99 * len(beside.silences))] < 2.0
    assert 0.05 < beside.asked_twice / len(beside.silences) < 0.06
    assert sum(provider.turned_away for provider in beside.providers) == beside.failures == 0
    assert [account.meter.under_way for account in beside.accounts] == [0, 0]
