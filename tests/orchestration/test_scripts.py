"""Scripts: plain Python whose steps are journalled, done by the scheduler, and given again in every replay."""

import asyncio
from typing import Any

import pytest

from holdfast import App, Settlement, StepFailed, Steps, script, tool
from holdfast.integration.gateway.lines import answer
from holdfast.journal.events import ScriptAdvanced
from holdfast.journal.events.approvals import Ruling
from holdfast.journal.fold.state import RunState
from holdfast.kernel.effects import Effect
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.orchestration.application.script import Script
from holdfast.orchestration.flow.nodes import Map, Node, ScriptNode, Sequence
from tests.orchestration.counter import Rule
from tests.orchestration.world import World, one, step
from tests.runtime.stage import Stage, desk, events_of, of_kind


def scripted(world: World, *scripts: Script, flow: Node | None = None, **changes: Any) -> App:
    return world.app(flow or ScriptNode("root", scripts[0].name), scripts=scripts, **changes)


async def played(main: Script, given: object = None, lines: Any = (), **changes: Any) -> tuple[RunState, object, World]:
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(lines) as runtime:
        run = await runtime.start(scripted(world, main, **changes), given)
        state = await stage.ended(run)
        value = await run.value(state)
    assert stage.troubles.heard == []
    return state, value, world


@script
async def plan(given: Any, steps: Steps) -> object:
    first = await steps.call("fetch", one, name="a", seconds=2)
    both = await asyncio.gather(
        steps.call("fetch", "two", name="b", seconds=3), steps.call("fetch", one, name="c", seconds=1)
    )
    return {"given": given, "all": [first, *both]}


async def test_each_step_is_a_node_below_the_script_and_calls_made_at_once_run_at_once() -> None:
    state, value, world = await played(plan, {"x": 1})
    assert value == {"given": {"x": 1}, "all": ["a", "b", "c"]}
    assert sorted(state.nodes) == ["root", "root/fetch", "root/fetch.2", "root/fetch.3"]
    assert state.nodes["root/fetch.2"].kind == "function"
    assert state.ended_at == state.started_at + 5
    assert world.keys.keys() == {"b"}


@script
async def wary(given: Any, steps: Steps) -> object:
    try:
        return await steps.call("try", one, name="a", goes="badly", seconds=1)
    except StepFailed as failed:
        return [failed.step, failed.outcome, failed.fault.message]


async def test_a_step_that_fails_raises_in_the_script_which_may_go_on() -> None:
    state, value, _ = await played(wary)
    assert (state.outcome, value) == (Outcome.SUCCEEDED, ["try", "failed", "a went badly"])


@script
async def unwary(given: Any, steps: Steps) -> object:
    async with asyncio.TaskGroup() as group:
        group.create_task(steps.call("slow", one, name="slow", seconds=9))
        group.create_task(steps.call("bad", one, name="bad", goes="badly", seconds=2))
    return "?"


async def test_a_step_s_failure_that_nobody_catches_is_the_script_s_and_what_runs_beside_it_is_cancelled() -> None:
    state, _, world = await played(unwary, flow=Sequence("root", (ScriptNode("plan", "unwary"),)))
    assert state.outcome is Outcome.FAILED
    assert state.fault is not None
    assert (state.fault.kind, state.fault.message) == (ErrorKind.TOOL_FAILED, "plan: bad: bad went badly")
    assert state.nodes["root/plan/slow"].outcome is Outcome.CANCELLED
    assert world.done == {"bad": 1}


@script
async def gives_up(given: Any, steps: Steps) -> object:
    slow = asyncio.create_task(steps.call("slow", one, name="slow", seconds=9))
    await steps.call("fast", one, name="fast", seconds=1)
    slow.cancel()
    later = await steps.call("later", one, name="later", seconds=1)
    assert slow.cancelled()
    return later


async def test_a_step_that_the_script_gives_up_is_cancelled_at_once() -> None:
    state, value, world = await played(gives_up)
    assert (value, state.nodes["root/slow"].outcome) == ("later", Outcome.CANCELLED)
    assert state.ended_at == state.started_at + 2
    assert world.acting == set()


@script
async def asks(given: Any, steps: Steps) -> object:
    said = await steps.call("ask", "desk", input="how much?")
    return [said, await steps.call("tell", given, name="told")]


