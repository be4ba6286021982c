"""A model plans, the plan is checked, carried out as a graph, and made anew when it goes wrong."""

from typing import Any

import pytest

from holdfast import Agent, Budget, Effect, Prompt, tool
from holdfast.flow import Plan, PlanApproval, PlanNode, Sequence, Skill
from holdfast.journal.events import LifecycleMoved, PlanAdopted, PlanAsked, PlanChecked
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.orchestration.draw import Knowledge, draw_mermaid, draw_text
from holdfast.orchestration.flow.nodes import from_json, to_json
from holdfast.orchestration.flow.planned import plan_of
from holdfast.testing import answer, answer_json, call
from tests.orchestration.planning import app, carried_out, do, drafts, fetch, node, plan, planner, problems
from tests.orchestration.world import World, step
from tests.runtime.stage import SCRIPTED, Stage, desk, events_of, of_kind

GOOD = plan(
    do("a"),
    {"name": "b", "kind": "function", "uses": "fetch", "arguments": {"name": "bb"}, "holds": "result.size == 2"},
    do("c", "a", "b", arguments={"goes": "well"}, arguments_from={"name": "a + b.name"}),
)


async def test_a_plan_is_carried_out_as_the_graph_that_it_stands_for() -> None:
    state, value, world = await carried_out(GOOD)
    assert (state.status, state.outcome) == ("COMPLETE", Outcome.SUCCEEDED)
    assert value == {"a": "a", "b": {"name": "bb", "size": 2}, "c": "abb"}
    assert world.sent == {"a": 1, "bb": 1, "abb": 1}
    assert world.acting_at_once <= 2


async def test_the_planner_is_told_the_task_what_it_may_use_and_what_is_left() -> None:
    stage = Stage()
    world = World(stage.clock)
    flow = node(agents=(Skill("helper", "knows birds"),))
    helper = Agent("helper", prompt=Prompt("helper", "You help."), model=SCRIPTED)
    script = {"root/draft.1": [answer_json(plan(do("a")))]}
    with_agent = app(world, flow, agents=(planner(), helper), budget=Budget(tokens=9_000, tool_calls=3))
    async with stage.runtime(script, apps=[with_agent]) as runtime:
        run = await runtime.start("root", "count birds")
        state = await stage.ended(run)
        (asked,) = of_kind(await events_of(run), PlanAsked)
        told: Any = await (await run.payloads(state)).fetch_json(asked.input)
    assert told["task"] == "count birds"
    assert told["may_use"]["agents"] == [{"name": "helper", "does": "knows birds", "tools": [], "answers": None}]
    assert [each["name"] for each in told["may_use"]["functions"]] == ["one", "fetch"]
    assert told["limits"] == {"steps_max": 20, "at_once_max": 8, "left": {"tokens": 9_000, "tool_calls": 3}}


async def test_a_bad_plan_goes_back_with_every_reason_and_nothing_of_it_runs() -> None:
    bad = plan(do("a", uses="three"), do("b", "z"), do("b"))
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(drafts(bad, GOOD), apps=[app(world)]) as runtime:
        run = await runtime.start("root", "do it")
        state = await stage.ended(run)
        events = await events_of(run)
        told: Any = await (await run.payloads(state)).fetch_json(of_kind(events, PlanAsked)[1].input)
    assert state.outcome is Outcome.SUCCEEDED
    assert [(each.draft, each.found > 0) for each in of_kind(events, PlanChecked)] == [(1, True), (2, False)]
    assert told["last_draft"]["steps"][0]["uses"] == "three"
    assert any("found 'three'" in each for each in told["problems"])
    assert any("'b' 2 times" in each for each in told["problems"])
    assert world.sent["b"] == 0


async def test_after_so_many_bad_drafts_the_plan_has_failed() -> None:
    bad = plan(do("a", uses="three"))
    state, _, world = await carried_out(bad, bad, bad, GOOD, flow=node(drafts_max=3))
    assert state.outcome is Outcome.FAILED
    assert state.fault is not None
    assert "after at most 3 drafts, found 1 problem in the last one" in state.fault.message
    assert not world.sent


