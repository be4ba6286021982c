"""A process that closes lets go of its runs; the next one goes on with them, and only one drives at a time."""

import asyncio

import pytest

from holdfast.integration.gateway.lines import answer, stall
from holdfast.journal.events import DriverChanged
from holdfast.journal.port import Claim
from holdfast.orchestration.driving.driver import LEASE_SECONDS
from holdfast.orchestration.flow.nodes import Sequence
from tests.orchestration.world import World, step
from tests.runtime.stage import Stage, desk, events_of, of_kind


async def test_a_run_that_is_still_going_when_its_process_closes_goes_on_in_the_next() -> None:
    stage = Stage()
    world = World(stage.clock)
    app = world.app(Sequence("root", (step("a", seconds=5), step("b", seconds=50), step("c"))))
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.start("root", None)
        await stage.clock.advance(20)
    assert (world.acting, world.opened, world.closed) == (set(), 1, 1)
    async with stage.runtime(apps=[app]) as runtime:
        again = await runtime.run(run.id)
        assert await stage.result(again) == "c"
        (changed,) = of_kind(await events_of(again), DriverChanged)
        assert changed.epoch == 2
    assert world.done == {"a": 1, "b": 1, "c": 1}
    assert stage.troubles.heard == []


@pytest.mark.parametrize("turns", range(0, 40, 3))
async def test_a_process_can_close_at_any_moment(turns: int) -> None:
    stage = Stage()
    async with stage.runtime([stall()], apps=[desk()]) as runtime:
        run = await runtime.start("desk", "hello")
        for _ in range(turns):
            await asyncio.sleep(0)
    async with stage.runtime([answer("hi")], apps=[desk()]) as runtime:
        assert await stage.result(await runtime.run(run.id)) == "hi"


async def test_a_process_that_recovers_nothing_leaves_the_runs_of_others_alone() -> None:
    stage = Stage()
    async with stage.runtime([stall()], apps=[desk()]) as runtime:
        left = await runtime.start("desk", "hello")
        await stage.clock.advance(1)
    async with stage.runtime([answer("hi")] * 2, apps=[desk()], recovers=False) as runtime:
        own = await runtime.start("desk", "hi")
        assert await stage.result(own) == "hi"
        await stage.clock.advance(60)
        run = await runtime.run(left.id)
        assert not (await run.head()).is_over
        await run.resume()
        assert await stage.result(run) == "hi"


async def test_a_process_that_drives_nothing_only_looks() -> None:
    stage = Stage()
    async with stage.runtime([stall()], apps=[desk()]) as runtime:
        run = await runtime.start("desk", "hello")
        await stage.clock.advance(1)
    async with stage.runtime([answer("hi")], apps=[desk()], drives=False) as runtime:
        await stage.clock.advance(60)
        assert not runtime.drives
        head = await (await runtime.run(run.id)).head()
        assert (head.is_over, head.worker) == (False, "")


async def test_a_driver_keeps_its_lease_however_long_it_takes() -> None:
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime() as runtime:
        run = await runtime.start(world.app(step("root", seconds=20 * LEASE_SECONDS)), None)
        for _ in range(19):
            await stage.clock.advance(LEASE_SECONDS)
            assert (await run.head()).lease_until > stage.clock.now()
        assert await stage.result(run) == "root"
    assert world.sent == {"root": 1}


@pytest.mark.parametrize("seconds", [LEASE_SECONDS / 3, LEASE_SECONDS, 0.0])
async def test_a_lease_that_is_renewed_at_the_very_end_does_no_harm(seconds: float) -> None:
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime() as runtime:
        run = await runtime.start(world.app(step("root", seconds=seconds)), None)
        assert await stage.result(run) == "root"
    assert stage.troubles.heard == []


async def test_a_driver_that_was_overtaken_stops_at_once_and_says_nothing() -> None:
    stage = Stage()
    world = World(stage.clock)
    store = stage.store()
    async with stage.runtime(store=store) as runtime:
        run = await runtime.start(world.app(step("root", seconds=2 * LEASE_SECONDS)), None)
        await stage.clock.advance(1)
        stage.disk.void_leases(stage.clock.now())
        assert isinstance(await store.claim(run.id, "another", LEASE_SECONDS), Claim)
        await stage.clock.advance(LEASE_SECONDS / 2)
        assert (world.acting, world.closed) == (set(), 1)
        assert (await run.head()).worker == "another"
        assert await stage.result(run) == "root"
    assert stage.troubles.heard == []
    assert world.sent == {"root": 2}
