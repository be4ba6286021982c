"""A process dies at any write of a family of runs: no child is begun twice, none is lost, none outlives its parent."""

import asyncio
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from holdfast.journal.codec import decode
from holdfast.journal.events import RunEnded
from holdfast.journal.fold.state import RunState
from holdfast.kernel.outcomes import Outcome, Settlement
from holdfast.orchestration.flow.nodes import (
    Block,
    Branch,
    Case,
    ChildNode,
    FunctionNode,
    Join,
    Map,
    Node,
    Parallel,
    Sequence,
)
from holdfast.orchestration.run.handle import Run
from holdfast.runtime import Runtime
from tests.orchestration.family import KIDS, child, ends_after_its_children, family, unfinished
from tests.orchestration.lives import live, points, recorded, repeated
from tests.orchestration.plays import forecast, leaves_some_out, plays
from tests.orchestration.world import World, step
from tests.runtime.stage import Stage

KILLS = st.lists(st.integers(1, 60), max_size=4)
SETTLED_MAX = 20

TWO = Sequence(
    "root",
    (
        Parallel("both", (child("good", seconds=2), child("bad", "looker", goes="badly", seconds=1)), Join.BEST_EFFORT),
        step("after"),
    ),
)


def check_family(stage: Stage) -> None:
    """Raise AssertionError unless every run of it ended once, and none before its children."""
    assert unfinished(stage) == []
    assert ends_after_its_children(stage)
    for head in stage.disk.heads():
        events = recorded(stage, head.run)
        assert repeated(events) == []
        assert sum(isinstance(event, RunEnded) for event in events) == 1


async def test_killed_at_each_point_a_parent_of_two_ends_the_same_and_begins_each_child_once() -> None:
    stage = Stage()
    apps = family(World(stage.clock), TWO)
    count = await points(stage, apps[0], None, (), others=apps[1:])
    assert count > 30
    for kill_at in range(1, count + 1):
        stage = Stage()
        world = World(stage.clock)
        app, *others = family(world, TWO)
        assert await live(stage, app, None, (), kill_at, others=others) is None, f"it was to die at point {kill_at}"
        state = await live(stage, app, None, (), others=others)
        assert state is not None
        assert (state.outcome, state.status) == (Outcome.PARTIAL, "COMPLETE"), f"killed at point {kill_at}"
        assert sorted(head.app for head in stage.disk.heads()) == ["looker", "payer", "root"], (
            f"killed at point {kill_at}"
        )
        assert {name: len(keys) for name, keys in world.keys.items()} == {"good": 1}
        check_family(stage)


async def test_killed_at_each_point_a_cancelled_parent_ends_and_its_children_before_it() -> None:
    flow = Parallel("root", (child("a", "looker", seconds=50), child("b", "looker", seconds=50)))

    async def lived(kill_at: int) -> tuple[Stage, RunState | None]:
        stage = Stage()
        app, *others = family(World(stage.clock), flow)
        async with stage.runtime(apps=[app, *others]) as runtime:
            run = await runtime.start("root", None, request_id="the one run")
            await stage.clock.advance(5)
            await run.cancel("enough") if kill_at % 2 else None
        if kill_at % 2 == 0:
            async with stage.runtime(apps=[app, *others], drives=False) as runtime:
                await (await runtime.run(run.id)).cancel("enough")
        await live(stage, app, None, (), kill_at, others=others)
        return stage, await live(stage, app, None, (), others=others)

    for kill_at in range(1, 40):
        stage, state = await lived(kill_at)
        assert state is not None
        assert state.status == "CANCELLED"
        check_family(stage)
        assert {head.status for head in stage.disk.heads()} == {"CANCELLED"}


async def settled(stage: Stage, runtime: Runtime, run: Run) -> RunState:
    """Let a person give up everything in doubt in the family, until ``run`` is over."""
    for _ in range(SETTLED_MAX):
        state = await stage.ended(run)
        if state.is_over:
            return state
        for head in await runtime.runs():
            other = await runtime.run(head.run)
            for doubt in await other.doubts():
                await other.settle(doubt.path, Settlement.ABANDONED)
    raise AssertionError("still in doubt")


def with_children(node: Node) -> Node:
    """Return ``node`` with a child run in the place of each of its steps."""
    match node:
        case FunctionNode():
            app = next(name for name, function in KIDS.items() if function == node.function)
            return ChildNode(node.name, app, input=node.input)
        case Sequence():
            return replace(node, steps=tuple(map(with_children, node.steps)))
        case Parallel():
            return replace(node, branches=tuple(map(with_children, node.branches)))
        case Map() | Block():
            return replace(node, do=with_children(node.do))
        case Branch():
            cases = tuple(Case(case.when, with_children(case.then)) for case in node.cases)
            return replace(node, cases=cases, otherwise=node.otherwise and with_children(node.otherwise))
        case other:
            return other


@given(plays(depth=3, functions=("one",)), KILLS)
def test_however_often_its_process_dies_a_flow_of_children_ends_as_one_of_steps_does(
    flow: Node, kills: list[int]
) -> None:
    async def lived() -> tuple[Stage, RunState]:
        stage = Stage()
        app, *others = family(World(stage.clock), with_children(flow))
        for kill_at in (*kills, 0):
            state = await live(stage, app, None, (), kill_at, others=others)
            if state is not None:
                return stage, state
        raise AssertionError("the last life has no end")

    stage, state = asyncio.run(lived())
    assert state.outcome is forecast(flow).outcome
    check_family(stage)


@given(plays(depth=3))
def test_a_family_ends_as_a_flow_of_steps_does_once_its_doubts_are_settled(flow: Node) -> None:
    async def lived() -> tuple[Stage, World, RunState, object]:
        stage = Stage()
        world = World(stage.clock)
        async with stage.runtime(apps=family(world, with_children(flow))) as runtime:
            run = await runtime.start("root", None)
            state = await settled(stage, runtime, run)
            return stage, world, state, await run.value(state)

    stage, world, state, value = asyncio.run(lived())
    told = forecast(flow)
    assert state.outcome is told.outcome
    assert leaves_some_out(flow) or not told.outcome.is_success or value == told.value
    assert all(times == 1 for name, times in Counter(world.sent).items() if name in world.unsafe)
    check_family(stage)


@pytest.mark.parametrize("turns", range(0, 240, 6))
async def test_whenever_it_is_cancelled_a_family_ends_from_the_bottom_up(turns: int) -> None:
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(apps=family(world, TWO)) as runtime:
        run = await runtime.start("root", None)
        for _ in range(turns):
            await asyncio.sleep(0)
        await run.cancel("never mind")
        state = await settled(stage, runtime, run)
    assert state.status in ("CANCELLED", "COMPLETE")
    check_family(stage)
    assert stage.troubles.heard == []
    events = [decode(entry.body) for head in stage.disk.heads() for entry in stage.disk.get(head.run).events]
    assert sum(isinstance(event, RunEnded) for event in events) == len(list(stage.disk.heads()))