async def test_a_step_that_fails_has_the_rest_planned_anew_and_what_is_finished_stays() -> None:
    first = plan(do("a"), do("b", "a", goes="badly"), do("c", "b"))
    second = plan(do("b", "a"), do("d", "b", arguments={}, arguments_from={"name": "a + b"}))
    state, value, world = await carried_out(first, second)
    assert state.outcome is Outcome.SUCCEEDED
    assert value == {"a": "a", "b": "b", "d": "ab"}
    assert world.sent == {"a": 1, "b": 2, "ab": 1}
    assert {"root/b", "root/b.2"} < set(state.nodes)


async def test_a_step_that_does_not_come_to_what_is_expected_is_planned_anew() -> None:
    first = plan(do("a", holds="result == 'z'"), do("b"))
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(drafts(first, plan(do("c"))), apps=[app(world)]) as runtime:
        run = await runtime.start("root", "do it")
        state = await stage.ended(run)
        told: Any = await (await run.payloads(state)).fetch_json(of_kind(await events_of(run), PlanAsked)[1].input)
        assert await run.value(state) == {"b": "b", "c": "c"}
    assert told["finished"] == {"b": "b"}
    assert told["failed"][0]["step"] == "a"
    assert told["failed"][0]["result"] == "a"
    assert "expected" in told["failed"][0]["why"]


async def test_what_runs_beside_a_step_that_fails_is_left_to_end_and_nothing_more_is_begun() -> None:
    first = plan(
        do("a", goes="badly"), do("b", arguments={"name": "b", "seconds": 9.0}), do("c", "b"), do("d", "b", goes="well")
    )
    state, value, world = await carried_out(first, plan(do("e", "b")))
    assert state.nodes["root/b"].outcome is Outcome.SUCCEEDED
    assert value == {"b": "b", "e": "e"}
    assert (world.sent["c"], world.sent["d"]) == (0, 0)


async def test_after_so_many_versions_the_plan_fails_with_what_went_wrong_last() -> None:
    bad = plan(do("a", goes="badly"))
    state, _, world = await carried_out(bad, bad, bad, flow=node(replans_max=1))
    assert state.outcome is Outcome.FAILED
    assert state.fault is not None
    assert state.fault.kind is ErrorKind.TOOL_FAILED
    assert world.sent["a"] == 2


async def test_a_finished_step_cannot_be_changed_by_a_later_version() -> None:
    first = plan(do("a"), do("b", "a", goes="badly"))
    changed = plan(do("a", arguments={"name": "other"}), do("b"))
    found = await problems(first, changed, flow=node(drafts_max=1))
    assert len(found) == 1
    assert found[0].startswith("expected a to stay as it is, for it is finished, found it changed: leave it out")


async def test_a_finished_step_may_be_written_again_as_it_is() -> None:
    first = plan(do("a"), do("b", "a", goes="badly"))
    state, value, world = await carried_out(first, plan(do("a"), do("b", "a")))
    assert state.outcome is Outcome.SUCCEEDED
    assert value == {"a": "a", "b": "b"}
    assert world.sent["a"] == 1


CASES = [
    (plan(), "expected at least one step, found none"),
    (plan(*(do(f"s{each}") for each in range(4))), "expected at most 3 steps, found 4"),
    (plan(do("A b")), "cannot stand in a step path"),
    (plan(do("draft")), "expected another name than 'draft'"),
    (plan(do("a", uses="two")), "a: expected one of the functions that a plan may use (fetch, one), found 'two'"),
    (plan(do("a", kind="tool")), "a: expected one of the tools that a plan may use (none), found 'one'"),
    (plan(do("a", kind="agent", uses="planner")), "expected one of the agents that a plan may use (none)"),
    (plan(do("a", arguments={"nam": "x"})), "found nam"),
    (plan(do("a", arguments={})), "a: expected name, which one needs"),
    (plan(do("a", arguments={"name": "x", "seconds": "soon"})), "a.seconds: expected"),
    (plan(do("a", task="look")), "a: expected no task for function one"),
    (plan(do("a", arguments_from={"name": "input"})), "a: expected each argument once, found name"),
    (plan(do("a", "b"), do("b", "a")), "found that a, b wait for each other"),
    (plan(do("a", "z")), "expected a to come after steps that there are"),
    (plan(do("a"), do("b", arguments={}, arguments_from={"name": "a"})), "names a, which it cannot see there"),
    (plan(do("a", holds="open('x')")), "does not parse"),
    (plan(do("a", arguments={"name": "a"}, arguments_from={"seconds": "1), 'name': ('z'"})), "a.seconds: "),
    (plan(do("a", holds="os.system")), "names os"),
    (plan(do("a", share=0.0)), "a: expected a share above 0"),
    (plan(do("a", share=0.7), do("b", share=0.6)), "expected shares of at most 1 together, found 1.3"),
]


