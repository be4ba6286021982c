"""Who waits for a run that this process drives hears of its end, and asks the store nothing."""

from collections.abc import Sequence

from holdfast.integration.gateway.lines import answer, stall
from holdfast.journal.port import Head
from holdfast.journal.stores.memory import MemoryStore
from holdfast.kernel.ids import PayloadId, RunId
from tests.runtime.stage import Stage, desk


class Questioned(MemoryStore):
    """A memory store that counts what it is asked."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage.clock, stage.disk)
        self.questions: list[str] = []

    async def head(self, run: RunId) -> Head:
        self.questions.append("head")
        return await super().head(run)

    async def payloads(self, run: RunId, ids: Sequence[PayloadId]) -> dict[PayloadId, bytes]:
        self.questions.append("payloads")
        return await super().payloads(run, ids)


async def test_the_result_of_a_run_that_is_driven_here_is_at_hand() -> None:
    stage = Stage()
    store = Questioned(stage)
    async with stage.runtime([answer("here")], store=store) as runtime:
        run = await runtime.start(desk(), "hello")
        store.questions.clear()
        assert await stage.result(run) == "here"
        assert store.questions == []


async def test_the_result_of_one_that_was_driven_before_is_asked_for() -> None:
    stage = Stage()
    store = Questioned(stage)
    async with stage.runtime([answer("here")], store=store) as runtime:
        run = await runtime.start(desk(), "hello")
        await stage.ended(run)
        store.questions.clear()
        assert await stage.result(run) == "here"
        assert store.questions == ["head", "payloads"]


async def test_who_waits_for_a_run_that_is_let_go_of_is_told_so() -> None:
    stage = Stage()
    async with stage.runtime([stall()], store=Questioned(stage)) as runtime:
        run = await runtime.start(desk(), "hello")
        await stage.clock.advance(0)
        await run.cancel("enough")
        state = await stage.ended(run)
        assert state.cancel_reason == "enough"
        assert state.is_over
