"""Runs that end every process which drives them, and resources that never open: neither may take others along."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from holdfast.integration.gateway.lines import answer, stall
from holdfast.journal.codec import encode
from holdfast.journal.events import DriverChanged
from holdfast.journal.fold import fold
from holdfast.journal.port import Claim, Commit, Committed, Recorded
from holdfast.kernel.errors import RunFailed
from holdfast.kernel.ids import commit_id
from holdfast.orchestration.application.app import App, Resources
from holdfast.orchestration.driving.driver import DRIVERS_IN_VAIN_MAX
from holdfast.orchestration.flow.nodes import AgentNode
from holdfast.orchestration.run.handle import Run
from tests.runtime.stage import Stage, desk


async def die_driving(stage: Stage, run: Run) -> None:
    """Be one more process that took the run up and was gone before anything had come of it."""
    store = stage.store()
    await store.open()
    claim = await store.claim(run.id, f"worker {stage.seed}", 1.0)
    assert isinstance(claim, Claim)
    event = DriverChanged(worker=f"worker {stage.seed}", epoch=claim.epoch)
    committed = await store.commit(
        Commit(
            commit_id=commit_id(run.id, claim.epoch, claim.version),
            run=run.id,
            epoch=claim.epoch,
            expected=claim.version,
            events=(Recorded(claim.version + 1, stage.clock.now(), encode(event)),),
            status="INTAKE",
        )
    )
    assert isinstance(committed, Committed)
    await stage.clock.advance(2.0)


async def test_a_run_that_brings_down_every_driver_is_parked_and_can_be_resumed() -> None:
    stage = Stage()
    async with stage.runtime(lambda _: answer("hi"), drives=False) as runtime:
        run = await runtime.start(desk(), "hello")
    for _ in range(DRIVERS_IN_VAIN_MAX - 1):
        await die_driving(stage, run)
    async with stage.runtime(lambda _: answer("hi"), apps=[desk()]) as runtime:
        run = await runtime.run(run.id)
        with pytest.raises(RunFailed, match="it brought down 5 drivers in a row"):
            await stage.result(run)
        await run.resume()
        assert await stage.result(run) == "hi"


async def test_a_run_whose_drivers_were_put_down_in_good_order_is_not_given_up() -> None:
    stage, patient = Stage(), desk(model_attempts_max=2 * DRIVERS_IN_VAIN_MAX)
    async with stage.runtime(lambda _: answer("hi"), drives=False) as runtime:
        run = await runtime.start(patient, "hello")
    for _ in range(2 * DRIVERS_IN_VAIN_MAX):
        async with stage.runtime(lambda _: stall("let me see"), apps=[patient]):
            await stage.clock.advance(5.0)
    async with stage.runtime(lambda _: answer("hi"), apps=[patient]) as runtime:
        assert await stage.result(await runtime.run(run.id)) == "hi"


async def test_drivers_that_die_between_clean_stops_still_count() -> None:
    stage = Stage()
    async with stage.runtime(lambda _: stall("let me see")) as runtime:
        run = await runtime.start(desk(), "hello")
        await stage.clock.advance(5.0)
    for died in range(DRIVERS_IN_VAIN_MAX):
        await die_driving(stage, run)
        state = fold(stage.disk.get(run.id).events)
        assert state.drivers_in_vain == died
    await die_driving(stage, run)
    async with stage.runtime(lambda _: answer("hi"), apps=[desk()]) as runtime:
        with pytest.raises(RunFailed, match="it brought down 5 drivers in a row"):
            await stage.result(await runtime.run(run.id))


async def test_a_runtime_can_be_closed_while_resources_do_not_open() -> None:
    begun = asyncio.Event()

    @asynccontextmanager
    async def never(_: object) -> AsyncIterator[Resources]:
        begun.set()
        await asyncio.Event().wait()
        yield {}

    app = App("stuck", AgentNode("stuck", "desk"), agents=(desk(),), resources=never)
    stage = Stage()
    async with stage.runtime(lambda _: answer("hi")) as runtime:
        run = await runtime.start(app, "hello")
        await begun.wait()
    async with stage.runtime(lambda _: answer("hi"), drives=False) as runtime:
        state = await (await runtime.run(run.id)).state()
        assert (state.is_over, state.parked) == (False, None)


async def test_resources_that_take_too_long_park_the_run() -> None:
    @asynccontextmanager
    async def never(_: object) -> AsyncIterator[Resources]:
        await asyncio.Event().wait()
        yield {}

    app = App("stuck", AgentNode("stuck", "desk"), agents=(desk(),), resources=never)
    stage = Stage()
    async with stage.runtime(lambda _: answer("hi")) as runtime:
        run = await runtime.start(app, "hello")
        with pytest.raises(RunFailed, match="did not open within 900 seconds"):
            await stage.result(run)
