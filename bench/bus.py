"""Events a second through the whole bus, a run reacting to each: ``python -m bench.bus --json``."""

import argparse
import asyncio
import json
import os
import resource
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.machine import load_average
from holdfast import App, Effect, Runtime, Topic, tool
from holdfast.flow import FunctionNode, Start, Subscription

EVENTS, EVENTS_QUICK = 10_000, 200
WARM_UP = 500
PUBLISHED_AT_ONCE = 100
KEYS = 50
AT_ONCE_MAX = 32
LOOK_SECONDS = 0.05
KIB = 1024

TOPIC = Topic("numbers", int)


@dataclass(frozen=True, slots=True)
class Passed:
    """What so many events cost, each with a run of one step that reacts to it."""

    events: int
    publish_seconds: float
    react_seconds: float
    """From when all were published until the last reaction was over."""
    events_a_second: float
    """Over both."""
    cpu_ms_an_event: float
    grown_bytes: int
    """What the process grew by at its peak, after a warm-up."""
    store_bytes_an_event: float
    cpus: int
    load_average: float


@tool(effect=Effect.PURE)
def double(n: int) -> int:
    """Do next to nothing."""
    return 2 * n


SINK = App(
    "sink",
    FunctionNode("sink", "double", "{'n': input}"),
    functions=[double],
    input=int,
    subscribes=[Subscription("sink_on", TOPIC, start=Start.EARLIEST, at_once_max=AT_ONCE_MAX)],
)


async def measure(count: int) -> Passed:
    """Measure on this machine, now."""
    with tempfile.TemporaryDirectory(prefix="bus-") as folder:
        store = Path(folder) / "runs.db"
        async with Runtime.open(f"sqlite:///{store}", apps=[SINK]) as runtime:
            await _publish(runtime, 0, WARM_UP)
            await _all_over(runtime)
            peak, cpu, began = _peak(), time.process_time(), time.perf_counter()
            await _publish(runtime, WARM_UP, count)
            published = time.perf_counter()
            await _all_over(runtime)
            over, used, grown = time.perf_counter(), time.process_time() - cpu, _peak() - peak
        size = store.stat().st_size
    return Passed(
        events=count,
        publish_seconds=round(published - began, 3),
        react_seconds=round(over - published, 3),
        events_a_second=round(count / (over - began), 1),
        cpu_ms_an_event=round(1_000 * used / count, 3),
        grown_bytes=grown,
        store_bytes_an_event=round(size / (count + WARM_UP), 1),
        cpus=os.cpu_count() or 0,
        load_average=round(load_average(), 2),
    )


async def _publish(runtime: Runtime, first: int, count: int) -> None:
    for start in range(first, first + count, PUBLISHED_AT_ONCE):
        numbers = range(start, min(start + PUBLISHED_AT_ONCE, first + count))
        await asyncio.gather(*(runtime.publish(TOPIC, number, key=number % KEYS) for number in numbers))


async def _all_over(runtime: Runtime) -> None:
    """Return once every event was reacted to."""
    while True:
        found = await runtime.bus.subscriptions()
        if found and not (found[0].lag or found[0].waiting or found[0].begun):
            return
        await asyncio.sleep(LOOK_SECONDS)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIB


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few events, to see that it works")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    chosen = parser.parse_args()
    found = asdict(asyncio.run(measure(EVENTS_QUICK if chosen.quick else EVENTS)))
    if chosen.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name:20} {value:,}")


if __name__ == "__main__":
    main()