@pytest.mark.parametrize(("written", "told"), CASES)
async def test_a_plan_that_cannot_be_carried_out_is_told_why(written: Any, told: str) -> None:
    found = await problems(written, flow=node(drafts_max=1, steps_max=3))
    assert any(told in each for each in found), found


async def test_a_plan_that_what_is_left_cannot_pay_for_is_told_so() -> None:
    found = await problems(plan(do("a"), do("b")), flow=node(drafts_max=1), budget=Budget(tool_calls=1))
    assert found == ["expected at most 1 tool calls, which is what is left, found 2 steps that take one each"]
    helper = Agent("helper", prompt=Prompt("helper", "You help."), model=SCRIPTED, output_tokens_max=500)
    asks = {"name": "a", "kind": "agent", "uses": "helper", "task": "help", "share": 0.01}
    found = await problems(
        plan(asks),
        flow=node(drafts_max=1, agents=("helper",)),
        budget=Budget(tokens=20_000),
        agents=(planner(), helper),
    )
    assert len(found) == 1
    assert "a: expected a share of which agent helper can reply once (500 tokens)" in found[0]


async def test_steps_use_agents_with_a_task_and_what_came_before() -> None:
    stage = Stage()
    world = World(stage.clock)
    helper = Agent("helper", prompt=Prompt("helper", "You help."), model=SCRIPTED)
    steps = plan(
        do("a"),
        {"name": "plain", "kind": "agent", "uses": "helper", "task": "say hello"},
        {"name": "b", "kind": "agent", "uses": "helper", "task": "sum", "arguments_from": {"x": "a"}, "after": ["a"]},
    )
    script = {**drafts(steps), "root/plain": [answer("hello")], "root/b": [answer("it is a")]}
    with_agent = app(world, node(agents=("helper",)), agents=(planner(), helper))
    async with stage.runtime(script, apps=[with_agent]) as runtime:
        run = await runtime.start("root", "do it")
        state = await stage.ended(run)
        payloads = await run.payloads(state)
        given = {name: await payloads.fetch_json(state.nodes[f"root/{name}"].input) for name in ("plain", "b")}  # type: ignore[arg-type]  # entered, so given
        assert await run.value(state) == {"a": "a", "plain": "hello", "b": "it is a"}
    assert given == {"plain": "say hello", "b": {"task": "sum", "x": "a"}}


async def test_a_run_whose_flow_is_a_plan_is_planning_until_the_plan_is_adopted() -> None:
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(drafts(GOOD), apps=[app(world)]) as runtime:
        run = await runtime.start("root", "do it")
        await stage.ended(run)
        events = await events_of(run)
    kinds = [type(event) for event in events]
    executing = next(
        place for place, event in enumerate(events) if isinstance(event, LifecycleMoved) and event.to == "EXECUTING"
    )
    assert executing == kinds.index(PlanAdopted) + 1
    assert of_kind(events[:executing], LifecycleMoved)[-1].to == "PLANNING"


async def test_a_plan_is_a_step_of_a_larger_flow_and_sees_what_it_is_given() -> None:
    stage = Stage()
    world = World(stage.clock)
    inner = PlanNode("work", "planner", input="{'whom': first}", functions=("one",))
    flow = Sequence("root", (step("first"), inner, step("last")))
    written = plan(do("a", arguments={}, arguments_from={"name": "given.whom + input"}))
    async with stage.runtime(drafts(written, at="root/work"), apps=[app(world, flow)]) as runtime:
        run = await runtime.start("root", "!")
        state = await stage.ended(run)
        assert await run.value(state, "root/work") == {"a": "first!"}


