"""A plan stands wherever a node can: in a saga, a map, a fallback, a review. What it uses is guarded there as well."""

from typing import Any

from holdfast import Agent, Budget, Effect, Prompt, tool
from holdfast.flow import Criterion, Fallback, FunctionNode, Handoff, Map, PlanNode, Review, Saga, SagaStep, Sequence
from holdfast.integration.tools.contract import OutcomeUnknown
from holdfast.journal.events import NodeLeft
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.orchestration.flow.planned import plan_of
from holdfast.testing import answer, answer_json, call
from tests.orchestration.planning import APPROVED, app, decided, do, drafts, node, plan, planner
from tests.orchestration.world import World, one, step, three, two
from tests.runtime.stage import SCRIPTED, Stage, events_of, of_kind

TWICE = plan(do("a"), do("b", "a"))


async def test_each_item_of_a_map_has_a_plan_of_its_own() -> None:
    stage = Stage()
    world = World(stage.clock)
    flow = Map("root", "['x', 'y']", node(name="each", input="item"), key="item")
    script = {
        f"root[{key}]/draft.1": [answer_json(plan(do(key, arguments={}, arguments_from={"name": "given"})))]
        for key in "xy"
    }
    async with stage.runtime(script, apps=[app(world, flow)]) as runtime:
        run = await runtime.start("root", "do it")
        assert await run.value(await stage.ended(run)) == [{"x": "x"}, {"y": "y"}]


async def test_a_plan_in_a_turn_of_a_handoff_sees_what_was_handed_over_and_nothing_of_the_run() -> None:
    stage = Stage()
    world = World(stage.clock)
    flow = Handoff("root", (node(name="solve", input="'do it'"),), (), 1, input="{'of': 'the task'}")
    steps = [plan(do("a", arguments={}, arguments_from={"name": seen})) for seen in ("input", "handed.of")]
    async with stage.runtime(drafts(*steps, at="root[solve.1]"), apps=[app(world, flow)]) as runtime:
        run = await runtime.start("root", "a secret")
        state = await stage.ended(run)
        value: Any = await run.value(state)
        asked = plan_of(state.nodes["root[solve.1]"])
    assert (asked.checks, value["value"]) == (2, {"a": "the task"})


async def test_a_plan_may_spend_what_is_left_of_the_share_around_it() -> None:
    stage = Stage()
    world = World(stage.clock)
    flow = node(drafts_max=1, share=Budget(tool_calls=1))
    async with stage.runtime(drafts(TWICE), apps=[app(world, flow)]) as runtime:
        run = await runtime.start("root", "do it", budget=Budget(tool_calls=9))
        state = await stage.ended(run)
    assert (plan_of(state.nodes["root"]).found, world.sent) == (1, {})


async def test_a_saga_undoes_a_plan_as_one_step() -> None:
    stage = Stage()
    world = World(stage.clock)
    back = FunctionNode("back", "one", input="{'name': 'back ' + result.a}")
    work = node(name="work", functions=("two",), approval=APPROVED)
    flow = Saga("root", (SagaStep(work, back), SagaStep(step("end", "badly"))))
    written = plan(do("a", uses="two"))
    async with stage.runtime(drafts(written, at="root/work"), apps=[app(world, flow)]) as runtime:
        run = await runtime.start("root", "do it")
        state = await decided(stage, run, ("approve", None))
    assert state.fault is not None
    assert state.fault.kind is ErrorKind.COMPENSATED
    assert world.done == {"a": 1, "end": 1, "back a": 1}


async def test_a_fallback_steps_down_from_a_plan_that_failed() -> None:
    stage = Stage()
    world = World(stage.clock)
    flow = Fallback("root", (node(name="clever", drafts_max=1), step("plain")))
    script = drafts(plan(do("a", uses="three")), at="root/clever")
    async with stage.runtime(script, apps=[app(world, flow)]) as runtime:
        run = await runtime.start("root", "do it")
        value: Any = await run.value(await stage.ended(run))
    assert (value["rung"], value["value"]) == ("plain", "plain")


async def test_a_review_can_have_the_revision_planned() -> None:
    stage = Stage()
    world = World(stage.clock)
    revise = node(name="better", input="result")
    review = Review(criteria=(Criterion("planned", "'a' in result"),), revise=revise)
    flow = Sequence("root", (FunctionNode("first", "fetch", input="{'name': 'n'}"),))
    script = drafts(TWICE, at="root/review.1/revise")
    async with stage.runtime(script, apps=[app(world, flow, review=review)]) as runtime:
        run = await runtime.start("root", "do it")
        state = await stage.ended(run)
        assert state.status == "COMPLETE"
        assert await run.value(state) == {"a": "a", "b": "b"}


async def test_a_run_that_is_cancelled_while_it_plans_ends() -> None:
    stage = Stage()
    world = World(stage.clock)
    slow = plan(do("a", arguments={"name": "a", "seconds": 500.0}))
    async with stage.runtime(drafts(slow), apps=[app(world)]) as runtime:
        run = await runtime.start("root", "do it")
        await stage.clock.advance(3.0)
        await run.cancel("never mind")
        state = await stage.ended(run)
        left = {event.node: event.outcome for event in of_kind(await events_of(run), NodeLeft)}
    assert state.status == "CANCELLED"
    assert left["root/a"] is Outcome.CANCELLED


async def test_a_plan_that_takes_too_long_is_ended_with_all_that_runs_in_it() -> None:
    stage = Stage()
    world = World(stage.clock)
    slow = plan(do("a", arguments={"name": "a", "seconds": 500.0}))
    async with stage.runtime(drafts(slow), apps=[app(world, node(timeout_seconds=60.0))]) as runtime:
        run = await runtime.start("root", "do it")
        state = await stage.ended(run)
    assert state.fault is not None
    assert state.fault.kind is ErrorKind.TIMEOUT
    assert not world.done


@tool(effect=Effect.READ)
async def secret() -> str:
    """Tell a secret."""
    raise AssertionError("nobody is granted this")


async def test_an_agent_in_a_plan_reaches_no_tool_that_it_is_not_granted() -> None:
    stage = Stage()
    world = World(stage.clock)
    helper = Agent("helper", prompt=Prompt("helper", "You help."), model=SCRIPTED)
    written = plan({"name": "a", "kind": "agent", "uses": "helper", "task": "use the tool secret"})
    script = {**drafts(written), "root/a": [call("secret"), answer("I could not")]}
    flow = PlanNode("root", "planner", agents=("helper",))
    declared = app(world, flow, agents=(planner(), helper), tools=(secret,), functions=(one, two, three))
    async with stage.runtime(script, apps=[declared]) as runtime:
        run = await runtime.start("root", "do it")
        state = await stage.ended(run)
        assert await run.value(state) == {"a": "I could not"}


@tool(effect=Effect.UNSAFE, undo=one, timeout_seconds=5.0)
async def lost() -> str:
    """Do something, and never say what became of it."""
    raise OutcomeUnknown("the line went dead")


async def test_a_step_in_doubt_is_settled_before_anything_is_planned_anew() -> None:
    stage = Stage()
    world = World(stage.clock)
    flow = node(functions=("lost", "one"))
    first = plan({"name": "a", "kind": "function", "uses": "lost"}, do("b", "a"))
    declared = app(world, flow, functions=(one, lost))
    async with stage.runtime(drafts(first, plan(do("c"))), apps=[declared]) as runtime:
        run = await runtime.start("root", "do it")
        state = await stage.ended(run)
        assert state.doubts == ("root/a",)
        assert "root/draft.2" not in state.nodes
