"""Over kills, repeats and mishaps: every event is reacted to once by each subscription, in the order of its key."""

import asyncio
from collections import defaultdict

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.journal.bus import DeliveryFilter, DeliveryState, EventFilter
from holdfast.journal.codec import decode
from holdfast.journal.events import RunStarted
from holdfast.kernel.ids import EventId, RunId
from holdfast.runtime import Runtime
from tests.intent.reacting.shops import PAID, PING, PONG, echo, events_on, floor_of, order, settled, worker
from tests.orchestration.lives import Process
from tests.runtime.stage import Stage

KEYS = ("a", "b", None)
SETTLE_SECONDS = 400.0


def causes(stage: Stage) -> list[tuple[str, int, EventId, int]]:
    """Return of each run that reacts by which subscription, in which generation, to which event, after how many."""
    found = []
    for head in stage.disk.heads():
        started = decode(stage.disk.get(head.run).events[0].body)
        assert isinstance(started, RunStarted)
        assert started.cause is not None
        found.append((started.cause.subscription, started.cause.generation, started.cause.event, started.cause.hops))
    return found


async def lived(stage: Stage, orders: list[tuple[str, str | None, float]], kill_at: int, seconds: float) -> None:
    """Publish all of ``orders``, under their ids, and let a process react for a while, or until it dies."""
    process = Process(kill_at)
    apps = [worker(at_once_max=3, waiting_max=4), worker("second", at_once_max=1)]

    async def drive() -> None:
        async with stage.runtime(apps=apps, store=stage.store(process.reach)) as runtime:
            for name, key, takes in orders:
                await order(runtime, name, key, seconds=takes)
            await settled(stage, seconds)

    driving, dying = asyncio.create_task(drive()), asyncio.create_task(process.died.wait())
    await asyncio.wait((driving, dying), return_when=asyncio.FIRST_COMPLETED)
    stage.disk.owner = None
    if not process.died.is_set():
        driving.result()
    for task in (driving, dying):
        task.cancel()
    await asyncio.gather(driving, dying, return_exceptions=True)
    stage.troubles.heard.clear()


@settings(max_examples=15, deadline=None)
@given(
    orders=st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from([0.0, 1.0, 7.0])), min_size=1, max_size=8),
    kills=st.lists(st.integers(1, 120), max_size=4),
)
def test_every_event_has_one_reaction_a_subscription_in_the_order_of_its_key(
    orders: list[tuple[str | None, float]], kills: list[int]
) -> None:
    named = [(f"{key}{number}", key, takes) for number, (key, takes) in enumerate(orders)]
    asyncio.run(_hold(named, kills))


async def _hold(named: list[tuple[str, str | None, float]], kills: list[int]) -> None:
    stage = Stage()
    floor = floor_of(stage)
    for kill_at in kills:
        await lived(stage, named, kill_at, 20.0)
    await lived(stage, named, 0, SETTLE_SECONDS)
    events = stage.disk.bus.events(EventFilter(topic=PAID.name))
    assert len(events) == len(named)
    reactions = causes(stage)
    expected = {(name, 1, event.event_id, 0) for name in ("worker_on", "second_on") for event in events}
    assert len(reactions) == len(set(reactions))
    assert set(reactions) == expected
    states = {each.state for each in stage.disk.bus.deliveries(DeliveryFilter())}
    assert states == {DeliveryState.DONE}
    in_order = defaultdict(list)
    for name, key, _ in named:
        in_order[key].append(name)
    ended = [head for head in reversed(list(stage.disk.heads())) if head.app == "worker"]
    for key in ("a", "b"):
        began = [_name(stage, head.run) for head in sorted(ended, key=lambda each: each.created_at)]
        assert [name for name in began if name.startswith(key)] == in_order[key]
    assert set(floor.ended) == {name for name, _, _ in named}


def _name(stage: Stage, run: RunId) -> str:
    started = decode(stage.disk.get(run).events[0].body)
    assert isinstance(started, RunStarted)
    return str(msgspec.json.decode(stage.disk.get(started.run).payloads[started.input])["name"])


@pytest.mark.parametrize("limit", [0, 1, 4, 16])
async def test_no_reaction_comes_after_more_events_than_the_limit(limit: int) -> None:
    stage = Stage()
    apps = [echo("pinger", PING, PONG, hops_max=limit), echo("ponger", PONG, PING, hops_max=limit)]
    async with stage.runtime(apps=apps) as runtime:
        for number in range(3):
            await runtime.publish(PING, {"n": number})
        await settled(stage, 120)
        events = [*await events_on(runtime, "ping"), *await events_on(runtime, "pong")]
        assert len(await runtime.bus.undelivered()) == 3
    assert max(hops for *_, hops in causes(stage)) == limit
    assert max(event.hops for event in events) == limit + 1


async def test_events_published_while_nobody_drives_are_reacted_to_later() -> None:
    stage = Stage()
    floor = floor_of(stage)
    async with stage.runtime(apps=[worker()], drives=False) as runtime:
        await order(runtime, "a")
        await settled(stage, 5)
        assert not floor.begun
    async with stage.runtime(apps=[worker()]):
        await settled(stage, 5)
    assert floor.ended == ["a"]


async def test_of_many_events_a_few_are_taken_in_at_a_time() -> None:
    stage = Stage()
    count = 1_000
    taken: list[int] = []
    app = worker(when="event.payload.n % 100 == 0", input="{'name': str(event.payload.n)}", waiting_max=16)
    floor = floor_of(stage)

    async def watched(runtime: Runtime) -> None:
        open_ = await runtime._store.bus.deliveries(DeliveryFilter(states=(DeliveryState.WAITING,)))
        taken.append(len(open_))

    async with stage.runtime(apps=[app]) as runtime:
        for number in range(count):
            await runtime.publish(PAID, {"n": number})
            if not number % 100:
                await watched(runtime)
        await settled(stage, 30)
        (standing,) = await runtime.bus.subscriptions()
    assert (standing.lag, standing.waiting) == (0, 0)
    assert len(floor.ended) == 10
    assert max(taken) <= 16
