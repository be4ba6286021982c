"""A process dies at any write; the next one goes on where the journal ends: nothing finished is lost or repeated."""

import asyncio
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast import Settlement
from holdfast.integration.gateway.lines import answer_json, call, calls
from holdfast.integration.gateway.scripted import Script
from holdfast.journal.events import ModelReplied, StepEnded, StepInterrupted
from holdfast.journal.fold.state import RunState
from holdfast.journal.fold.steps import step_at
from holdfast.kernel.outcomes import Outcome
from holdfast.orchestration.application.app import App
from holdfast.orchestration.flow.nodes import AgentNode, Branch, Case, FunctionNode, Map, Node, Parallel, Sequence
from tests.orchestration.lives import live, points, recorded, repeated
from tests.orchestration.plays import forecast, leaves_some_out, name_at, plays
from tests.orchestration.world import World, one, three, two
from tests.runtime.stage import Stage, desk

DOUBTS_MAX = 20
KILLS = st.lists(st.integers(1, 40), max_size=4)


async def lived(flow: Node, kills: list[int]) -> tuple[Stage, World, RunState]:
    """Run ``flow`` through those deaths and one life after them."""
    stage = Stage()
    world = World(stage.clock)
    app = world.app(flow)
    for kill_at in (*kills, 0):
        ended = [name_at(flow, event.node) for event in recorded(stage) if isinstance(event, StepEnded)]
        before = Counter(world.sent)
        state = await live(stage, app, None, (), kill_at)
        for name in ended:
            assert world.sent[name] == before[name], f"{name} had ended and was done again"
        if state is not None:
            return stage, world, state
    raise AssertionError("the last life has no end")


async def settled(stage: Stage, world: World, flow: Node, state: RunState) -> RunState:
    """Let a person say of everything in doubt that it did not happen, until the run is over."""
    for _ in range(DOUBTS_MAX):
        if not state.doubts:
            return state
        steps = [step_at(state, path) for path in state.doubts]
        settled_at = max((step.act_at for step in steps if step and step.act_at), default=0.0)
        await stage.clock.advance(max(0.0, settled_at - stage.clock.now()))
        async with stage.runtime(apps=[world.app(flow)]) as runtime:
            run = await runtime.run(state.run)
            for doubt in await run.doubts():
                assert not doubt.is_wanted, "what is wanted is made again under its key, and is no doubt"
                await run.settle(doubt.path, Settlement.DID_NOT)
            state = await stage.ended(run)
    raise AssertionError(f"still in doubt: {state.doubts}")


async def lived_and_settled(flow: Node, kills: list[int]) -> tuple[Stage, World, RunState]:
    """Run ``flow`` through those deaths, and settle what they left in doubt."""
    stage, world, state = await lived(flow, kills)
    sent = Counter(world.sent)
    if state.doubts:
        state = await settled(stage, world, flow, state)
        assert world.sent == sent, "and nobody makes it again"
    return stage, world, state


@given(plays(depth=3, functions=("one", "two")), KILLS)
def test_however_often_its_process_dies_a_flow_ends_the_same(flow: Node, kills: list[int]) -> None:
    stage, world, state = asyncio.run(lived_and_settled(flow, kills))
    assert state.outcome is forecast(flow).outcome
    assert state.reserved == 0
    assert repeated(recorded(stage)) == []
    assert all(len(keys) == 1 for keys in world.keys.values()), "a keyed step has one key for good"
    assert world.acting == set()


@given(plays(depth=3), KILLS)
def test_what_nobody_may_send_twice_is_never_sent_twice(flow: Node, kills: list[int]) -> None:
    stage, world, state = asyncio.run(lived(flow, kills))
    assert all(world.sent[name] == 1 for name in world.unsafe)
    assert repeated(recorded(stage)) == []
    if state.is_over:
        assert not state.doubts
        assert leaves_some_out(flow) or state.outcome is forecast(flow).outcome
    else:
        assert state.doubts
        assert state.parked is not None
        told = state.parked.removeprefix("in doubt: nobody knows what became of ")
        assert sorted(told.split(", ")) == sorted(state.doubts)


