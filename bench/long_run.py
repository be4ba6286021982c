"""What it takes to take up a long run: its state from the store, by way of the snapshot and from the whole journal.

    python -m bench.long_run [--events 10000]

The run is a map over many items whose function stops at the last of them, driven by the runtime on SQLite; then its
state is read as a driver would. Figures are the best of several, in milliseconds of CPU and of the clock.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.machine import Machine, describe_machine, load_average
from holdfast import App, Effect, Runtime, tool
from holdfast.journal.fold import fold
from holdfast.journal.port import Store
from holdfast.journal.snapshots import current
from holdfast.journal.stores.sqlite import SqliteStore
from holdfast.kernel.clock import SystemClock
from holdfast.kernel.ids import RunId
from holdfast.orchestration.flow.nodes import FunctionNode, Map

EVENTS = 10_000
EVENTS_AN_ITEM = 3
REPEATS = 7
SECONDS_MAX = 3_600.0


@dataclass(frozen=True, slots=True)
class Taken:
    """How long one way took."""

    cpu_ms: float
    ms: float


@dataclass(frozen=True, slots=True)
class LongRun:
    """Both ways, and what the snapshot costs on the disk."""

    events: int
    with_snapshot: Taken
    without_snapshot: Taken
    snapshot_version: int
    snapshot_bytes: int
    machine: Machine


@tool(effect=Effect.READ, timeout_seconds=SECONDS_MAX)
async def look(number: int, last: int) -> str:
    """Look at an item; the last one is never found, so the run is caught in its middle."""
    if number == last:
        await asyncio.sleep(SECONDS_MAX)
    return f"item {number} is there"


def app(items: int) -> App:
    """Return the app whose run has that many items."""
    node = FunctionNode("one", "look", f"{{'number': item, 'last': {items - 1}}}")
    return App("long", Map("long", "input", node, items_max=items), functions=(look,), input=list[int])


async def measure(events: int, folder: Path) -> LongRun:
    """Drive a run of about ``events`` events, let go of it, and take it up."""
    before, path, items = load_average(), folder / "runs.db", events // EVENTS_AN_ITEM
    async with Runtime.open(f"sqlite:///{path}", apps=[app(items)]) as runtime:
        run = await runtime.start("long", list(range(items)))
        async for entry in run.events():
            if entry.version >= EVENTS_AN_ITEM * items:
                break
    store = SqliteStore(path, SystemClock(), drives=False)
    await store.open()
    try:
        latest = await store.latest(run.id)
        snapshot = latest.snapshot
        return LongRun(
            events=(await store.head(run.id)).version,
            with_snapshot=await best(lambda: current(store, run.id)),
            without_snapshot=await best(lambda: whole(store, run.id)),
            snapshot_version=snapshot.version if snapshot else 0,
            snapshot_bytes=len(snapshot.body) if snapshot else 0,
            machine=describe_machine(folder, before),
        )
    finally:
        await store.close()


async def whole(store: Store, run: RunId) -> object:
    """Fold the whole journal."""
    return fold(await store.read(run))


async def best(way: Callable[[], Awaitable[object]]) -> Taken:
    """Return the shortest of several times, taken apart by what is measured."""
    taken = []
    for _ in range(REPEATS):
        cpu, wall = time.process_time(), time.perf_counter()
        await way()
        taken.append(((time.process_time() - cpu) * 1_000, (time.perf_counter() - wall) * 1_000))
    return Taken(round(min(cpu for cpu, _ in taken), 2), round(min(wall for _, wall in taken), 2))


def main() -> None:
    """Print the figures as one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--json", action="store_true", help="accepted for symmetry: the output is JSON anyway")
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as folder:
        measured = asyncio.run(measure(parser.parse_args().events, Path(folder)))
    print(json.dumps(asdict(measured), indent=2))


if __name__ == "__main__":
    main()
