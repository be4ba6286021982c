"""Nothing goes wrong in silence: what a drive raises is reported, what keeps a process from driving ends its block."""

import asyncio
from pathlib import Path

import pytest

from holdfast import Runtime
from holdfast.integration.gateway.lines import answer
from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.journal.port import Claim, Held
from holdfast.journal.stores.memory import MemoryStore
from holdfast.journal.stores.sqlite import SqliteStore
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.errors import DefinitionError, JournalError, StoreClosed
from holdfast.kernel.ids import RunId
from holdfast.runtime import POLL_SECONDS
from tests.runtime.stage import Stage, desk

SECONDS_MAX = 30.0


class Lost(MemoryStore):
    """A store that loses its runs as soon as they have begun."""

    async def claim(self, run: RunId, worker: str, lease_seconds: float) -> Claim | Held:
        raise JournalError(f"the store has lost {run}")


async def test_a_run_of_an_app_that_is_not_known_here_is_reported_and_left_for_whoever_knows_it() -> None:
    stage = Stage()
    async with stage.runtime([answer("hi")], drives=False) as runtime:
        run = await runtime.start(desk(), "hello")
    async with stage.runtime([answer("hi")]) as runtime:
        await stage.clock.advance(5)
        assert {type(error) for error in stage.troubles.errors} == {DefinitionError}
        assert {run_id for run_id, _ in stage.troubles.heard} == {run.id}
        assert len(stage.troubles.heard) == 3
        again = await runtime.run(run.id)
        assert (await again.head()).status == "INTAKE"
        with pytest.raises(DefinitionError, match="cannot be driven here: expected the name of an app, found 'desk'"):
            await stage.result(again)
    async with stage.runtime([answer("hi")], apps=[desk()]) as runtime:
        assert await stage.result(await runtime.run(run.id)) == "hi"


async def test_without_a_listener_trouble_goes_to_the_log(caplog: pytest.LogCaptureFixture) -> None:
    clock = VirtualClock()
    store = Lost(clock)
    async with Runtime.open(store, models={"scripted": ScriptedModel([answer("hi")])}, clock=clock) as runtime:
        run = await runtime.start(desk(), "hello")
        await clock.advance(0)
    (record,) = [record for record in caplog.records if record.name == "holdfast"]
    assert record.getMessage() == f"{run.id}: the store has lost {run.id}"
    assert record.exc_info is not None


async def test_a_process_that_can_no_longer_serve_ends_its_block_with_the_reason(tmp_path: Path) -> None:
    clock = VirtualClock()
    store = SqliteStore(tmp_path / "runs.db", clock)

    async def lose_the_store() -> None:
        async with Runtime.open(store, clock=clock):
            await store.close()
            await clock.advance(POLL_SECONDS)
            await asyncio.get_running_loop().create_future()

    with pytest.raises(StoreClosed, match="is not open"):
        await asyncio.wait_for(lose_the_store(), SECONDS_MAX)


async def test_a_store_that_cannot_be_opened_leaves_nothing_open(tmp_path: Path) -> None:
    (tmp_path / "runs.db").write_bytes(b"this is no database" * 100)
    with pytest.raises(JournalError):
        async with Runtime.open(f"sqlite:///{tmp_path / 'runs.db'}", clock=VirtualClock()):
            raise AssertionError("it was opened")


async def test_the_store_is_closed_whatever_the_block_raises(tmp_path: Path) -> None:
    clock = VirtualClock()
    store = SqliteStore(tmp_path / "runs.db", clock)
    with pytest.raises(ZeroDivisionError):
        async with Runtime.open(store, clock=clock):
            _ = 1 / 0
    with pytest.raises(StoreClosed):
        store.change_counter()
