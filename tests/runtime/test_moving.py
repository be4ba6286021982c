"""A run goes from one store to another and on: as it was, with its mail, its payloads and what was said in it."""

from pathlib import Path

import pytest

from holdfast import Runtime
from holdfast.integration.gateway.lines import answer, call, stall
from holdfast.integration.gateway.recorded import RecordedModel
from holdfast.integration.gateway.transcript import Transcript
from holdfast.journal.archive_file import read_archive, write_archive
from holdfast.journal.events import DriverChanged, ModelReplied
from holdfast.journal.port import RunFilter, Store
from holdfast.journal.snapshots import SNAPSHOT_EVERY
from holdfast.journal.stores.sqlite import SqliteStore
from holdfast.kernel.errors import InputError, JournalError
from holdfast.kernel.ids import RunId
from holdfast.orchestration.flow.nodes import Map
from tests.execution.talking import Shop, look_at
from tests.orchestration.world import World, item_step
from tests.runtime.stage import Stage, desk, events_of, of_kind


async def exported(stage: Stage, runtime: Runtime, run: str, folder: Path) -> Path:
    path = folder / "moved"
    write_archive(await runtime.upkeep.archive(RunId(run)), path, "0.1.0")
    return path


async def test_a_moved_run_tells_the_same_and_can_be_replayed_there(tmp_path: Path) -> None:
    stage, there = Stage(), Stage()
    agent = desk(tools=[look_at(Shop())])
    async with stage.runtime([call("look", {"at": "the door"}), answer("it is there")]) as runtime:
        run = await runtime.start(agent, "hello")
        assert await stage.result(run) == "it is there"
        said, transcript = await events_of(run), await run.transcript()
        path = await exported(stage, runtime, run.id, tmp_path)
    async with there.runtime([]) as runtime:
        assert await runtime.upkeep.restore(read_archive(path))
        moved = await runtime.run(run.id)
        assert await moved.result() == "it is there"
        assert await events_of(moved) == said
        assert await moved.transcript() == transcript
    async with there.runtime(RecordedModel(await moved_transcript(there, run.id))) as runtime:
        assert await there.result(await runtime.start(agent, "hello")) == "it is there"


async def moved_transcript(stage: Stage, run: RunId) -> Transcript:
    async with stage.runtime([]) as runtime:
        return await (await runtime.run(run)).transcript()


async def test_a_parked_run_goes_on_where_it_was_moved_to_and_only_when_asked(tmp_path: Path) -> None:
    stage, there = Stage(), Stage()
    agent = desk(tools=[look_at(Shop())])
    async with stage.runtime([call("look", {"at": "the door"}), stall()]) as runtime:
        run = await runtime.start(agent, "hello")
        await stage.clock.advance(1)
        await stage.until(runtime.park("for the move"))
        path = await exported(stage, runtime, run.id, tmp_path)
    async with there.runtime([call("look", {}), answer("it is there")], apps=[agent]) as runtime:
        await runtime.upkeep.restore(read_archive(path))
        moved = await runtime.run(run.id)
        await there.clock.advance(1_000)
        assert (await moved.head()).is_parked
        await moved.resume()
        assert await there.result(moved) == "it is there"
        events = await events_of(moved)
        assert len(of_kind(events, DriverChanged)) == 1
        assert len(of_kind(events, ModelReplied)) == 2


async def test_mail_to_a_moved_run_is_read_after_what_it_had_read(tmp_path: Path) -> None:
    stage, there = Stage(), Stage()
    async with stage.runtime([stall(), stall(), stall()]) as runtime:
        run = await runtime.start(desk(), "hello")
        for _ in range(2):
            await stage.clock.advance(1)
            await stage.until(runtime.park("for the move"))
            await run.resume()
        await stage.clock.advance(1)
        await stage.until(runtime.park("for the move"))
        path = await exported(stage, runtime, run.id, tmp_path)
    async with there.runtime([answer("hi")], apps=[desk()]) as runtime:
        await runtime.upkeep.restore(read_archive(path))
        moved = await runtime.run(run.id)
        await moved.cancel("never mind")
        state = await there.ended(moved)
        assert (state.status, state.cancel_reason, state.inbox_read) == ("CANCELLED", "never mind", 3)


async def test_a_run_that_was_interrupted_is_not_driven_where_it_was_moved_to(tmp_path: Path) -> None:
    stage, there = Stage(), Stage()
    async with stage.runtime([stall()]) as runtime:
        run = await runtime.start(desk(), "hello")
        await stage.clock.advance(1)
        path = await exported(stage, runtime, run.id, tmp_path)
    async with there.runtime([answer("hi")], apps=[desk()]) as runtime:
        await runtime.upkeep.restore(read_archive(path))
        moved = await runtime.run(run.id)
        await there.clock.advance(1_000)
        assert (await moved.head()).is_parked
        await moved.resume()
        assert await there.result(moved) == "hi"


async def test_a_long_run_goes_on_from_its_snapshot(tmp_path: Path) -> None:
    stage = Stage()
    world = World(stage.clock)
    app = world.app(Map("root", "input", item_step(seconds="item"), items_max=400))
    items = [0] * 300 + [1_000]
    async with stage.runtime() as runtime:
        run = await runtime.start(app, items)
        await stage.clock.advance(500)
        await stage.until(runtime.park("for tonight"))
    store: Store = stage.store()
    await store.open()
    latest = await store.latest(run.id)
    await store.close()
    assert latest.snapshot is not None
    assert latest.snapshot.version >= SNAPSHOT_EVERY
    async with stage.runtime(apps=[app]) as runtime:
        again = await runtime.run(run.id)
        await again.resume()
        assert len(await stage.result(again)) == len(items)  # type: ignore[arg-type]  # a map gives a list
    assert world.sent.total() == len(items) + 1


async def test_a_backup_goes_on_as_a_store(tmp_path: Path) -> None:
    stage = Stage()
    copy = tmp_path / "copy.db"
    async with stage.runtime([stall()], store=SqliteStore(tmp_path / "runs.db", stage.clock)) as runtime:
        run = await runtime.start(desk(), "hello")
        await stage.clock.advance(1)
        await stage.until(runtime.park("for the backup"))
        await runtime.upkeep.backup(copy, lambda _done, _total: None)
    async with stage.runtime([answer("hi")], store=SqliteStore(copy, stage.clock), apps=[desk()]) as runtime:
        assert [head.run for head in await runtime.runs(RunFilter())] == [run.id]
        restored = await runtime.run(run.id)
        await restored.resume()
        assert await stage.result(restored) == "hi"


async def test_a_store_in_memory_has_nothing_to_back_up(tmp_path: Path) -> None:
    stage = Stage()
    async with stage.runtime([]) as runtime:
        with pytest.raises(JournalError, match="found one in memory"):
            await runtime.upkeep.backup(tmp_path / "copy.db", lambda _done, _total: None)


async def test_a_store_of_another_make_is_kept_up_by_its_own_tools() -> None:
    class Foreign:
        """A store that somebody else wrote: it passes everything on."""

        def __init__(self, inner: Store) -> None:
            self._inner = inner

        def __getattr__(self, name: str) -> object:
            return getattr(self._inner, name)

    stage = Stage()
    foreign: Store = Foreign(stage.store())  # type: ignore[assignment]  # it has every method, at run time
    async with stage.runtime([], store=foreign) as runtime:
        with pytest.raises(InputError, match="found Foreign"):
            _ = runtime.upkeep