DESK = desk(tools=[one, two], output=dict[str, int])
WHOLE = Sequence(
    "whole",
    (
        FunctionNode("stock", "one", input="{'name': 'stock', 'seconds': 2}"),
        Parallel(
            "both",
            (
                AgentNode("desk", "desk", input="'how much?'"),
                Map("each", "['a', 'b']", FunctionNode("do", "two", input="{'name': item, 'seconds': 1}"), key="item"),
            ),
        ),
        Branch("more", (Case("both.desk.sum > 1", FunctionNode("yes", "two", input="{'name': 'yes'}")),)),
    ),
)
SCRIPT: Script = {
    "whole/both/desk": [
        call("one", {"name": "looked", "seconds": 3}),
        calls(call("two", {"name": "paid"}), call("one", {"name": "seen"})),
        answer_json({"sum": 7}),
    ]
}


def whole(world: World) -> App:
    return world.app(WHOLE, agents=(DESK,))


async def test_killed_at_each_point_of_its_way_a_run_with_everything_in_it_ends_the_same() -> None:
    stage = Stage()
    count = await points(stage, whole(World(stage.clock)), None, SCRIPT)
    assert count > 20
    for kill_at in range(1, count + 1):
        stage = Stage()
        world = World(stage.clock)
        assert await live(stage, whole(world), None, SCRIPT, kill_at) is None, f"it was to die at point {kill_at}"
        state = await live(stage, whole(world), None, SCRIPT)
        assert state is not None
        assert (state.outcome, state.status) == (Outcome.SUCCEEDED, "COMPLETE"), f"killed at point {kill_at}"
        assert repeated(recorded(stage)) == [], f"killed at point {kill_at}"
        assert {name: len(keys) for name, keys in world.keys.items()} == {"a": 1, "b": 1, "paid": 1, "yes": 1}
        assert set(world.done) == {"stock", "looked", "paid", "seen", "a", "b", "yes"}
        assert state.reserved == 0
        replies = [event.turn for event in recorded(stage) if isinstance(event, ModelReplied)]
        assert replies == [1, 2, 3], f"killed at point {kill_at}"


async def test_a_read_that_was_under_way_is_made_again_and_a_keyed_call_again_with_its_key() -> None:
    stage = Stage()
    world = World(stage.clock)
    flow = Parallel(
        "root", tuple(FunctionNode(name, name, input=f"{{'name': '{name}', 'seconds': 5}}") for name in ("one", "two"))
    )
    async with stage.runtime(apps=[world.app(flow)]) as runtime:
        run = await runtime.start("root", None)
        await stage.clock.advance(1)
        assert world.acting == {"one", "two"}
    assert world.acting == set()
    async with stage.runtime(apps=[world.app(flow)]) as runtime:
        again = await runtime.run(run.id)
        assert await stage.result(again) == {"one": "one", "two": "two"}
    assert world.sent == {"one": 2, "two": 2}
    assert len(world.keys["two"]) == 1


async def test_an_unsafe_call_that_was_under_way_is_left_to_a_person() -> None:
    stage = Stage()
    world = World(stage.clock)
    flow = FunctionNode("root", "three", input="{'name': 'pay', 'seconds': 5}")
    async with stage.runtime(apps=[world.app(flow)]) as runtime:
        run = await runtime.start("root", None)
        await stage.clock.advance(1)
    for _ in range(3):
        async with stage.runtime(apps=[world.app(flow)]) as runtime:
            again = await runtime.run(run.id)
            state = await stage.ended(again)
            assert (state.status, state.doubts) == ("WAITING", ("root",))
            await again.resume()
            assert (await stage.ended(again)).doubts == ("root",)
    assert world.sent == {"pay": 1}
    assert sum(isinstance(event, StepInterrupted) for event in recorded(stage)) == 1


@pytest.mark.parametrize("deaths", [1, 3])
async def test_an_agent_s_unsafe_call_is_not_repeated_either(deaths: int) -> None:
    stage = Stage()
    world = World(stage.clock)
    agent = desk(tools=[three])
    script: Script = [call("three", {"name": "pay", "seconds": 5})]
    app = world.app(AgentNode("root", "desk"), agents=(agent,))
    async with stage.runtime(script, apps=[app]) as runtime:
        run = await runtime.start("root", "pay!")
        await stage.clock.advance(1)
    for _ in range(deaths):
        async with stage.runtime(script, apps=[app]) as runtime:
            state = await stage.ended(await runtime.run(run.id))
            assert state.doubts == ("root/turn.1/call.1",)
    assert world.sent == {"pay": 1}
