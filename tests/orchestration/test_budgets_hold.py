"""No budget is ever overshot, whatever providers charge, whoever dies and whenever: spent, lent and reserved fit."""

import asyncio
from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast import App, Budget, Effect, Settlement, tool
from holdfast.journal.codec import decode
from holdfast.journal.events import BudgetLow, ModelCalled, ModelFailed, ModelInterrupted, ModelOutrun, ModelSwitched
from holdfast.journal.fold import begin, evolve
from holdfast.journal.fold.state import RunState
from holdfast.kernel.limits import NOTHING_SPENT, Spend, plus
from holdfast.orchestration.flow.nodes import AgentNode, ChildNode, Join, Map, Node, Parallel, Sequence
from tests.orchestration.greedy import THRIFTY, Greedy, TwoLanes
from tests.orchestration.lives import live, only_run, points, recorded
from tests.runtime.stage import Stage, desk

NANO = 1e-9
Provider = Greedy | TwoLanes
DOUBTS_MAX = 60
NO_LIMITS = Budget()
LIMITS = st.builds(
    Budget,
    tokens=st.none() | st.integers(1_000, 40_000),
    usd=st.none() | st.integers(2_000_000, 400_000_000).map(lambda nanos: nanos * NANO),
    turns=st.none() | st.integers(1, 12),
)
SHARES = st.none() | st.sampled_from((0.2, 0.5, 1.0)) | LIMITS
KILLS = st.lists(st.integers(1, 60), max_size=3)


@tool(effect=Effect.READ)
async def look(at: str) -> str:
    """Look at something."""
    return f"{at} is there"


@tool(effect=Effect.UNSAFE)
async def send(at: str) -> str:
    """Send something, once."""
    return f"sent to {at}"


@dataclass(frozen=True)
class Plan:
    """An app: how many agents work side by side, the limits of each, the apps it begins beside them, its share."""

    agents: int
    each: Budget
    below: tuple["Plan", ...] = ()
    declared: Budget | None = None
    is_parallel: bool = True
    economises: bool = False
    share: float | Budget | None = None
    """Of the agents together."""
    whole: float | Budget | None = None
    """Of them and what they begin."""


PLANS = st.recursive(
    st.builds(
        Plan, st.integers(1, 3), LIMITS, st.just(()), st.none() | LIMITS, st.booleans(), st.booleans(), SHARES, SHARES
    ),
    lambda below: st.builds(
        Plan,
        st.integers(1, 2),
        LIMITS,
        st.lists(below, min_size=1, max_size=2).map(tuple),
        st.none() | LIMITS,
        st.booleans(),
        st.booleans(),
        SHARES,
        SHARES,
    ),
    max_leaves=4,
)


def grown(plan: Plan, name: str, greedy: Provider, budget: Budget = NO_LIMITS) -> list[App]:
    """Return the apps below ``plan``, and as the last one itself."""
    below = [grown(each, f"{name}_{place}", greedy) for place, each in enumerate(plan.below)]
    agent = desk(
        tools=[look, send],
        budget=plan.each,
        model_attempts_max=3,
        output_tokens_max=300,
        economy_model=THRIFTY if plan.economises else None,
    )
    items = ", ".join(f"'i{place}'" for place in range(plan.agents))
    nodes: tuple[Node, ...] = (
        Map("work", f"[{items}]", AgentNode("desk", "desk", input="item"), join=Join.BEST_EFFORT, share=plan.share),
        *(
            ChildNode(f"kid{place}", apps[-1].name, input="'go'", budget=each.declared)
            for place, (apps, each) in enumerate(zip(below, plan.below, strict=True))
        ),
    )
    whole = plan.whole
    flow = (
        Parallel(name, nodes, Join.BEST_EFFORT, share=whole) if plan.is_parallel else Sequence(name, nodes, share=whole)
    )
    return [
        *(app for apps in below for app in apps),
        App(name, flow, agents=(agent,), budget=budget, models={THRIFTY: greedy.thrifty}),
    ]


def staged(
    plan: Plan, budget: Budget, seed: int, provider: type[Provider] = Greedy
) -> tuple[Stage, list[App], Provider]:
    stage = Stage()
    greedy = provider(stage, seed, ("look", "send"))
    return stage, grown(plan, "root", greedy, budget), greedy


async def settled(stage: Stage, apps: list[App], greedy: Provider) -> None:
    """Drive everything to its end; of what is in doubt a person says that it was done."""
    async with stage.runtime(greedy, apps=apps) as runtime:
        root = only_run(stage)
        if root is None:
            await stage.ended(await runtime.start(apps[-1], "go", request_id="the one run"))
            root = only_run(stage)
        assert root is not None
        for _ in range(DOUBTS_MAX):
            state = await stage.ended(await runtime.run(root))
            if state.is_over:
                return
            for head in stage.disk.heads():
                run = await runtime.run(head.run)
                for doubt in await run.doubts():
                    await run.settle(doubt.path, Settlement.HAPPENED, "sent")
    raise AssertionError("it does not end")


