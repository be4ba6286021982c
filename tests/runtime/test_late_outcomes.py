"""A driver that was frozen and lost its run still knows how its call ended: that settles the doubt it left behind."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from holdfast import App, Effect, tool
from holdfast.flow import AgentNode
from holdfast.integration.gateway.lines import answer, call
from holdfast.integration.gateway.port import Model
from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.integration.tools.contract import Tool
from holdfast.integration.tools.postcondition import Complete, Partial
from holdfast.journal.events import DoubtSettled
from holdfast.journal.port import Commit, CommitResult, Letter
from holdfast.journal.stores.memory import MemoryStore
from holdfast.kernel.outcomes import Outcome, Settlement
from holdfast.orchestration.flow.nodes import Sequence as Steps
from holdfast.runtime import Runtime
from tests.orchestration.bank import Bank, paying
from tests.runtime.stage import Stage, desk, events_of, of_kind

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
    app = bank.app(Steps("root", (paying("card", "first", seconds=looks_first), paying("cash", "pay", seconds=8))))
    return await thawed(stage, app, "root/pay", thaw_after, looks_first + 1)


async def thawed(
    stage: Stage, app: App, call_path: str, thaw_after: float, freeze_after: float, model: Model | None = None
) -> tuple[Any, Any]:
    """Freeze the driver of a run of ``app`` while that call is under way; else as ``taken_over``."""
    frozen = Shared(stage.store())
    async with stage.runtime(model, apps=[app], store=frozen) as first:
        run = await first.start("root", None if model is None else "hello")
        await stage.clock.advance(freeze_after)
        frozen.thawed.clear()
        async with stage.runtime(model, apps=[app], store=Shared(frozen.store)) as second:
            again = await second.run(run.id)
            assert (await stage.ended(again)).doubts == (call_path,)
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


def desk_app(*tools: Tool) -> App:
    return App("root", AgentNode("root", "desk"), agents=(desk(tools=tools, pseudonyms=True),))


async def test_the_names_in_what_comes_late_stand_for_what_they_stood_for() -> None:
    stage, sent = Stage(), list[str]()

    @tool(effect=Effect.UNSAFE)
    async def find() -> str:
        """Find an address."""
        await stage.clock.sleep(8)
        return "bob@example.org"

    @tool(effect=Effect.UNSAFE)
    async def send(to: str) -> str:
        """Send."""
        sent.append(to)
        return "sent"

    model = ScriptedModel([call("find"), call("send", {"to": "[email-1]"}), answer("done")])
    state, _ = await thawed(stage, desk_app(find, send), "root/turn.1/call.1", 0.0, 1.0, model)
    assert (state.outcome, sent) == (Outcome.SUCCEEDED, ["bob@example.org"])


async def test_what_comes_late_and_came_half_the_way_is_in_part_as_well() -> None:
    stage = Stage()

    async def is_whole() -> Complete | Partial:
        return Partial("a chair is missing")

    @tool(effect=Effect.UNSAFE, postcondition=is_whole)
    async def furnish() -> str:
        """Furnish."""
        await stage.clock.sleep(8)
        return "furnished"

    model = ScriptedModel([call("furnish"), answer("done")])
    state, _ = await thawed(stage, desk_app(furnish), "root/turn.1/call.1", 0.0, 1.0, model)
    assert (state.outcome, [part.tool for part in state.in_part]) == (Outcome.PARTIAL, ["furnish"])