def test_a_plan_node_is_data_and_says_when_it_is_declared_what_cannot_be() -> None:
    flow = node(agents=(Skill("planner", "plans"), "other"), approval=PlanApproval(60.0))
    assert from_json(to_json(flow)) == flow


@tool(effect=Effect.UNSAFE)
async def pay(amount: float) -> str:
    """Pay."""
    return f"{amount}"


@tool(effect=Effect.UNSAFE, ask_when="args.amount > 0")
async def pay_asked(amount: float) -> str:
    """Pay, if somebody says yes."""
    return f"{amount}"


@pytest.mark.parametrize(
    ("flow", "more", "told"),
    [
        (node(functions=()), {}, "expected agents, tools or functions that a plan may use"),
        (node(planner="nobody"), {}, "expected planner 'nobody' to be one of the app's"),
        (node(functions=("nothing",)), {}, "expected function 'nothing' to be one of the app's"),
        (node(functions=("one", "one")), {}, "expected each function once"),
        (node(drafts_max=0), {}, "expected drafts_max above 0"),
        (node(replans_max=-1), {}, "expected replans_max of at least 0"),
        (node(input="outer"), {}, "names outer, which it cannot see there"),
        (node(), {"agents": (planner(output=None),)}, "to answer with a plan, found output=None"),
        (node(tools=("pay",)), {"tools": (pay,)}, "may use pay, which nothing takes back"),
        (node(agents=("planner",)), {"agents": (planner(tools=(pay,)),)}, r"may use pay \(of agent planner\)"),
    ],
)
def test_a_plan_node_that_cannot_plan_is_refused(flow: PlanNode, more: Any, told: str) -> None:
    with pytest.raises(DefinitionError, match=told):
        app(World(Stage().clock), flow, **more)


def test_what_cannot_be_taken_back_may_be_planned_where_somebody_says_yes_to_the_plan_or_to_the_call() -> None:
    world = World(Stage().clock)
    assert app(world, node(tools=("pay",), approval=PlanApproval()), tools=(pay,)).tools_by_name == {"pay": pay}
    assert app(world, node(tools=("pay_asked",)), tools=(pay_asked,)).tools_by_name == {"pay_asked": pay_asked}


async def test_a_plan_is_drawn_with_the_steps_of_the_version_that_is_carried_out() -> None:
    assert draw_text(node()) == (
        "root  plan · by planner · may use functions one, fetch · at most 20 steps · 3 drafts · 3 versions · "
        "nobody approves · input input"
    )
    state, _, _ = await carried_out(plan(do("a"), do("b", "a", goes="badly")), plan(do("b", "a")))
    first, *steps = draw_text(node(), Knowledge(run=state)).splitlines()
    assert "version 2" in first
    assert steps == ["├── ✓ a  function · one", "└── after a: ✓ b  function · one"]
    assert "n1 --> n2" in draw_mermaid(node(), Knowledge(run=state))


async def test_an_adopted_step_carries_the_share_that_is_meant_for_it() -> None:
    state, _, _ = await carried_out(plan(do("a", share=0.5)))
    assert plan_of(state.nodes["root"]).known["a"].share == 0.5


async def test_an_agent_of_a_plan_spends_no_more_than_its_share() -> None:
    stage = Stage()
    world = World(stage.clock)
    asks = {"name": "a", "kind": "agent", "uses": "helper", "task": "help", "share": 0.5}
    helper = desk(name="helper", tools=[fetch])
    looks = [call("fetch", {"name": f"thing {number}"}) for number in range(9)]
    script = {**drafts(plan(asks)), "root/a": looks}
    flow = node(agents=("helper",), replans_max=0)
    async with stage.runtime(script, apps=[app(world, flow, agents=(planner(), helper))]) as runtime:
        state = await stage.ended(await runtime.start("root", "go", budget=Budget(turns=6)))
    assert state.shares["root/a"].limits.turns == 3
    assert state.shares["root/a"].spend.turns == 3
    assert state.outcome is Outcome.FAILED


def test_a_planner_answers_with_a_plan_in_a_schema() -> None:
    schema = planner().answer.schema
    assert schema is not None
    assert "steps" in str(schema)
    assert planner().output is Plan