def check(stage: Stage, apps: list[App], greedy: Provider) -> None:
    """Raise AssertionError unless every budget held after every event, and nothing is left over."""
    limits = {app.name: app.agents[0].budget for app in apps}
    billed = NOTHING_SPENT
    for head in stage.disk.heads():
        entries = stage.disk.get(head.run).events
        state = begin(decode(entries[0].body), entries[0].at)
        for entry in entries[1:]:
            state = evolve(state, decode(entry.body), entry.at)
            _check_state(state, limits[head.app])
        if state.is_over:
            assert (state.reserved, state.reserved_usd, state.lent) == (0, 0.0, NOTHING_SPENT)
            for share in state.shares.values():
                assert (share.reserved, share.reserved_usd, share.lent) == (0, 0.0, NOTHING_SPENT)
        own = NOTHING_SPENT
        for node in state.nodes.values():
            own = plus(own, node.agent.spend if node.agent else NOTHING_SPENT)
        took = greedy.billed[head.app]
        assert took.tokens <= own.tokens + state.reserved, f"{head.app} took more than it was charged"
        assert took.usd <= own.usd + state.reserved_usd + NANO
        billed = plus(billed, took)
    root = apps[-1].budget
    assert root.tokens is None or billed.tokens <= root.tokens, (
        "the bill of the whole family fits the first one's limit"
    )
    assert root.usd is None or billed.usd <= root.usd + NANO


def _check_state(state: RunState, of_agent: Budget) -> None:
    _check_account(state.budget, plus(state.spend, state.lent), state.reserved, state.reserved_usd)
    for share in state.shares.values():
        _check_account(share.limits, plus(share.spend, share.lent), share.reserved, share.reserved_usd)
    for node in state.nodes.values():
        if node.agent is not None:
            _check_account(of_agent, node.agent.spend, node.agent.reserved, node.agent.reserved_usd or 0.0)


def _check_account(budget: Budget, taken: Spend, reserved: int, reserved_usd: float) -> None:
    assert min(reserved, reserved_usd, taken.tokens, taken.usd) >= 0
    assert budget.tokens is None or taken.tokens + reserved <= budget.tokens
    assert budget.usd is None or taken.usd + reserved_usd <= budget.usd + NANO
    assert budget.turns is None or taken.turns <= budget.turns


def lived(plan: Plan, budget: Budget, seed: int, kills: list[int], provider: type[Provider]) -> None:
    """Let the plan live, die at each of ``kills``, and come to its end; then look at the books."""
    stage, apps, greedy = staged(plan, budget, seed, provider)

    async def whole() -> None:
        for kill_at in kills:
            await live(stage, apps[-1], "go", greedy, kill_at, others=apps[:-1])
        await settled(stage, apps, greedy)

    asyncio.run(whole())
    check(stage, apps, greedy)


@given(PLANS, LIMITS, st.integers(0, 10**6), KILLS)
def test_whatever_is_charged_and_whoever_dies_no_budget_is_ever_overshot(
    plan: Plan, budget: Budget, seed: int, kills: list[int]
) -> None:
    lived(plan, budget, seed, kills, Greedy)


@given(PLANS, LIMITS, st.integers(0, 10**6), KILLS)
def test_nor_where_a_second_call_is_sent_beside_a_silent_first(
    plan: Plan, budget: Budget, seed: int, kills: list[int]
) -> None:
    lived(plan, budget, seed, kills, TwoLanes)


FAMILY = Plan(
    2, Budget(tokens=9_000, usd=0.05), (Plan(2, Budget(usd=0.02), declared=Budget(usd=0.03), economises=True),)
)


ALONE = (ModelCalled, ModelInterrupted, ModelFailed, ModelSwitched, BudgetLow)
IN_TWOS = (ModelCalled, ModelInterrupted, ModelFailed, ModelOutrun)


WITH_A_SECOND = Plan(2, Budget(tokens=30_000, usd=0.2))


@pytest.mark.parametrize(
    ("provider", "plan", "budget", "kinds"),
    [
        (Greedy, FAMILY, Budget(tokens=30_000, usd=0.12), ALONE),
        (TwoLanes, WITH_A_SECOND, Budget(tokens=60_000, usd=0.4), IN_TWOS),
    ],
)
async def test_killed_at_each_point_of_its_way_a_family_never_spends_more_than_it_has(
    provider: type[Provider], plan: Plan, budget: Budget, kinds: tuple[type, ...]
) -> None:
    stage, apps, greedy = staged(plan, budget, 7, provider)
    count = await points(stage, apps[-1], "go", greedy, others=apps[:-1])
    assert count > 20
    seen: Counter[type] = Counter()
    for kill_at in range(1, count + 1):
        stage, apps, greedy = staged(plan, budget, 7, provider)
        await live(stage, apps[-1], "go", greedy, kill_at, others=apps[:-1])
        check(stage, apps, greedy)
        await settled(stage, apps, greedy)
        check(stage, apps, greedy)
        seen.update(type(event) for head in stage.disk.heads() for event in recorded(stage, head.run))
    assert min(seen[kind] for kind in kinds) > 0
