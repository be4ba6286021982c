"""Apps that react: each run says when it worked, and goes as its event says."""

import asyncio
from collections.abc import Sequence as Several
from dataclasses import dataclass, field
from typing import Any

from holdfast import App, Effect, Provided, Publisher, ToolFailure, Topic, tool
from holdfast.flow import FunctionNode, Subscription
from holdfast.journal.bus import BusEvent, DeliveryFilter, DeliveryState, EventFilter
from holdfast.kernel.clock import VirtualClock
from holdfast.runtime import Runtime
from tests.runtime.stage import Stage

PAID = Topic("orders.paid", dict[str, Any])
PING, PONG = Topic("ping"), Topic("pong")
TURNS = 100
"""How many turns of the loop what needs no time is given."""


@dataclass
class Floor:
    """Where the work is done: what was begun and ended, in order, and how much of it at once."""

    clock: VirtualClock
    begun: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    at_once: int = 0
    at_once_most: int = 0
    mended: bool = False


FLOORS: list[Floor] = []
"""The floor that is worked on."""


@tool(effect=Effect.READ)
async def work(name: str, goes: str = "well", seconds: float = 0.0, order: str = "") -> str:
    """Work for a while."""
    floor = FLOORS[0]
    floor.begun.append(name)
    floor.at_once += 1
    floor.at_once_most = max(floor.at_once_most, floor.at_once)
    try:
        await floor.clock.sleep(seconds)
        if goes == "badly" and not floor.mended:
            raise ToolFailure(f"{name} went badly")
        floor.ended.append(name)
        return name
    finally:
        floor.at_once -= 1


@tool(effect=Effect.READ)
async def answer(topic: str, n: int = 0, *, publisher: Provided[Publisher]) -> None:
    """Publish on ``topic``."""
    publisher.publish(topic, {"n": n + 1})


def worker(name: str = "worker", topic: Topic = PAID, **more: Any) -> App:
    """Return an app that works for each event of ``topic``."""
    given = {"start": "earliest", **more}
    flow = FunctionNode(name, "work", "input")
    return App(name, flow, functions=[work], input=object, subscribes=[Subscription(f"{name}_on", topic, **given)])


def echo(name: str, topic: Topic, back: Topic, **more: Any) -> App:
    """Return an app that answers each event of ``topic`` with one on ``back``."""
    flow = FunctionNode(name, "answer", f"{{'topic': '{back.name}', 'n': input.n}}")
    subscription = Subscription(f"{name}_on", topic, **{"start": "earliest", **more})
    return App(name, flow, functions=[answer], input=object, topics=[back], subscribes=[subscription])


def floor_of(stage: Stage) -> Floor:
    """Return a new floor on the clock of ``stage``."""
    FLOORS[:] = [floor := Floor(stage.clock)]
    return floor


async def order(runtime: Runtime, name: str, key: str | None = None, **payload: Any) -> BusEvent:
    """Publish a paid order."""
    return await runtime.publish(PAID, {"name": name, **payload}, key=key, event_id=name)


async def settled(stage: Stage, seconds: float = 10.0) -> None:
    """Let all be done that can be, in so many seconds."""
    until = stage.clock.now() + seconds
    while stage.clock.now() < until:
        for _ in range(TURNS):
            await asyncio.sleep(0)
        await stage.clock.advance(0.5)


async def state_of(runtime: Runtime, event: BusEvent) -> list[DeliveryState]:
    """Return where the deliveries of ``event`` stand."""
    which = DeliveryFilter(event_id=event.event_id)
    return [each.state for each in await runtime._store.bus.deliveries(which)]


async def events_on(runtime: Runtime, topic: str) -> Several[BusEvent]:
    """Return the events of ``topic``."""
    return await runtime._store.bus.events(EventFilter(topic=topic, count_max=1_000))
