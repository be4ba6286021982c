"""The list of points is what the code reaches: a crash test that walks through it misses nothing."""

from pathlib import Path

from holdfast.journal.stores.memory import MemoryStore
from holdfast.journal.stores.sqlite import SqliteStore
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.faults import POINTS
from holdfast.testing.conformance.journal.samples import begin


async def test_every_point_of_the_stores_is_reached(path: Path, clock: VirtualClock) -> None:
    reached: set[str] = set()
    for store in (MemoryStore(clock, on_point=reached.add), SqliteStore(path, clock, on_point=reached.add)):
        await store.open()
        await begin(store)
        await store.close()
    assert reached == {point for point in POINTS if point.split(".")[0] in ("memory", "sqlite")}
