"""A request is checked before anything is written; the same request twice is one run."""

import asyncio
from typing import Any

import pytest
from pydantic import BaseModel

from holdfast import App, Budget
from holdfast.intent.admit import admit
from holdfast.intent.request import Request
from holdfast.journal.beginnings import Beginnings
from holdfast.journal.codec import decode
from holdfast.journal.events import RunStarted
from holdfast.journal.fold import fold
from holdfast.journal.stores.memory import MemoryDisk, MemoryStore
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.errors import DefinitionError, InputError
from holdfast.kernel.ids import RunId
from holdfast.kernel.randomness import SeededRandomness
from holdfast.orchestration.flow.nodes import AgentNode
from holdfast.version import VERSION
from tests.runtime.stage import desk


class Door:
    """Where requests come in."""

    def __init__(self) -> None:
        self.clock, self.disk = VirtualClock(), MemoryDisk()
        self.store = MemoryStore(self.clock, self.disk, randomness=SeededRandomness(1))
        self.randomness = SeededRandomness(2)
        self.beginnings = Beginnings()

    async def admit(self, given: object = "hello", *, app: App | None = None, **fields: Any) -> RunId:
        request = Request(app=app or shop(), input=given, **fields)
        return await admit(request, self.store, self.clock, self.randomness, VERSION, self.beginnings)

    async def started(self, run: RunId) -> RunStarted:
        event = decode((await self.store.read(run))[0].body)
        assert isinstance(event, RunStarted)
        return event

    @property
    def count(self) -> int:
        return len(list(self.disk.heads()))


def shop(**changes: Any) -> App:
    flow = AgentNode("shop", "desk")
    return App(**{"name": "shop", "flow": flow, "agents": (desk(), desk(name="clerk")), "input": object, **changes})


@pytest.fixture
async def door() -> Door:
    door = Door()
    await door.store.open()
    return door


async def test_what_was_asked_is_recorded_with_what_runs_it(door: Door) -> None:
    app = shop(budget=Budget(turns=7))
    run = await door.admit(
        {"b": 1, "a": 2}, app=app, session="s1", request_id="r1", model="large", models={"desk": "small"}
    )
    started = await door.started(run)
    assert (started.run, started.app, started.session, started.request_id) == (run, "shop", "s1", "r1")
    assert started.definitions == app.definitions
    assert started.models == {"desk": "small", "clerk": "large"}
    assert started.budget == Budget(turns=7)
    assert started.engine == VERSION
    assert await door.store.payloads(run, [started.input]) == {started.input: b'{"a":2,"b":1}'}
    head = await door.store.head(run)
    assert (head.status, head.request_id, head.version, head.wake_at) == ("INTAKE", "r1", 1, door.clock.now())


async def test_agents_run_on_the_models_they_declare_unless_told_otherwise(door: Door) -> None:
    assert (await door.started(await door.admit())).models == {"desk": "scripted", "clerk": "scripted"}


async def test_a_budget_that_is_asked_for_takes_the_place_of_the_app_s(door: Door) -> None:
    run = await door.admit(app=shop(budget=Budget(turns=7)), budget=Budget(tokens=5))
    assert (await door.started(run)).budget == Budget(tokens=5)


async def test_a_run_is_called_by_its_first_words(door: Door) -> None:
    run = await door.admit("  I want\n my money   back " + "please " * 50)
    title = (await door.started(run)).title
    assert title.startswith("I want my money back please")
    assert len(title) <= 80


async def test_the_same_request_twice_is_one_run(door: Door) -> None:
    first = await door.admit("hello", request_id="r1")
    await door.clock.advance(60)
    assert await door.admit("something else", request_id="r1") == first
    assert door.count == 1


async def test_the_same_request_at_the_same_time_is_one_run(door: Door) -> None:
    runs = await asyncio.gather(*(door.admit(request_id="r1") for _ in range(5)))
    assert len(set(runs)) == door.count == 1


async def test_a_request_is_one_s_own(door: Door) -> None:
    runs = [await door.admit(request_id="r1", tenant=tenant) for tenant in ("one", "other")]
    assert len(set(runs)) == 2


async def test_requests_without_an_id_are_all_of_their_own(door: Door) -> None:
    assert await door.admit() != await door.admit()


class Order(BaseModel):
    number: int


@pytest.mark.parametrize(
    ("given", "changes", "told"),
    [
        ({"number": "x"}, {"input": Order}, "shop cannot use this input: number: Input should be a valid integer"),
        (object(), {}, "shop cannot use this input: expected what JSON can say"),
        ("\ud800", {}, "expected an input of valid Unicode"),
        (float("nan"), {"input": float}, "shop cannot use this input"),
    ],
)
async def test_an_input_that_cannot_be_used_begins_nothing(
    door: Door, given: object, changes: dict[str, Any], told: str
) -> None:
    with pytest.raises(InputError) as refused:
        await door.admit(given, app=shop(**changes))
    assert str(refused.value).startswith(told)
    assert door.count == 0


async def test_a_title_that_is_no_text_begins_nothing(door: Door) -> None:
    with pytest.raises(DefinitionError, match="expected its title to be text, found 7"):
        await door.admit(app=shop(title=lambda _: 7))
    assert door.count == 0


async def test_a_model_for_an_agent_that_there_is_not_begins_nothing(door: Door) -> None:
    with pytest.raises(DefinitionError, match=r"expected models for agents of 'shop' \(clerk, desk\), found dsk"):
        await door.admit(models={"dsk": "large"})
    assert door.count == 0


async def test_how_a_run_began_is_at_hand_as_its_journal_tells_it(door: Door) -> None:
    run = await door.admit({"order": 7})
    begun = door.beginnings.take(run)
    assert begun is not None
    assert begun.state == fold(await door.store.read(run))
    assert await door.store.payloads(run, [begun.input.payload_id]) == {begun.state.input: begun.input.body}


async def test_a_request_that_may_have_begun_before_is_read_from_its_journal(door: Door) -> None:
    assert door.beginnings.take(await door.admit(request_id="r1")) is None
