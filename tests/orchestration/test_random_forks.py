"""Wherever a run of any flow is forked: the fork ends, nothing it does not send reaches the world, no key is reused."""

import asyncio
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.journal.fold.state import RunState
from holdfast.orchestration.flow.nodes import Node
from holdfast.orchestration.lifecycle import FINAL, Status
from holdfast.orchestration.past.cutting import AtVersion, boundaries
from holdfast.orchestration.run.handle import Run
from holdfast.testing.faults.invariants import repeated
from tests.orchestration.forks import keys_of
from tests.orchestration.plays import plays
from tests.orchestration.world import World
from tests.runtime.stage import Stage, events_of

SEEDS = st.randoms(use_true_random=False)


async def somewhere(stage: Stage, run: Run, seed: Random) -> AtVersion:
    """Return a place at which the run can be forked."""
    places = boundaries(stage.disk.get(run.id).events)
    return AtVersion(places[seed.randrange(len(places))].version)


async def requeued(stage: Stage, run: Run, seed: Random) -> RunState:
    """Have a run that failed go on from one of its steps, whatever that repeats, and return how it stands then."""
    state = await stage.ended(run)
    if state.status != Status.FAILED:
        return state
    await run.requeue(from_step=seed.choice(sorted(state.nodes)), repeats_effects=True)
    return await stage.ended(run)


async def rehearsals(flow: Node, seed: Random) -> None:
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(apps=[world.app(flow)]) as runtime:
        run = await runtime.start("root", None)
        await requeued(stage, run, seed)
        keys, unsafe = {name: set(sent) for name, sent in world.keys.items()}, set(world.unsafe)
        before = await events_of(run)
        fork = await runtime.fork(run, at=await somewhere(stage, run, seed))
        state = await requeued(stage, fork, seed)
        assert Status(state.status) in FINAL
        assert (state.doubts, state.reserved, state.children_open) == ((), 0, ())
        again = await runtime.fork(fork, at=await somewhere(stage, fork, seed))
        assert (await stage.ended(again)).is_over
        assert repeated(await events_of(fork)) == []
        assert await events_of(run) == before
    assert (world.keys, world.unsafe) == (keys, unsafe)
    assert world.acting == set()
    assert stage.troubles.heard == []


async def in_earnest(flow: Node, seed: Random) -> None:
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(apps=[world.app(flow)]) as runtime:
        runs = [await runtime.start("root", None)]
        for _ in range(3):
            state = await requeued(stage, runs[-1], seed)
            assert state.doubts or Status(state.status) in FINAL
            runs.append(await runtime.fork(runs[-1], at=await somewhere(stage, runs[-1], seed), live=True))
        await requeued(stage, runs[-1], seed)
        keys = [await keys_of(run) for run in runs]
    assert len(set().union(*keys)) == sum(map(len, keys))
    assert stage.troubles.heard == []


@settings(max_examples=40)
@given(plays(depth=3), SEEDS)
def test_a_fork_ends_and_sends_nothing(flow: Node, seed: Random) -> None:
    asyncio.run(rehearsals(flow, seed))


@settings(max_examples=40)
@given(plays(depth=3), SEEDS)
def test_no_fork_sends_under_a_key_of_another_run(flow: Node, seed: Random) -> None:
    asyncio.run(in_earnest(flow, seed))
