"""What only a person can mend parks the run and says what; what may pass is tried again later."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from holdfast import App, Budget, Effect, Prompt, RunFailed, tool
from holdfast.integration.gateway.lines import Line, answer, call, stall
from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.journal.events import ModelReplied
from holdfast.journal.port import Claim, Held
from holdfast.journal.stores.memory import MemoryStore
from holdfast.kernel.errors import DefinitionChanged, DefinitionError, InputError, JournalError
from holdfast.kernel.faults import Point
from holdfast.kernel.ids import RunId
from holdfast.kernel.outcomes import ErrorKind
from holdfast.kernel.randomness import SeededRandomness
from holdfast.orchestration.application.app import Resources
from holdfast.orchestration.flow.nodes import AgentNode
from tests.runtime.stage import Stage, desk, events_of, of_kind


@tool(effect=Effect.READ)
async def look(at: str) -> str:
    """Look at something."""
    return at


async def test_a_run_whose_definition_changed_is_parked_with_what_changed_and_goes_on_when_it_is_restored() -> None:
    stage, before = Stage(), desk(tools=[look])
    after = desk(prompt=Prompt("desk", "You are new."))
    async with stage.runtime([call("look", {"at": "x"}), stall()], apps=[before]) as runtime:
        run = await runtime.start("desk", "hello")
        await stage.clock.advance(1)
    async with stage.runtime([stall()], apps=[after]) as runtime:
        again = await runtime.run(run.id)
        state = await stage.ended(again)
        assert state.parked is not None
        assert (
            "was started with other definitions of app 'desk': agent:desk has changed, tool:look is gone"
            in state.parked
        )
        assert isinstance(stage.troubles.errors[0], DefinitionChanged)
        await again.resume()
        assert (await stage.ended(again)).parked == state.parked
    model = ScriptedModel([call("look", {"at": "x"}), answer("hi")])
    async with stage.runtime(model, apps=[before]) as runtime:
        again = await runtime.run(run.id)
        await stage.clock.advance(5)
        assert (await again.head()).is_parked
        await again.resume()
        assert await stage.result(again) == "hi"
        replied = of_kind(await events_of(again), ModelReplied)
    assert [event.turn for event in replied] == [1, 2]
    assert len(model.requests) == 1


async def test_a_model_that_is_not_there_any_more_parks_the_run() -> None:
    stage = Stage()
    async with stage.runtime([stall()], apps=[desk()]) as runtime:
        run = await runtime.start("desk", "hello")
        await stage.clock.advance(1)
    async with stage.runtime(apps=[desk()]) as runtime:
        state = await stage.ended(await runtime.run(run.id))
        told = "expected the name of a model, found 'scripted': use a runtime that has models, or a provider's as "
        assert state.parked == f"{told}provider:model, such as anthropic:claude-sonnet-4-6"
        assert isinstance(stage.troubles.errors[0], DefinitionError)
        assert state.reserved == 0
    async with stage.runtime([answer("hi")], apps=[desk()]) as runtime:
        again = await runtime.run(run.id)
        await again.resume()
        assert await stage.result(again) == "hi"


class Workshop:
    """A resource that can be closed for repairs."""

    def __init__(self) -> None:
        self.trouble: Exception | None = None
        self.trouble_at_close: Exception | None = None
        self.opened, self.closed = 0, 0
        self.provided: dict[type, object] = {Workshop: self}

    @asynccontextmanager
    async def open(self, _given: object) -> AsyncIterator[Resources]:
        if self.trouble is not None:
            raise self.trouble
        self.opened += 1
        try:
            yield self.provided
        finally:
            self.closed += 1
            if self.trouble_at_close is not None:
                raise self.trouble_at_close

    def app(self, **changes: Any) -> App:
        declared = {"flow": AgentNode("shop", "desk"), "agents": (desk(),), "resources": self.open}
        return App("shop", **{**declared, "provides": frozenset((Workshop,)), **changes})


async def test_resources_that_cannot_be_opened_park_the_run() -> None:
    stage, shop = Stage(), Workshop()
    shop.trouble = OSError("no such folder")
    told = "the resources of app 'shop' could not be opened: OSError: no such folder"
    async with stage.runtime([answer("hi")]) as runtime:
        run = await runtime.start(shop.app(), "hello")
        assert (await stage.ended(run)).parked == told
        shop.trouble = None
        await run.resume()
        assert await stage.result(run) == "hi"
    assert [str(error) for error in stage.troubles.errors] == [told]
    assert (shop.opened, shop.closed) == (1, 1)


async def test_resources_that_the_input_is_at_fault_for_reject_the_run() -> None:
    stage, shop = Stage(), Workshop()
    shop.trouble = InputError("there is no folder")
    async with stage.runtime([answer("hi")]) as runtime:
        run = await runtime.start(shop.app(), "hello")
        with pytest.raises(RunFailed, match="there is no folder"):
            await stage.result(run)
        assert (await run.head()).status == "REJECTED"
    assert stage.troubles.errors == []
    assert (shop.opened, shop.closed) == (0, 0)


async def test_resources_that_are_not_what_was_promised_park_the_run() -> None:
    stage, shop = Stage(), Workshop()
    shop.provided = {}
    async with stage.runtime([answer("hi")]) as runtime:
        state = await stage.ended(await runtime.start(shop.app(), "hello"))
    assert state.parked == "app 'shop': expected its resources to provide Workshop, found that they do not"
    assert (shop.opened, shop.closed) == (1, 1)


async def test_what_was_mended_is_not_held_against_a_run_that_is_resumed() -> None:
    stage, shop = Stage(), Workshop()
    shop.provided = {}
    async with stage.runtime([answer("hi")]) as runtime:
        run = await runtime.start(shop.app(), "hello")
        assert (await stage.ended(run)).parked is not None
        shop.provided = {Workshop: shop}
        await run.resume()
        assert await stage.result(run) == "hi"


async def test_resources_that_fail_to_close_take_nothing_from_the_run() -> None:
    stage, shop = Stage(), Workshop()
    shop.trouble_at_close = OSError("it is stuck")
    async with stage.runtime([answer("hi")]) as runtime:
        assert await stage.result(await runtime.start(shop.app(), "hello")) == "hi"
        run = await runtime.start(shop.app(), "goodbye")
        assert (await stage.ended(run)).is_over
    assert [str(error) for error in stage.troubles.errors] == ["it is stuck"] * 2


@pytest.mark.parametrize("way", ["done", "failed", "cancelled", "parked", "closed"])
async def test_resources_are_closed_whichever_way_a_drive_ends(way: str) -> None:
    stage, shop = Stage(), Workshop()
    lines: dict[str, list[Line]] = {"done": [answer("hi")], "failed": [ValueError("x")]}
    script = lines.get(way, [stall()])
    async with stage.runtime(script) as runtime:
        run = await runtime.start(shop.app(agents=(desk(model_attempts_max=1),)), "hello")
        await stage.clock.advance(1)
        if way == "cancelled":
            await run.cancel("never mind")
        elif way == "parked":
            await stage.until(runtime.park("for tonight"))
        await stage.clock.advance(1)
        assert (shop.opened, shop.closed) == (1, 0 if way == "closed" else 1)
    assert (shop.opened, shop.closed) == (1, 1)


class Unreadable(MemoryStore):
    """A store that fails to give runs to drivers, so often."""

    failures = 0

    async def claim(self, run: RunId, worker: str, lease_seconds: float) -> Claim | Held:
        if self.failures:
            self.failures -= 1
            raise OSError("cannot read")
        return await super().claim(run, worker, lease_seconds)


async def test_a_drive_that_breaks_is_reported_and_tried_again_later_and_later() -> None:
    stage = Stage()
    store = Unreadable(stage.clock, stage.disk, randomness=SeededRandomness(7))
    store.failures = 3
    async with stage.runtime([answer("hi")], store=store) as runtime:
        began = stage.clock.now()
        run = await runtime.start(desk(), "hello")
        assert await stage.result(run) == "hi"
        assert 7 <= stage.clock.now() - began <= 12
    assert [str(error) for error in stage.troubles.errors] == ["cannot read"] * 3


async def test_a_store_in_trouble_is_reported_and_the_run_goes_on_once_it_is_over() -> None:
    stage = Stage()
    commits = itertools.count()

    def reach(point: str) -> None:
        if point == Point.MEMORY_BEFORE_COMMIT and 4 <= next(commits) < 7:
            raise JournalError("the disk is full")

    async with stage.runtime([answer("hi")], store=stage.store(reach)) as runtime:
        run = await runtime.start(desk(), "hello")
        assert await stage.result(run) == "hi"
    assert {str(error) for error in stage.troubles.errors} == {"the disk is full"}


async def test_the_budget_s_kind_of_fault_is_in_the_error() -> None:
    stage = Stage()
    async with stage.runtime([stall()]) as runtime:
        run = await runtime.start(desk(), "hello", budget=Budget(seconds=3))
        with pytest.raises(RunFailed) as failed:
            await stage.result(run)
    assert failed.value.fault is not None
    assert failed.value.fault.kind is ErrorKind.BUDGET
