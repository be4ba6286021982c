"""An agent's budget is that of its place in the run: neither a retry, a requeue nor a migration fills it again.

Nor does a death: what a call had reserved whose reply nobody has seen stays charged until somebody looks it up.
"""

from typing import Any

from holdfast import App, Budget
from holdfast.execution.agent import Agent
from holdfast.integration.gateway.lines import answer, call, stall
from holdfast.integration.gateway.port import ModelCallFailed
from holdfast.integration.gateway.pricing.price import Price, Rate, Rates
from holdfast.integration.gateway.scripted import Script, ScriptedModel
from holdfast.journal.events import ModelCalled, ModelFailed, ModelInterrupted
from holdfast.kernel.messages import Usage
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from holdfast.kernel.retry import Retry
from holdfast.orchestration.application.versions import Migrated, Migration, OnChange
from holdfast.orchestration.flow.nodes import AgentNode, Node, Sequence
from tests.execution.talking import Shop, look_at
from tests.orchestration.world import World, step
from tests.runtime.stage import Stage, desk, events_of, of_kind

PRICE = Price(Rates(input=Rate(3.0), output=Rate(15.0)), "test")
DOOR = call("look", {"at": "door"})
BROKEN = Fault(ErrorKind.BROKEN_STREAM, "the line broke", retryable=True)


def looking(**changes: Any) -> Agent:
    return desk(tools=[look_at(Shop())], **changes)


def alone(agent: Agent, **changes: Any) -> App:
    return App("root", AgentNode("root", agent.name, **changes), agents=(agent,))


async def test_a_node_that_is_tried_again_goes_on_with_what_is_left_of_its_agent_s_budget() -> None:
    stage = Stage()
    lines: Script = [DOOR, ModelCallFailed(BROKEN), ModelCallFailed(BROKEN), DOOR, DOOR, DOOR]
    app = alone(looking(budget=Budget(turns=3), model_attempts_max=1), retry=Retry(attempts_max=9))
    async with stage.runtime(lines, apps=[app]) as runtime:
        run = await runtime.start("root", "go")
        state = await stage.ended(run)
        calls = of_kind(await events_of(run), ModelCalled)
    assert state.fault is not None
    assert state.fault.message.endswith("the agent desk's turns limit reached: 3 of 3")
    assert [(event.turn, event.attempt) for event in calls] == [(1, 1), (2, 1), (2, 2), (2, 3), (3, 1)]


async def test_a_run_that_goes_on_without_a_higher_limit_ends_again_before_any_call() -> None:
    stage = Stage()
    model = ScriptedModel([DOOR] * 9)
    async with stage.runtime(model, apps=[alone(looking(budget=Budget(turns=2)))]) as runtime:
        run = await runtime.start("root", "go")
        await stage.ended(run)
        await run.requeue()
        state = await stage.ended(run)
        assert (state.outcome, len(model.requests)) == (Outcome.FAILED, 2)
        await run.requeue(budget=Budget(turns=3))
        await stage.ended(run)
    assert len(model.requests) == 3


async def test_an_agent_that_a_migration_renames_takes_its_spending_along() -> None:
    stage = Stage()
    world = World(stage.clock)
    agent = looking(budget=Budget(turns=3))

    def flow(name: str) -> Node:
        return Sequence("root", (step("a"), AgentNode(name, "desk", input="'go'")))

    before = world.app(flow("desk"), agents=(agent,))
    renamed = Migration("to_v2", lambda _: Migrated(renamed={"root/desk": "root/clerk"}))
    after = world.app(flow("clerk"), agents=(agent,), on_change=OnChange.MIGRATE, migrations=(renamed,))
    async with stage.runtime([DOOR, DOOR, stall()], apps=[before]) as runtime:
        run_id = (await runtime.start("root", None)).id
        await stage.clock.advance(1)
    async with stage.runtime([DOOR] * 9, apps=[after]) as runtime:
        state = await stage.ended(await runtime.run(run_id))
    assert state.fault is not None
    assert state.fault.message.endswith("the agent desk's turns limit reached: 3 of 3")
    spent = state.nodes["root/clerk"].agent
    assert spent is not None
    assert spent.spend.turns == 3


async def test_what_a_lost_call_had_reserved_stays_charged_until_somebody_looks_it_up() -> None:
    stage = Stage()
    apps = [alone(desk(output_tokens_max=200))]
    async with stage.runtime(ScriptedModel([stall("so")], price=PRICE), apps=apps) as runtime:
        run_id = (await runtime.start("root", "hello", budget=Budget(usd=0.01, tokens=2_000))).id
        await stage.clock.advance(1)
        held = await (await runtime.run(run_id)).state()
    assert held.reserved_usd == PRICE.cost_usd_max(held.reserved - 200, 200)
    async with stage.runtime(ScriptedModel([stall("so")], price=PRICE), apps=apps) as runtime:
        run = await runtime.run(run_id)
        await stage.clock.advance(1)
        state = await run.state()
        (cut_off,) = of_kind(await events_of(run), ModelInterrupted)
        assert cut_off.cost_usd == state.spend.usd == held.reserved_usd
        assert state.spend.tokens == held.reserved
        (unseen,) = state.unseen
        took = Usage(20, 5, cost_usd=0.000135)
        await run.reconcile("root", unseen.turn, unseen.attempt, took)
        await stage.clock.advance(1)
        state = await run.state()
    assert (state.spend.usd, state.spend.tokens, state.unseen) == (0.000135, 25, ())


async def test_a_call_that_broke_off_and_may_be_billed_is_charged_with_what_it_had_reserved() -> None:
    stage = Stage()
    lines: Script = [ModelCallFailed(BROKEN, may_be_billed=True), answer("hi")]
    async with stage.runtime(ScriptedModel(lines, price=PRICE), apps=[alone(desk())]) as runtime:
        run = await runtime.start("root", "hello")
        state = await stage.ended(run)
        events = await events_of(run)
    (failed,), (called, _) = of_kind(events, ModelFailed), of_kind(events, ModelCalled)
    assert failed.cost_usd == called.reserved_usd
    assert state.spend.usd > (failed.cost_usd or 0.0) > 0
