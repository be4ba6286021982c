"""A wait is an instant in the journal: nothing is in memory until it comes, and whoever is there then goes on."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from holdfast.journal.events import NodeEntered, NodeLeft, RunParked
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.orchestration.application.app import App
from holdfast.orchestration.flow.nodes import Join, Map, Node, Parallel, Sequence, WaitNode
from tests.orchestration.lives import live, recorded, repeated
from tests.orchestration.world import World, step
from tests.runtime.stage import Stage, drivers, events_of, of_kind

HOUR = 3_600.0


def waits(flow: Node) -> App:
    return App(flow.name, flow, input=object)


def zoned(instant: float) -> str:
    return datetime.fromtimestamp(instant, UTC).isoformat()


async def test_a_wait_leaves_memory_and_goes_on_when_its_instant_comes() -> None:
    stage = Stage()
    others = drivers()
    async with stage.runtime() as runtime:
        begun_at = stage.clock.now()
        run = await runtime.start(waits(WaitNode("root", seconds=HOUR)), None)
        await stage.clock.advance(HOUR - 1)
        head = await run.head()
        assert (head.worker, head.wake_at, head.status) == ("", begun_at + HOUR, "WAITING")
        assert [task for task in asyncio.all_tasks() if task.get_name().startswith("root")] == []
        assert drivers() <= others
        await stage.clock.advance(1)
        assert await stage.result(run) is None
        events = await events_of(run)
    assert of_kind(events, NodeEntered)[0].wakes_at == begun_at + HOUR
    assert [event.reason for event in of_kind(events, RunParked)] == ["waiting for the time to come"]


async def test_whoever_asks_for_the_result_waits_the_time_out() -> None:
    stage = Stage()
    async with stage.runtime() as runtime:
        run = await runtime.start(waits(WaitNode("root", seconds=HOUR)), None)
        assert await stage.result(run) is None
        assert (await run.state()).outcome is Outcome.SUCCEEDED


@pytest.mark.parametrize("said", [float, zoned, lambda instant: zoned(instant).replace("+00:00", "Z")])
async def test_an_instant_is_a_number_or_a_text_with_its_zone(said: Any) -> None:
    stage = Stage()
    async with stage.runtime() as runtime:
        instant = stage.clock.now() + HOUR
        run = await runtime.start(waits(WaitNode("root", until="input.at")), {"at": said(instant)})
        await stage.clock.advance(1)
        assert (await run.head()).wake_at == instant
        await stage.result(run)


@pytest.mark.parametrize("said", [0, "1999-12-31T23:59:59+01:00", "1899-12-31T23:59:59Z"])
async def test_an_instant_in_the_past_is_no_wait(said: object) -> None:
    stage = Stage()
    async with stage.runtime() as runtime:
        run = await runtime.start(waits(WaitNode("root", until="input")), said)
        await stage.result(run)
        assert of_kind(await events_of(run), RunParked) == []


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "tomorrow",
            "root: expected 'input' to be an instant, found 'tomorrow': write it as in '2026-11-20T09:00:00+01:00'",
        ),
        ("2026-11-20T09:00:00", "found '2026-11-20T09:00:00' without a zone: end it with Z or an offset as +01:00"),
        (1.8e12, "from 1970 to 9999, found 1800000000000.0: give seconds since 1970, not milliseconds"),
        (-1, "from 1970 to 9999, found -1"),
        (True, "found bool: give seconds since 1970, or an ISO 8601 text"),
        (None, "found NoneType"),
        ({"at": 7}, "found dict"),
    ],
)
async def test_a_value_that_is_no_instant_fails_the_node_and_says_why(said: object, told: str) -> None:
    stage = Stage()
    async with stage.runtime() as runtime:
        run = await runtime.start(waits(WaitNode("root", until="input")), said)
        state = await stage.ended(run)
    assert state.outcome is Outcome.FAILED
    assert state.fault is not None
    assert state.fault.kind is ErrorKind.EXPRESSION
    assert told in state.fault.message


async def test_a_wait_goes_on_where_no_process_was() -> None:
    stage = Stage()
    app = waits(WaitNode("root", seconds=HOUR))
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.start("root", None)
        await stage.clock.advance(1)
        wakes_at = (await run.state()).nodes["root"].wakes_at
    await stage.clock.advance(HOUR / 2)
    async with stage.runtime(apps=[app]) as runtime:
        await stage.clock.advance(1)
        assert not (await (await runtime.run(run.id)).state()).is_over
    await stage.clock.advance(2 * HOUR)
    async with stage.runtime(apps=[app]) as runtime:
        state = await stage.ended(await runtime.run(run.id))
    assert state.outcome is Outcome.SUCCEEDED
    assert state.nodes["root"].wakes_at == wakes_at, "the instant is reckoned once"


class SetClock(VirtualClock):
    """A clock that somebody sets: what sleeps knows nothing of it."""

    set_by = 0.0

    def now(self) -> float:
        return super().now() + self.set_by


@pytest.mark.parametrize("is_beside_work", [False, True])
async def test_a_clock_that_is_set_on_ends_a_wait_before_long(is_beside_work: bool) -> None:
    clock = SetClock()
    stage = Stage(clock)
    world = World(clock)
    beside = (step("beside", seconds=2 * HOUR),) if is_beside_work else ()
    flow = Parallel("root", (WaitNode("waits", seconds=HOUR), *beside))
    async with stage.runtime() as runtime:
        run = await runtime.start(world.app(flow), None)
        await clock.advance(1)
        clock.set_by = HOUR
        await clock.advance(120)
        assert (await run.state()).nodes["root/waits"].outcome is Outcome.SUCCEEDED


@pytest.mark.parametrize("is_beside_work", [False, True])
async def test_a_clock_that_is_set_back_ends_no_wait_before_its_instant(is_beside_work: bool) -> None:
    clock = SetClock()
    stage = Stage(clock)
    world = World(clock)
    beside = (step("beside", seconds=3 * HOUR),) if is_beside_work else ()
    flow = Parallel("root", (WaitNode("waits", seconds=HOUR), *beside))
    async with stage.runtime() as runtime:
        run = await runtime.start(world.app(flow), None)
        await clock.advance(1)
        clock.set_by = -HOUR / 2
        await clock.advance(HOUR)
        assert (await run.state()).nodes["root/waits"].outcome is None
        await clock.advance(HOUR / 2 + 60)
        assert (await run.state()).nodes["root/waits"].outcome is Outcome.SUCCEEDED


@pytest.mark.parametrize(
    "flow",
    [
        WaitNode("root", seconds=HOUR, timeout_seconds=60),
        Sequence("root", (WaitNode("waits", seconds=HOUR),), timeout_seconds=60),
    ],
)
async def test_a_timeout_around_a_wait_still_counts(flow: Node) -> None:
    stage = Stage()
    async with stage.runtime() as runtime:
        begun_at = stage.clock.now()
        run = await runtime.start(waits(flow), None)
        state = await stage.ended(run)
    assert (state.outcome, state.fault and state.fault.kind) == (Outcome.FAILED, ErrorKind.TIMEOUT)
    assert state.ended_at == begun_at + 60


async def test_a_wait_holds_up_nothing_beside_it() -> None:
    stage = Stage()
    world = World(stage.clock)
    flow = Parallel("root", (WaitNode("waits", seconds=HOUR), step("beside", seconds=5)), Join.QUORUM, quorum=1)
    async with stage.runtime() as runtime:
        begun_at = stage.clock.now()
        run = await runtime.start(world.app(flow), None)
        assert await stage.result(run) == {"waits": None, "beside": "beside"}
        assert (await run.state()).ended_at == begun_at + 5


async def test_each_item_of_a_map_waits_for_its_own_instant() -> None:
    stage = Stage()
    async with stage.runtime() as runtime:
        instants = [stage.clock.now() + seconds for seconds in (300.0, 100.0, 200.0)]
        run = await runtime.start(waits(Map("root", "input", WaitNode("each", until="item"))), instants)
        await stage.result(run)
        left = [entry async for entry in run.events(follow=False) if isinstance(entry.event, NodeLeft)]
    assert [(entry.at, entry.event.node) for entry in left if isinstance(entry.event, NodeLeft)][:3] == [
        (instants[1], "root[1]"),
        (instants[2], "root[2]"),
        (instants[0], "root[0]"),
    ]


async def test_killed_at_each_point_a_wait_ends_once_and_not_before_its_instant() -> None:
    kill_at = 0
    while True:
        kill_at += 1
        stage = Stage()
        world = World(stage.clock)
        app = world.app(Sequence("root", (step("before"), WaitNode("waits", seconds=60), step("after"))))
        died = await live(stage, app, None, (), kill_at) is None
        state = await live(stage, app, None, ())
        assert state is not None
        assert state.outcome is Outcome.SUCCEEDED, kill_at
        assert repeated(recorded(stage)) == []
        (wait,) = [event for event in of_kind(recorded(stage), NodeEntered) if event.kind == "wait"]
        assert wait.wakes_at is not None
        assert state.nodes["root/after"].entered_at >= wait.wakes_at
        if not died:
            break
    assert kill_at > 8
