"""What failed for good lies in a queue until somebody requeues or drops it; what is tried again lies in another."""

import pytest

from holdfast.journal.port import Store
from holdfast.journal.stores.sqlite import SqliteStore
from holdfast.kernel.outcomes import ErrorKind, Fault
from holdfast.kernel.retry import Retry
from holdfast.orchestration.flow.nodes import Join, Parallel, Sequence
from holdfast.orchestration.people.dead_letters import DeadLetter
from tests.orchestration.bank import Bank, paying
from tests.orchestration.world import World, step
from tests.runtime.stage import Stage

TWO = Sequence("root", (paying("card", "a"), paying("card", "b", retry=Retry(seconds_max=1.0))))


@pytest.fixture(params=["memory", "sqlite"])
def stores(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> "Stores":
    return Stores(request.param, tmp_path_factory)


class Stores:
    """Makes a store of one kind for a stage."""

    def __init__(self, kind: str, folders: pytest.TempPathFactory) -> None:
        self._kind, self._folders = kind, folders

    def of(self, stage: Stage) -> Store:
        if self._kind == "memory":
            return stage.store()
        return SqliteStore(self._folders.mktemp("store") / "runs.db", stage.clock)


async def test_a_run_that_failed_is_a_dead_letter_with_its_reason_step_and_tries(stores: Stores) -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["well", "busy", "refused"])
    async with stage.runtime(apps=[bank.app(TWO)], store=stores.of(stage)) as runtime:
        run = await runtime.start("root", "a title")
        state = await stage.ended(run)
        assert await runtime.dead() == [
            DeadLetter(
                run=run.id,
                app="root",
                title="a title",
                status="FAILED",
                step="root/b",
                tries=2,
                fault=Fault(ErrorKind.TOOL_FAILED, "b: no such account"),
                failed_at=state.ended_at or 0.0,
                requeues=0,
            )
        ]
        assert await runtime.dead(app="other") == []


async def test_requeued_it_is_none_any_more_and_one_again_when_it_fails_again(stores: Stores) -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["well", "refused", "refused"])
    async with stage.runtime(apps=[bank.app(TWO)], store=stores.of(stage)) as runtime:
        run = await runtime.start("root", None)
        await stage.ended(run)
        await run.requeue()
        await stage.ended(run)
        (letter,) = await runtime.dead()
        assert (letter.requeues, letter.tries) == (1, 1)
        await run.requeue()
        await stage.result(run)
        assert await runtime.dead() == []


async def test_dropped_it_is_none_any_more_and_stays_as_it_ended(stores: Stores) -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["refused"])
    async with stage.runtime(apps=[bank.app(TWO)], store=stores.of(stage)) as runtime:
        run = await runtime.start("root", None)
        before = await stage.ended(run)
        assert await run.dropped() is None
        await run.drop(by="Ann", note="not worth it")
        await run.drop(by="Bob")
        assert await runtime.dead() == []
        assert (await run.state(), (await run.head()).is_over) == (before, True)
        dropped = await run.dropped()
        assert dropped is not None
        assert (dropped.by, dropped.note) == ("Ann", "not worth it")


async def test_what_was_dropped_can_be_requeued_and_is_a_dead_letter_when_it_fails_again(stores: Stores) -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["refused", "refused"])
    async with stage.runtime(apps=[bank.app(TWO)], store=stores.of(stage)) as runtime:
        run = await runtime.start("root", None)
        await stage.ended(run)
        await run.drop()
        await run.requeue()
        await stage.ended(run)
        assert [letter.run for letter in await runtime.dead()] == [run.id]
        assert await run.dropped() is None


async def test_only_what_failed_is_a_dead_letter(stores: Stores) -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["well", "well", "lost"])
    apps = [bank.app(TWO), bank.app(paying("cash", "doubtful")), bank.app(paying("card", "slow", seconds=9.0))]
    async with stage.runtime(apps=apps, store=stores.of(stage)) as runtime:
        await stage.ended(await runtime.start("root", None))
        await stage.ended(await runtime.start("doubtful", None))
        cancelled = await runtime.start("slow", None)
        await cancelled.cancel("not wanted")
        await stage.clock.advance(1.0)
        assert await runtime.dead() == []


async def test_the_newest_come_first_and_no_more_than_are_asked_for(stores: Stores) -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["refused"] * 3)
    async with stage.runtime(apps=[bank.app(TWO)], store=stores.of(stage)) as runtime:
        runs = [await runtime.start("root", None) for _ in range(3)]
        for run in runs:
            await stage.ended(run)
        assert [letter.run for letter in await runtime.dead(count_max=2)] == [runs[2].id, runs[1].id]


async def test_the_step_named_is_the_cause_and_not_what_was_lived_with() -> None:
    stage = Stage()
    world = World(stage.clock)
    some = Parallel("some", (step("a", "badly"), step("b")), join=Join.BEST_EFFORT)
    flow = Sequence("root", (some, Parallel("all", (step("c", seconds=9), step("d", "badly", seconds=1)))))
    async with stage.runtime(apps=[world.app(flow)]) as runtime:
        await stage.ended(await runtime.start("root", None))
        (letter,) = await runtime.dead()
    assert letter.step == "root/all/d"
