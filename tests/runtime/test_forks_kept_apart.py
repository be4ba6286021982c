"""A fork keeps what it has inherited to itself: sealed as the original is, whole whatever becomes of the original."""

from pathlib import Path

import pytest

from holdfast.integration.gateway.lines import answer, call
from holdfast.integration.gateway.scripted import Script
from holdfast.journal.snapshots import SNAPSHOT_EVERY
from holdfast.journal.stores.sqlite import SqliteStore
from holdfast.kernel.errors import Erased, InputError, JournalError
from holdfast.kernel.ids import PayloadId
from holdfast.orchestration.flow.nodes import Map, Sequence
from holdfast.orchestration.past.cutting import BeforeStep, BeforeTurn
from tests.execution.talking import Shop, look_at
from tests.orchestration.world import World, item_step, step
from tests.runtime.stage import Stage, desk

ANNA = "anna@example.org"
COMPLAINT, ADVICE = "my left hand itches", "use the cream twice a day"
TALK: Script = [call("look", {"at": "the rash"}), answer(ADVICE)]


def on_disk(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir() if not file.name.endswith(".keys"))


def in_file(stage: Stage, folder: Path) -> SqliteStore:
    return SqliteStore(folder / "runs.db", stage.clock, drives=False)


async def test_a_fork_of_a_run_about_a_person_is_about_that_person_and_erased_with_it(tmp_path: Path) -> None:
    stage = Stage()
    async with stage.runtime(lambda _: answer(ADVICE), store=in_file(stage, tmp_path)) as runtime:
        run = await runtime.start(desk(), COMPLAINT, subject=ANNA)
        await stage.result(run)
        fork = await runtime.fork(run, at=BeforeTurn(1))
        assert await stage.result(fork) == ADVICE
        head = await fork.head()
        assert (head.subject, head.seal) == (ANNA, (await run.head()).seal)
        found = on_disk(tmp_path)
        assert not [told for told in (COMPLAINT, ADVICE, ANNA) if told.encode() in found]
        await runtime.erasure.erase("default", ANNA)
        for each in (run, fork):
            with pytest.raises(Erased):
                await each.state()
        with pytest.raises(Erased):
            await runtime.fork(run)


async def test_removing_the_original_takes_nothing_from_the_fork(tmp_path: Path) -> None:
    stage = Stage()
    agent = desk(tools=[look_at(Shop())])
    async with stage.runtime(TALK, store=in_file(stage, tmp_path)) as runtime:
        run = await runtime.start(agent, COMPLAINT)
        await stage.result(run)
        before = (await run.prompt(2)).request
        await runtime.park("later")
        fork = await runtime.fork(run, at=BeforeTurn(2))
        await stage.result(fork)
        await runtime.upkeep.remove([run.id])
        assert (await fork.prompt(2)).request == before
        assert await stage.result(fork) == ADVICE
        assert (await fork.head()).origin == run.id


async def test_a_payload_that_is_gone_is_not_made_up(tmp_path: Path) -> None:
    stage = Stage()
    async with stage.runtime(TALK, store=in_file(stage, tmp_path)) as runtime:
        run = await runtime.start(desk(tools=[look_at(Shop())]), COMPLAINT)
        await stage.result(run)
        agent = (await run.state()).nodes["desk"].agent
        assert agent is not None
        await runtime.upkeep.discard(run.id, [PayloadId(agent.prompt[0])])
        with pytest.raises(JournalError, match="expected payload"):
            await run.prompt(1)


async def test_a_fork_of_a_long_run_is_read_from_a_snapshot(tmp_path: Path) -> None:
    stage = Stage()
    world = World(stage.clock)
    many = Map("many", f"{list(map(str, range(SNAPSHOT_EVERY // 4)))}", item_step(), key="item")
    flow = Sequence("root", (many, step("last")))
    async with stage.runtime(apps=[world.app(flow)], store=in_file(stage, tmp_path)) as runtime:
        run = await runtime.start("root", None)
        await stage.result(run)
        fork = await runtime.fork(run, at=BeforeStep("root/last"))
        assert await stage.result(fork) == "last"
        assert (await runtime.upkeep.latest(fork.id)).snapshot is not None
    assert world.sent["last"] == 2


async def test_a_fork_is_moved_with_where_it_comes_from(tmp_path: Path) -> None:
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(apps=[world.app(Sequence("root", (step("a"), step("b"))))]) as runtime:
        run = await runtime.start("root", None)
        await stage.result(run)
        fork = await runtime.fork(run)
        await stage.result(fork)
        archive = await runtime.upkeep.archive(fork.id)
    other = Stage()
    async with other.runtime(store=in_file(other, tmp_path)) as runtime:
        assert await runtime.upkeep.restore(archive)
        assert (await (await runtime.run(fork.id)).head()).origin == run.id
        with pytest.raises(InputError):
            await runtime.fork(fork.id, at=BeforeStep("root/z"))
