"""Where features meet: requeues and doubts, requeues and unseen replies, reviews and blocks, children and limits."""

from holdfast import Budget, Effect, OutcomeUnknown, Provided, Settlement, ToolFailure, Variables, tool
from holdfast.integration.gateway.lines import answer, stall
from holdfast.kernel.messages import Usage
from holdfast.orchestration.application.app import App
from holdfast.orchestration.flow.nodes import AgentNode, Block, ChildNode, DecisionNode, FunctionNode, Sequence
from holdfast.orchestration.flow.review import Criterion, Review
from tests.orchestration.world import World, step
from tests.runtime.stage import Stage, desk


@tool(effect=Effect.UNSAFE)
async def pay() -> str:
    """Pay, and never learn whether it went through."""
    raise OutcomeUnknown("the line broke")


@tool(effect=Effect.PURE)
async def flaky() -> str:
    """Fail."""
    raise ToolFailure("not today")


@tool(effect=Effect.PURE)
async def put(value: int, *, variables: Provided[Variables]) -> int:
    """Set x."""
    variables.put("x", value)
    return value


async def test_a_step_that_is_done_again_can_be_settled_again() -> None:
    stage = Stage()
    flow = Sequence("shop", (FunctionNode("p", "pay", "{}"), FunctionNode("f", "flaky", "{}")))
    app = App("shop", flow, functions=(pay, flaky), input=object)
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.start("shop", 1)
        await stage.ended(run)
        for paid in ("once", "twice"):
            await run.settle("shop/p", Settlement.HAPPENED, paid)
            assert (await stage.ended(run)).status == "FAILED"
            await run.requeue(from_step="shop/p", repeats_effects=True)
            assert (await stage.ended(run)).doubts == ("shop/p",)
    assert stage.troubles.heard == []


async def test_an_unseen_reply_of_an_agent_that_is_gone_is_reconciled_with_the_run_alone() -> None:
    stage = Stage()
    world = World(stage.clock)
    flow = Sequence(
        "shop", (step("a", seconds=10), AgentNode("desk", "desk", input="'hello'"), step("f", goes="badly"))
    )
    async with stage.runtime([stall("let me see"), answer("done"), answer("done")]) as runtime:
        run = await runtime.start(world.app(flow, agents=(desk(),)), None)
        state = await stage.ended(run)
        (unseen,) = state.unseen
        await run.requeue(from_step="shop/a")
        await stage.clock.advance(2)
        await run.reconcile(unseen.node, unseen.turn, unseen.attempt, Usage(20, 4, 0, 0.0))
        after = await stage.ended(run)
    assert after.spend.calls_of_unknown_cost == 0
    agent = after.nodes["shop/desk"].agent
    assert agent is not None
    assert agent.spend.tokens >= 0
    assert after.spend.tokens < state.spend.tokens
    assert stage.troubles.heard == []


async def test_what_a_review_writes_is_kept_also_if_the_whole_flow_is_a_block() -> None:
    stage = Stage()
    review = Review(
        criteria=(Criterion("two", "result == 2"),), revise=FunctionNode("mend", "put", input="{'value': 2}")
    )
    flow = Block("root", FunctionNode("one", "put", input="{'value': 1}"))
    async with stage.runtime(apps=[App("root", flow, functions=(put,), input=object, review=review)]) as runtime:
        run = await runtime.start("root", None)
        state = await stage.ended(run)
        assert (state.status, await run.variables(state)) == ("COMPLETE", {"x": 2})


async def test_a_parent_with_a_limit_of_time_rests_while_its_child_waits_for_a_person() -> None:
    stage = Stage()
    kid = App("kid", DecisionNode("kid", "'What now?'"), input=object)
    top = App("top", Sequence("top", (ChildNode("k", "kid"),)), input=object)
    async with stage.runtime(apps=[top, kid]) as runtime:
        began = stage.clock.now()
        run = await runtime.start("top", None, budget=Budget(seconds=5_000))
        state = await stage.ended(run)
    assert state.parked == "waiting for its child runs at top/k"
    assert stage.clock.now() - began < 100


async def test_a_run_that_a_review_let_fail_is_listed_with_the_round_that_did() -> None:
    stage = Stage()
    world = World(stage.clock)
    app = world.app(step("root"), review=Review(criteria=(Criterion("never", "False"),)))
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.start("root", None)
        await stage.ended(run)
        await run.answer("root/review.1", "fail")
        await stage.ended(run)
        (letter,) = await runtime.dead()
    assert letter.step == "root/review.1"