async def test_a_script_calls_agents_tools_and_functions_by_name_or_as_they_are() -> None:
    agent = desk()
    lines = {"root/ask": [answer("much")]}
    state, value, _ = await played(asks, "one", lines, agents=(agent,), functions=(), tools=(one,))
    assert value == ["much", "told"]
    assert [state.nodes[path].kind for path in ("root/ask", "root/tell")] == ["agent", "tool"]


@pytest.mark.parametrize(
    ("what", "told"),
    [("pay", "expected one of the app's functions, tools or agents (desk, one), found 'pay'"), ("desk", "hand over")],
)
async def test_a_step_that_may_be_nothing_or_several_things_is_refused(what: str, told: str) -> None:
    @tool(effect=Effect.PURE, name="desk")
    async def other(name: str) -> str:
        """Say it."""
        return name

    @script
    async def vague(given: Any, steps: Steps) -> object:
        return await steps.call("ask", what)

    functions = (one, other) if what == "desk" else (one,)
    state, _, _ = await played(vague, agents=(desk(),), functions=functions)
    assert state.fault is not None
    assert state.fault.kind is ErrorKind.SCRIPT_FAILED
    assert told in state.fault.message


@script
async def timer(given: Any, steps: Steps) -> None:
    await asyncio.sleep(1)


@script
async def thread(given: Any, steps: Steps) -> None:
    await asyncio.to_thread(print)


@script
async def never(given: Any, steps: Steps) -> None:
    await asyncio.get_running_loop().create_future()


@script
async def always(given: Any, steps: Steps) -> None:
    while True:  # noqa: ASYNC110  # it is to be refused
        await asyncio.sleep(0)


@script
async def endless(given: Any, steps: Steps) -> None:
    while True:
        steps.now("then")


@script
async def unsayable(given: Any, steps: Steps) -> object:
    return {object()}


@script
async def misnamed(given: Any, steps: Steps) -> None:
    await steps.call("No name", one, name="a")


@script
async def backwards(given: Any, steps: Steps) -> None:
    await steps.sleep("nap", -1)


@script
async def wrong(given: Any, steps: Steps) -> None:
    raise LookupError("nothing there")


@script
async def exits(given: Any, steps: Steps) -> None:
    raise SystemExit(3)


@script
async def cancels(given: Any, steps: Steps) -> None:
    raise asyncio.CancelledError


@pytest.mark.parametrize(
    ("main", "told"),
    [
        (timer, "ScriptError: expected a script to await its steps only, found a timer: use steps.sleep"),
        (thread, "it awaits something that is no step"),
        (never, "found it waiting for what nothing will bring"),
        (always, "expected it to wait for a step, found 100,000 turns of its tasks without one"),
        (endless, "expected at most 1,000 steps, found one more"),
        (unsayable, "expected it to return what JSON can say"),
        (misnamed, "step 'No name' cannot stand in a step path"),
        (backwards, "step 'nap': expected seconds from 0, found -1"),
        (wrong, "LookupError: nothing there"),
        (exits, "found that it raised SystemExit(3)"),
        (cancels, "found that it has cancelled itself"),
    ],
)
async def test_what_a_script_must_not_do_fails_its_node_and_says_what(main: Script, told: str) -> None:
    state, _, _ = await played(main)
    assert (state.outcome, state.fault and state.fault.kind) == (Outcome.FAILED, ErrorKind.SCRIPT_FAILED)
    assert state.fault is not None
    assert told in state.fault.message


@script
async def naps(given: Any, steps: Steps) -> object:
    began, drawn = steps.now("began"), steps.random("drawn")
    await steps.sleep("nap", 600)
    return [began, drawn, steps.now("ended") - began]


async def test_while_a_script_sleeps_its_run_leaves_memory_and_what_it_was_given_is_given_again() -> None:
    stage = Stage()
    world = World(stage.clock)
    app = scripted(world, naps)
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.start("root", None)
        await stage.clock.advance(1)
        head = await run.head()
        assert (head.is_parked, head.wake_at) == (False, stage.clock.now() - 1 + 600)
        assert not head.worker or head.lease_until <= stage.clock.now()
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.run(run.id)
        value: Any = await stage.result(run)
        first = of_kind(await events_of(run), ScriptAdvanced)[0]
    began, drawn, took = value
    assert [began, drawn] == [call.value for call in first.calls[:2]]
    assert 0 <= drawn <= 1
    assert took == 600


@script
async def pays(given: Any, steps: Steps) -> object:
    paid = await steps.call("pay", "three", name="pay", seconds=5)
    return [paid, await steps.call("note", one, name="note")]


