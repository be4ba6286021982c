"""A run about a person goes its whole way sealed, also over a restart, and is gone once the person is erased."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path
from sqlite3 import connect

import pytest

from holdfast import Runtime
from holdfast.integration.gateway.lines import answer, call, stall
from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.journal.archive_file import read_archive, write_archive
from holdfast.journal.events import ModelReplied
from holdfast.journal.port import RunFilter
from holdfast.journal.snapshots import SNAPSHOT_EVERY
from holdfast.journal.stores.keys import FileKeys, MemoryKeys
from holdfast.journal.stores.sqlite import SqliteStore
from holdfast.kernel.errors import Erased, InputError, KeyMissing
from holdfast.orchestration.flow.nodes import Map
from tests.execution.talking import Shop, look_at
from tests.orchestration.world import World, item_step
from tests.runtime.stage import Stage, desk, events_of, of_kind

ANNA = "anna@example.org"
COMPLAINT = "my left hand itches"
ADVICE = "use the cream twice a day"


def on_disk(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir() if not file.name.endswith(".keys"))


async def test_a_run_about_a_person_tells_its_caller_everything_and_the_disk_nothing(tmp_path: Path) -> None:
    stage = Stage()
    store = SqliteStore(tmp_path / "runs.db", stage.clock, drives=False)
    agent = desk(tools=[look_at(Shop())])
    async with stage.runtime([call("look", {"at": "the rash"}), answer(ADVICE)], store=store) as runtime:
        run = await runtime.start(agent, COMPLAINT, subject=ANNA, session="the session of Anna", request_id="anna 1")
        assert await stage.result(run) == ADVICE
        assert len(of_kind(await events_of(run), ModelReplied)) == 2
        assert (await run.transcript()).entries
        assert (await runtime.start(agent, COMPLAINT, subject=ANNA, request_id="anna 1")).id == run.id
        found = on_disk(tmp_path)
        assert run.id.encode() in found
        for told in (COMPLAINT, ADVICE, ANNA, "the rash", "the session of Anna", "anna 1"):
            assert told.encode() not in found


async def test_a_run_about_a_person_goes_on_in_the_next_process_and_not_after_an_erasure(tmp_path: Path) -> None:
    stage = Stage()

    def store() -> SqliteStore:
        return SqliteStore(tmp_path / "runs.db", stage.clock, drives=False)

    async with stage.runtime([stall()], store=store()) as runtime:
        run = await runtime.start(desk(), COMPLAINT, subject=ANNA)
        await stage.clock.advance(1)
    async with stage.runtime([answer(ADVICE)], store=store(), apps=[desk()]) as runtime:
        assert await stage.result(await runtime.run(run.id)) == ADVICE
        await runtime.erasure.erase("default", ANNA)
        again = await runtime.run(run.id)
        for look in (again.state(), again.result(), again.transcript(), again.doubts(), again.cancel("enough")):
            with pytest.raises(Erased, match=run.id):
                await look
        (head,) = await runtime.runs(RunFilter())
        assert (head.run, head.status, head.title, head.is_over) == (run.id, "COMPLETE", "", True)
    assert stage.troubles.heard == []


async def test_a_long_run_about_a_person_goes_on_from_a_sealed_snapshot(tmp_path: Path) -> None:
    stage, path = Stage(), tmp_path / "runs.db"
    world = World(stage.clock)
    app = world.app(Map("root", "input", item_step(seconds="item"), items_max=400))
    async with stage.runtime(store=SqliteStore(path, stage.clock, drives=False)) as runtime:
        run = await runtime.start(app, [0] * 300 + [1_000], subject=ANNA)
        await stage.clock.advance(500)
        await stage.until(runtime.park("for tonight"))
        latest = await runtime.upkeep.latest(run.id)
        assert latest.snapshot is not None
        assert latest.snapshot.version >= SNAPSHOT_EVERY
    with closing(connect(path)) as connection:
        ((body,),) = connection.execute("SELECT body FROM snapshots").fetchall()
    assert latest.snapshot.body not in body
    async with stage.runtime(apps=[app], store=SqliteStore(path, stage.clock, drives=False)) as runtime:
        again = await runtime.run(run.id)
        await again.resume()
        assert len(await stage.result(again)) == 301  # type: ignore[arg-type]  # a map gives a list
    assert world.sent.total() == 302


async def test_keys_can_be_kept_elsewhere() -> None:
    stage = Stage()
    keys = MemoryKeys(stage.clock)
    for said in (ADVICE, "come back on Monday"):
        async with stage.runtime([answer(said)], keys=keys) as runtime:
            run = await runtime.start(desk(), COMPLAINT, subject=ANNA)
            assert await stage.result(run) == said
    async with stage.runtime([]) as runtime:
        (head, _) = await runtime.runs()
        assert head.subject is None


async def test_keys_may_lie_in_another_folder(tmp_path: Path) -> None:
    stage, url = Stage(), f"sqlite:///{tmp_path / 'runs.db'}"
    apart = FileKeys(tmp_path / "apart" / "keys", stage.clock)
    async with Runtime.open(url, models={"large": ScriptedModel([answer(ADVICE)])}, keys=apart) as runtime:
        run = await runtime.start(desk(model="large"), COMPLAINT, subject=ANNA)
        assert await run.result() == ADVICE
    assert (tmp_path / "apart" / "keys").exists()
    assert not (tmp_path / "runs.db.keys").exists()
    async with Runtime.open(url, drives=False) as runtime:
        with pytest.raises(KeyMissing):
            await (await runtime.run(run.id)).state()


async def test_a_moved_run_about_a_person_is_sealed_where_it_comes_to(tmp_path: Path) -> None:
    stage, there = Stage(), Stage()
    async with stage.runtime([answer(ADVICE)]) as runtime:
        run = await runtime.start(desk(), COMPLAINT, subject=ANNA)
        await stage.result(run)
        write_archive(await runtime.upkeep.archive(run.id), tmp_path / "moved", "0.1.0")
    store = SqliteStore(tmp_path / "there" / "runs.db", there.clock)
    async with there.runtime([], store=store) as runtime:
        assert await runtime.upkeep.restore(read_archive(tmp_path / "moved"))
        assert await (await runtime.run(run.id)).result() == ADVICE
        assert COMPLAINT.encode() not in on_disk(tmp_path / "there")
        assert (await runtime.erasure.erase("default", ANNA)).removed.runs == 1


@pytest.mark.parametrize("subject", ["", "  ", "x" * 501])
async def test_a_name_that_is_none_is_refused(subject: str) -> None:
    stage = Stage()
    async with stage.runtime([]) as runtime:
        with pytest.raises(InputError, match="expected a data subject's name"):
            await runtime.start(desk(), COMPLAINT, subject=subject)
        assert await runtime.runs() == ()


async def test_a_store_of_another_make_takes_no_run_about_a_person() -> None:
    class Foreign:
        """A store that somebody else wrote."""

        def __init__(self) -> None:
            self._inner = Stage().store()

        def __getattr__(self, name: str) -> object:
            return getattr(self._inner, name)

    stage = Stage()
    async with stage.runtime([], store=Foreign()) as runtime:  # type: ignore[arg-type]  # it has every method
        with pytest.raises(InputError, match="found Foreign"):
            await runtime.start(desk(), COMPLAINT, subject=ANNA)


LOADS = """
import asyncio, sys
from holdfast import Agent, Prompt, Runtime
from holdfast.testing import ScriptedModel, answer

agent = Agent("desk", prompt=Prompt("desk", "You are a desk."), model="large")

async def main():
    async with Runtime.open("memory:", models={"large": ScriptedModel([answer("hi"), answer("hi")])}) as runtime:
        await (await runtime.start(agent, "hello")).result()
        assert "cryptography" not in sys.modules
        await (await runtime.start(agent, "hello", subject="anna")).result()
        assert "cryptography" in sys.modules

asyncio.run(main())
"""


def test_the_cipher_is_loaded_when_the_first_run_about_a_person_begins() -> None:
    subprocess.run([sys.executable, "-c", LOADS], check=True, timeout=60)
