"""Families that are moved from one store to another, run by run, or go on in another life of one file."""

from pathlib import Path

from holdfast import Budget
from holdfast.journal.archive_file import read_archive, write_archive
from holdfast.journal.port import RunFilter
from holdfast.journal.stores.sqlite import SqliteStore
from holdfast.kernel.ids import RunId
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.orchestration.flow.nodes import Join, Parallel, Sequence
from tests.orchestration.family import child, family, the_child
from tests.orchestration.world import World, step
from tests.runtime.stage import Stage

HOUR = 3_600.0


async def moved(stage: Stage, there: Stage, runs: list[RunId], folder: Path) -> None:
    """Copy ``runs`` from one disk to the other."""
    async with stage.runtime(drives=False) as runtime, there.runtime(drives=False) as target:
        for run in runs:
            path = folder / f"{run}.holdfast"
            write_archive(await runtime.upkeep.archive(run), path, "0.1.0")
            assert await target.upkeep.restore(read_archive(path))


async def waiting_for_an_hour(stage: Stage, flow: Sequence) -> RunId:
    """Begin a parent, and close its process while the child still takes its time."""
    async with stage.runtime(apps=family(World(stage.clock), flow)) as runtime:
        run = await runtime.start("root", None, budget=Budget(turns=9))
        await stage.clock.advance(5)
    return run.id


async def test_a_parent_that_was_moved_without_its_child_fails_its_node_once_it_is_resumed(tmp_path: Path) -> None:
    stage, there = Stage(), Stage()
    kid = child("kid", "looker", seconds=HOUR, budget=Budget(turns=4))
    flow = Sequence("root", (Parallel("both", (kid, step("other")), Join.BEST_EFFORT),))
    run_id = await waiting_for_an_hour(stage, flow)
    await moved(stage, there, [run_id], tmp_path)
    async with there.runtime(apps=family(World(there.clock), flow)) as runtime:
        run = await runtime.run(run_id)
        await run.resume()
        state = await there.ended(run)
    assert state.outcome is Outcome.PARTIAL
    fault = state.nodes["root/both/kid"].fault
    assert fault is not None
    assert fault.kind is ErrorKind.CHILD_FAILED
    assert "is not in this store: nobody knows what it gave" in fault.message
    assert state.spend.turns == 4, "what it spent is not known: the worst is assumed"


async def test_a_parent_that_was_moved_without_its_child_can_be_cancelled(tmp_path: Path) -> None:
    stage, there = Stage(), Stage()
    flow = Sequence("root", (child("kid", "looker", seconds=HOUR),))
    run_id = await waiting_for_an_hour(stage, flow)
    await moved(stage, there, [run_id], tmp_path)
    async with there.runtime(apps=family(World(there.clock), flow)) as runtime:
        run = await runtime.run(run_id)
        await run.cancel("never mind")
        assert (await there.ended(run)).status == "CANCELLED"


async def test_a_parent_takes_the_result_of_a_child_that_ended_elsewhere_and_was_moved_too(tmp_path: Path) -> None:
    stage, there = Stage(), Stage()
    flow = Sequence("root", (child("kid", "looker", seconds=HOUR),))
    run_id = await waiting_for_an_hour(stage, flow)
    await moved(stage, there, [run_id], tmp_path)
    async with stage.runtime(apps=family(World(stage.clock), flow)) as runtime:
        state = await stage.ended(await runtime.run(run_id))
    await moved(stage, there, [the_child(state, "root/kid")], tmp_path)
    async with there.runtime(apps=family(World(there.clock), flow)) as runtime:
        run = await runtime.run(run_id)
        assert (await there.ended(run)).status == "WAITING", "no letter comes with a run that was moved"
        await run.resume()
        assert await there.result(run) == "kid"


async def test_a_family_goes_on_in_the_next_life_of_a_file(tmp_path: Path) -> None:
    stage = Stage()
    world = World(stage.clock)
    flow = Sequence("root", (Parallel("both", (child("a", seconds=30), child("b", "looker", seconds=9))), step("c")))
    async with stage.runtime(apps=family(world, flow), store=SqliteStore(tmp_path / "runs.db", stage.clock)) as runtime:
        run = await runtime.start("root", None)
        await stage.clock.advance(5)
    async with stage.runtime(apps=family(world, flow), store=SqliteStore(tmp_path / "runs.db", stage.clock)) as runtime:
        again = await runtime.run(run.id)
        assert await stage.result(again) == "c"
        assert [head.app for head in await runtime.runs(RunFilter(parent=run.id))] in (
            ["payer", "looker"],
            ["looker", "payer"],
        )
        assert await again.value(await again.state(), "root/both") == {"a": "a", "b": "b"}
    assert len(world.keys["a"]) == 1
