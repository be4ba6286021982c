"""A script whose process dies, wherever it dies: its steps are not done again, and it ends as it would have."""

import asyncio
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast import App, StepFailed, Steps, script
from holdfast.integration.gateway.lines import answer, call
from holdfast.integration.gateway.scripted import Script as Lines
from holdfast.journal.events import ScriptAdvanced
from holdfast.journal.events.scripts import ScriptCall
from holdfast.kernel.outcomes import Outcome
from holdfast.orchestration.flow.nodes import ScriptNode
from tests.orchestration.lives import live, points, recorded, repeated
from tests.orchestration.world import World, one, two
from tests.runtime.stage import Stage, desk

LINES: Lines = {"root/ask": [call("two", {"name": "asked", "seconds": 1}), answer("seen")]}


@script
async def whole(given: Any, steps: Steps) -> object:
    began, drawn = steps.now("began"), steps.random("drawn")
    both: list[object] = list(
        await asyncio.gather(
            steps.call("pay", two, name="pay", seconds=3), steps.call("look", one, name="look", seconds=1)
        )
    )
    try:
        await steps.call("look", one, name="again", goes="badly", seconds=1)
    except StepFailed as failed:
        both.append(failed.fault.message)
    await steps.sleep("nap", 20)
    both.append(await steps.call("ask", "desk", input="well?"))
    return {"all": both, "took": steps.now("ended") - began >= 24, "drawn": 0 <= drawn <= 1}


VALUE = {"all": ["pay", "look", "again went badly", "seen"], "took": True, "drawn": True}


def app(world: World) -> App:
    return world.app(ScriptNode("root", "whole"), scripts=(whole,), agents=(desk(tools=[two]),))


def asked(stage: Stage) -> list[ScriptCall]:
    """Return what the script asked for, in order, without what was different in each life."""
    turns = [event for event in recorded(stage) if isinstance(event, ScriptAdvanced)]
    return [ScriptCall(call.name, call.kind, call.what, call.arguments) for turn in turns for call in turn.calls]


async def check(stage: Stage, world: World, told: str) -> None:
    """Live on until the run rests, and see that nothing was lost and nothing done twice."""
    state = await live(stage, app(world), None, LINES)
    assert state is not None
    assert state.outcome is Outcome.SUCCEEDED, told
    assert repeated(recorded(stage)) == [], told
    assert {name: len(keys) for name, keys in world.keys.items()} == {"pay": 1, "asked": 1}, told
    assert [call.name for call in asked(stage)] == [
        *("began", "drawn", "pay", "look"),
        *("look.2", "nap", "ask", "ended"),
    ], told
    async with stage.runtime(LINES, apps=[app(world)]) as runtime:
        run = await runtime.run(state.run)
        assert await run.result() == VALUE, told


async def test_killed_at_each_point_of_its_way_a_script_ends_the_same() -> None:
    stage = Stage()
    count = await points(stage, app(World(stage.clock)), None, LINES)
    assert count > 20
    for kill_at in range(1, count + 1):
        stage = Stage()
        world = World(stage.clock)
        assert await live(stage, app(world), None, LINES, kill_at) is None, f"it was to die at point {kill_at}"
        await check(stage, world, f"killed at point {kill_at}")


@settings(max_examples=20, deadline=None)
@given(deaths=st.lists(st.integers(1, 30), max_size=6))
def test_killed_again_and_again_a_script_asks_for_the_same_and_gives_the_same(deaths: list[int]) -> None:
    async def lives() -> None:
        stage = Stage()
        world = World(stage.clock)
        for kill_at in deaths:
            await live(stage, app(world), None, LINES, kill_at)
        await check(stage, world, f"killed at points {deaths}")

    asyncio.run(lives())