async def test_a_doubt_of_a_step_waits_for_a_person_and_the_script_goes_on_with_what_is_said() -> None:
    stage = Stage()
    world = World(stage.clock)
    app = scripted(world, pays)
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.start("root", None)
        await stage.clock.advance(1)
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.run(run.id)
        state = await stage.ended(run)
        assert (state.status, state.doubts) == ("WAITING", ("root/pay",))
        (doubt,) = await run.doubts()
        assert doubt.arguments == '{"name":"pay","seconds":5}'
        await run.settle("root/pay", Settlement.HAPPENED, "paid")
        assert await stage.result(run) == ["paid", "note"]
    assert world.sent == {"pay": 1, "note": 1}


async def test_a_step_of_a_script_waits_for_a_yes_and_is_told_of_a_no() -> None:
    stage = Stage()
    world = World(stage.clock)
    for ruling, told in ((Ruling.APPROVE, "pay"), (Ruling.REJECT, "Ann has said no to three")):
        async with stage.runtime(
            apps=[scripted(world, wanting_a_yes)], decides=Rule(tools=frozenset(("three",)))
        ) as runtime:
            run = await runtime.start("root", None)
            assert (await stage.ended(run)).approvals == ("root/pay",)
            (escalation,) = await run.approvals()
            await run.decide("root/pay", ruling, by="Ann", digest=escalation.digest)
            assert told in str(await stage.result(run))
    assert world.sent == {"pay": 1}


@script
async def wanting_a_yes(given: Any, steps: Steps) -> object:
    try:
        return await steps.call("pay", "three", name="pay", seconds=1)
    except StepFailed as failed:
        return str(failed)


@script
async def crowd(given: Any, steps: Steps) -> object:
    return await asyncio.gather(*(steps.call("fetch", one, name=str(place), seconds=1) for place in range(5)))


async def test_no_more_steps_run_at_once_than_the_node_allows() -> None:
    state, value, world = await played(crowd, flow=ScriptNode("root", "crowd", at_once_max=2))
    assert (value, world.acting_at_once) == ([*"01234"], 2)
    assert state.ended_at == state.started_at + 3


async def test_a_script_that_takes_too_long_is_ended_with_its_steps() -> None:
    ends: list[str] = []

    @script
    async def slow(given: Any, steps: Steps) -> None:
        try:
            await steps.call("fetch", one, name="a", seconds=99)
        finally:
            ends.append("cancelled")

    state, _, world = await played(slow, flow=ScriptNode("root", "slow", timeout_seconds=5))
    assert (state.fault and state.fault.kind, ends) == (ErrorKind.TIMEOUT, ["cancelled"])
    assert state.nodes["root/fetch"].outcome is Outcome.CANCELLED
    assert world.acting == set()


async def test_a_cancelled_script_asks_for_nothing_more() -> None:
    @script
    async def stubborn(given: Any, steps: Steps) -> None:
        try:
            await steps.call("fetch", one, name="a", seconds=99)
        finally:
            await steps.call("tidy", one, name="b")

    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime() as runtime:
        run = await runtime.start(scripted(world, stubborn), None)
        await stage.clock.advance(1)
        await run.cancel("enough")
        state = await stage.ended(run)
    assert (state.outcome, set(state.nodes)) == (Outcome.CANCELLED, {"root", "root/fetch"})
    assert world.sent == {"a": 1}


async def test_scripts_lie_below_anything_and_their_values_are_seen_by_later_steps() -> None:
    flow = Sequence(
        "root", (ScriptNode("plan", "plan", input="{'y': input}"), step("a"), ScriptNode("again", "plan", "plan.all"))
    )
    _, value, _ = await played(plan, 7, flow=flow)
    assert value == {"given": ["a", "b", "c"], "all": ["a", "b", "c"]}


async def test_each_item_of_a_map_may_be_a_script() -> None:
    flow = Map("root", "['x', 'y']", ScriptNode("each", "plan", input="item"), key="item")
    state, value, _ = await played(plan, flow=flow)
    assert value == [{"given": name, "all": ["a", "b", "c"]} for name in "xy"]
    assert {"root[x]/fetch", "root[y]/fetch.3"} <= set(state.nodes)


FLIP = {"to": "pay"}


