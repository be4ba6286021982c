"""The door counts who waits, also while it asks the store."""

import asyncio
from collections.abc import Sequence

import pytest

from holdfast.intent.door import Door
from holdfast.journal.port import Head
from holdfast.journal.stores.memory import MemoryStore
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.errors import Overloaded
from holdfast.kernel.ids import RunId


class SlowIndex(MemoryStore):
    """Knows of no run that waits, and takes its time to say so."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(clock)
        self.asked, self.answers = asyncio.Event(), asyncio.Event()

    async def due(self, now: float, count_max: int) -> Sequence[Head]:
        self.asked.set()
        await self.answers.wait()
        return ()


async def test_a_run_that_begins_while_the_store_is_asked_is_counted() -> None:
    clock = VirtualClock()
    index, begins = SlowIndex(clock), asyncio.Event()
    door = Door(index, clock, runs_waiting_max=1)

    async def slowly() -> RunId:
        await begins.wait()
        return RunId("run_1")

    async def at_once() -> RunId:
        return RunId("run_2")

    first, second = asyncio.ensure_future(door.let_in(slowly)), asyncio.ensure_future(door.let_in(at_once))
    await index.asked.wait()
    begins.set()
    assert await first == "run_1"
    index.answers.set()
    with pytest.raises(Overloaded, match="found 1: this one was not begun"):
        await second
