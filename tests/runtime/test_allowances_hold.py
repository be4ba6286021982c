"""Whatever happens to runs side by side, the ledger never says more than is allowed, and in the end nothing is held.

Runs of two tenants go on together; processes die at any write, midnight passes, calls break off, runs fail and are
requeued. The disk is looked at after every write.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast import Effect, tool
from holdfast.governance.allowance import Allowance
from holdfast.integration.gateway.port import Model
from holdfast.journal.fold import fold
from holdfast.journal.port import Store
from holdfast.kernel.charges import Charge, nano
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.days import DAY_SECONDS, begins_at, day_of
from holdfast.kernel.errors import AllowanceSpent
from holdfast.kernel.faults import Point
from holdfast.runtime import Runtime
from tests.orchestration.lives import Process
from tests.runtime.meter import Meter, PricedMeter
from tests.runtime.stage import Stage, desk

TENANTS = ("acme", "globex")
FIRST_DAY = 20_833
LIFE_SECONDS, LOOK_SECONDS = 16.0, 4.0
LIVES_MAX = 60
"""After so many everything has ended, or something is stuck."""
OUTPUT_TOKENS, CALL_TOKENS_MAX = 100, 220
"""What the later calls of a run hold is a little more than that: of what was counted before nothing is a guess."""
WORST_TOKENS = 2_600
"""A little more than the first call of a run holds: every byte of its prompt and of its tools."""


@tool(effect=Effect.PURE)
def look(at: str) -> str:
    """Look at something."""
    return at


DESK = desk(tools=[look], output_tokens_max=OUTPUT_TOKENS, model_attempts_max=2)


@dataclass(frozen=True)
class Plan:
    """What is allowed, what is asked for, and what goes wrong."""

    acme_tokens: int
    all_tokens: int
    tenants: Sequence[str]
    turns: int
    replies: Sequence[int]
    call_seconds: float
    kills: Sequence[int]
    starts_before_midnight: float
    is_in_dollars: bool
    """What is allowed, and counted, is what the tokens cost: a tenth of a cent each."""

    @property
    def allowances(self) -> list[Allowance]:
        return [self._allowance("acme", self.acme_tokens), self._allowance(None, self.all_tokens)]

    def _allowance(self, tenant: str | None, tokens: int) -> Allowance:
        if self.is_in_dollars:
            return Allowance(tenant=tenant, per="day", usd=tokens / 1_000)
        return Allowance(tenant=tenant, per="day", tokens=tokens)


plans = st.builds(
    Plan,
    acme_tokens=st.integers(WORST_TOKENS, WORST_TOKENS + 2_000),
    all_tokens=st.integers(WORST_TOKENS, 2 * WORST_TOKENS),
    tenants=st.lists(st.sampled_from(TENANTS), min_size=1, max_size=6),
    turns=st.integers(1, 3),
    replies=st.lists(st.sampled_from([-1, 0, 20, 50, CALL_TOKENS_MAX]), max_size=8),
    call_seconds=st.sampled_from([0.0, 1.0, 7.0]),
    kills=st.lists(st.integers(1, 60), max_size=4),
    starts_before_midnight=st.sampled_from([5.0, 12.0, 10_000.0]),
    is_in_dollars=st.booleans(),
)


@dataclass
class World:
    """One plan at work: what outlives every process."""

    plan: Plan
    stage: Stage = field(init=False)
    model: Model = field(init=False)
    overshot: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        plan = self.plan
        self.stage = Stage(clock=VirtualClock(begins_at(FIRST_DAY) - plan.starts_before_midnight))
        replies = (*plan.replies, 50)
        meter = PricedMeter if plan.is_in_dollars else Meter
        self.model = meter(*replies, clock=self.stage.clock, seconds=plan.call_seconds, turns=plan.turns)

    def look_at_the_books(self) -> None:
        today = day_of(self.stage.clock.now())
        for day in range(FIRST_DAY - 1, today + 1):
            for allowance in self.plan.allowances:
                found = self.charge(day, day, allowance.tenant)
                taken = found.tokens + found.held_tokens
                taken_nano_usd = found.nano_usd + found.held_nano_usd
                if taken > (allowance.tokens or taken) or taken_nano_usd > (allowance.nano_usd or taken_nano_usd):
                    self.overshot.append(f"{allowance.owner()} on day {day}: {found}")

    def charge(self, first_day: int, last_day: int, tenant: str | None = None) -> Charge:
        rows = self.stage.disk.books.charged(first_day, last_day)
        of_tenant = [row.charge for row in rows if tenant in (None, row.tenant)]
        names = ("tokens", "nano_usd", "unpriced", "held_tokens", "held_nano_usd")
        return Charge(first_day, *(sum(getattr(charge, name) for charge in of_tenant) for name in names))

    async def live(self, kill_at: int) -> bool:
        """Let a process live for a while, or die; say whether every run is over."""
        process = Process(kill_at)

        def reach(point: str) -> None:
            if point == Point.MEMORY_AFTER_COMMIT:
                self.look_at_the_books()
            process.reach(point)

        store = self.stage.store(reach)
        living = asyncio.create_task(self._live(store))
        dying = asyncio.create_task(process.died.wait())
        while not living.done() and not dying.done():
            await self.stage.clock.advance(LOOK_SECONDS)
        is_dead = process.died.is_set()
        if is_dead:
            self.stage.disk.owner = None
            living.cancel()
        dying.cancel()
        await asyncio.wait((living, dying))
        self.stage.troubles.heard.clear()
        return not is_dead and living.result()

    async def _live(self, store: Store) -> bool:
        plan, clock = self.plan, self.stage.clock
        until = clock.now() + LIFE_SECONDS
        limits = plan.allowances
        async with self.stage.runtime(
            self.model, apps=[DESK], store=store, allowances=limits, on_alert=lambda _alert: None
        ) as runtime:
            for number, tenant in enumerate(plan.tenants):
                try:
                    await runtime.start(DESK, f"hello {number}", tenant=tenant, request_id=f"request {number}")
                except AllowanceSpent:
                    continue
            await self._requeue(runtime)
            while clock.now() < until and not await self._is_over(runtime):
                await clock.sleep(LOOK_SECONDS)
            return await self._is_over(runtime)

    async def _requeue(self, runtime: Runtime) -> None:
        for letter in await runtime.dead():
            run = await runtime.run(letter.run)
            await run.requeue()

    async def _is_over(self, runtime: Runtime) -> bool:
        heads = await runtime.runs()
        return len(heads) == len(self.plan.tenants) and all(head.status == "COMPLETE" for head in heads)

    async def end(self) -> None:
        """Live until everything is over: as often as it takes, a day later whenever a life came to no end."""
        kills = list(self.plan.kills)
        for _ in range(LIVES_MAX):
            if await self.live(kills.pop(0) if kills else 0):
                return
            if not kills:
                await self.stage.clock.advance(DAY_SECONDS)
        raise AssertionError("the runs do not come to an end")


async def check(plan: Plan) -> None:
    world = World(plan)
    await world.end()
    assert world.overshot == []
    last_day = day_of(world.stage.clock.now())
    whole = world.charge(0, last_day)
    assert (whole.held_tokens, whole.held_nano_usd) == (0, 0)
    states = [fold(world.stage.disk.get(head.run).events) for head in world.stage.disk.heads()]
    assert whole.tokens == sum(state.spend.tokens for state in states)
    assert sum(charge.tokens for state in states for charge in state.charges) == whole.tokens
    assert whole.nano_usd == sum(nano(state.spend.usd) for state in states)
    assert all((state.reserved, state.reserved_usd) == (0, 0.0) for state in states)


@given(plans)
@settings(max_examples=60, deadline=None)
def test_no_allowance_is_overshot_and_nothing_stays_held(plan: Plan) -> None:
    asyncio.run(check(plan))