@script
async def fickle(given: Any, steps: Steps) -> object:
    await steps.call("look", one, name="look")
    await steps.sleep("nap", 10)
    await steps.call(FLIP["to"], one, name=FLIP.get("name", "x"))
    await steps.sleep("nap", 10)
    return "done"


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ({"to": "refund"}, "root: step 3 was 'pay' when recorded, is 'refund' now: version the change, or start"),
        ({"to": "pay", "name": "y"}, "root: step 3 was 'pay' of one when recorded, is 'pay' of one with other argu"),
    ],
)
async def test_a_script_that_asks_for_other_things_in_its_replay_is_stopped_with_both_names(
    now: dict[str, str], told: str
) -> None:
    stage = Stage()
    world = World(stage.clock)
    FLIP.clear()
    FLIP["to"] = "pay"
    app = scripted(world, fickle)
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.start("root", None)
        await stage.clock.advance(15)
    FLIP.update(now)
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.run(run.id)
        state = await stage.ended(run)
        assert state.parked is not None
        assert told in state.parked
        FLIP.clear()
        FLIP["to"] = "pay"
        await run.resume()
        assert await stage.result(run) == "done"
    assert world.sent == {"look": 1, "x": 1}


@script
async def shrinking(given: Any, steps: Steps) -> object:
    for name in FLIP["steps"]:
        await steps.call(name, one, name=name)
        await steps.sleep("nap", 10)
    return "done"


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ("a", "step 3 was 'b' when recorded, is nothing now"),
        ("", "step 1 was 'a' when recorded, is nothing now"),
    ],
)
async def test_a_script_that_ends_sooner_in_its_replay_is_stopped(now: str, told: str) -> None:
    stage = Stage()
    app = scripted(World(stage.clock), shrinking)
    FLIP["steps"] = "ab"
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.start("root", None)
        await stage.clock.advance(15)
    FLIP["steps"] = now
    async with stage.runtime(apps=[app]) as runtime:
        state = await stage.ended(await runtime.run(run.id))
    assert told in str(state.parked)


@script
async def races(given: Any, steps: Steps) -> object:
    both = [asyncio.create_task(steps.sleep(name, seconds)) for name, seconds in (("short", 5), ("long", 20))]
    await asyncio.wait(both, return_when=FLIP["until"])
    return "done"


async def test_a_script_that_has_ended_in_its_replay_where_it_had_not_is_stopped() -> None:
    stage = Stage()
    app = scripted(World(stage.clock), races)
    FLIP["until"] = asyncio.ALL_COMPLETED
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.start("root", None)
        await stage.clock.advance(10)
    FLIP["until"] = asyncio.FIRST_COMPLETED
    async with stage.runtime(apps=[app]) as runtime:
        state = await stage.ended(await runtime.run(run.id))
    assert "step 3 was yet to come when recorded, is the end now" in str(state.parked)


async def test_a_replay_tells_what_ended_in_the_order_in_which_it_did() -> None:
    @script
    async def first(given: Any, steps: Steps) -> object:
        given = (("a", 9), ("b", 1))
        calls = [asyncio.create_task(steps.call("fetch", one, name=name, seconds=took)) for name, took in given]
        told = [await call for call in asyncio.as_completed(calls)]
        await steps.sleep("nap", 100)
        return told

    stage = Stage()
    app = scripted(World(stage.clock), first)
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.start("root", None)
        await stage.clock.advance(15)
    async with stage.runtime(apps=[app]) as runtime:
        assert await stage.result(await runtime.run(run.id)) == ["b", "a"]


def plain(given: Any, steps: Steps) -> None:
    """Await nothing."""


async def stepless(given: Any) -> None:
    """Take no steps."""


@pytest.mark.parametrize(
    ("main", "told"),
    [
        (plain, "script plain: expected an async function"),
        (stepless, "script stepless: expected a function of two arguments, its input and its steps"),
    ],
)
def test_what_is_no_script_is_refused_when_it_is_declared(main: Any, told: str) -> None:
    with pytest.raises(DefinitionError, match=told):
        script(main)


async def test_arguments_that_json_cannot_say_fail_the_script() -> None:
    @script
    async def unsayable_arguments(given: Any, steps: Steps) -> object:
        return await steps.call("fetch", one, name=object())

    state, _, _ = await played(unsayable_arguments)
    assert "step 'fetch': expected arguments that JSON can say" in str(state.fault)


def test_a_changed_script_is_a_changed_definition() -> None:
    assert set(scripted(World(Stage().clock), plan).definitions) >= {"flow", "script:plan"}
    assert plan.content_hash != wary.content_hash
