"""A driver that was frozen and lost its run still knows how its call ended: that settles the doubt it left behind."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from holdfast.journal.events import DoubtSettled
from holdfast.journal.port import Commit, CommitResult, Letter
from holdfast.journal.stores.memory import MemoryStore
from holdfast.kernel.outcomes import Outcome, Settlement
from holdfast.orchestration.flow import Sequence as Steps
from holdfast.runtime import Runtime
from tests.orchestration.bank import Bank, paying
from tests.runtime.stage import Stage, events_of, of_kind

SECONDS_MAX = 1_000


@dataclass
class Shared:
    """A store that several runtimes use at once, as processes share a server; ``frozen`` stops this one's writes."""

    store: MemoryStore
    thawed: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.thawed.set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    async def commit(self, commit: Commit) -> CommitResult:
        await self.thawed.wait()
        return await self.store.commit(commit)

    async def post(self, letters: Sequence[Letter]) -> None:
        await self.thawed.wait()
        await self.store.post(letters)

    async def close(self) -> None:
        """Leave it open for the others."""


async def taken_over(stage: Stage, bank: Bank, thaw_after: float, looks_first: float = 0.0) -> tuple[Any, Any]:
    """Freeze a driver whose call is under way, let another take over, thaw it; return the run's state and events."""
    frozen = Shared(stage.store())
    app = bank.app(Steps("root", (paying("card", "first", seconds=looks_first), paying("cash", "pay", seconds=8))))
    frozen_runtime = stage.runtime(apps=[app], store=frozen)
    async with frozen_runtime as first:
        run = await first.start("root", None)
        await stage.clock.advance(looks_first + 1)
        frozen.thawed.clear()
        async with stage.runtime(apps=[app], store=Shared(frozen.store)) as second:
            again = await second.run(run.id)
            assert (await stage.ended(again)).doubts == ("root/pay",)
            await stage.clock.advance(thaw_after)
            frozen.thawed.set()
            state = await stage.until(_over(stage, second, run.id))
            return state, await events_of(again)


async def _over(stage: Stage, runtime: Runtime, run_id: str) -> Any:
    run = await runtime.run(run_id)
    for _ in range(SECONDS_MAX):
        if (await run.head()).is_over:
            return await run.state()
        await stage.clock.sleep(1)
    raise AssertionError("the run does not end")


@pytest.mark.parametrize("thaw_after", [0.0, 60.0])
@pytest.mark.parametrize("looks_first", [0.0, 5.0], ids=["fenced after the call", "fenced during the call"])
async def test_an_outcome_that_comes_late_settles_the_doubt(thaw_after: float, looks_first: float) -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    state, events = await taken_over(stage, bank, thaw_after, looks_first)
    assert (state.status, state.outcome) == ("COMPLETE", Outcome.SUCCEEDED)
    (settled,) = of_kind(events, DoubtSettled)
    assert settled.how is Settlement.HAPPENED
    assert settled.by.startswith("late outcome of ")
    assert bank.booked == {"first": 1, "pay": 1}
    assert len(bank.requests) == 2


async def test_a_failure_that_comes_late_settles_it_as_well() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["well", "refused"])
    state, events = await taken_over(stage, bank, 0.0)
    assert state.status == "FAILED"
    assert "no such account" in state.fault.message
    assert [event.how for event in of_kind(events, DoubtSettled)] == [Settlement.FAILED]
