"""The memory of runs that wait for a person: what a process grows by for having parked them, and by finding them anew.

They wait in doubt: a payment was sent, and nobody knows what became of it.
"""

import argparse
import asyncio
import gc
import json
from collections.abc import Iterator
from pathlib import Path

from bench.machine import resident_bytes
from bench.runs.shop import MODEL, Talker, desk
from holdfast import Runtime
from holdfast.journal.port import RunFilter

AT_ONCE = 200
SETTLE_SECONDS = 2.5
"""Long enough for the dispatcher to have swept the whole store, and more than once."""


async def park(warm_up: int, runs: int, folder: Path) -> dict[str, int]:
    """Park ``warm_up`` runs, then ``runs`` more, and say how much memory the second lot has left behind."""
    async with Runtime.open(_url(folder), models={MODEL: _talker()}) as runtime:
        await _park(runtime, warm_up)
        before = _settled_bytes()
        await _park(runtime, runs)
        grown = _settled_bytes() - before
        waiting = await runtime.runs(RunFilter(statuses=("WAITING",), count_max=warm_up + runs + 1))
    return {"grown_bytes": grown, "waiting": len(waiting)}


async def look(folder: Path) -> dict[str, int]:
    """Open the store as a process does that starts anew, and say how much memory it holds once it has swept."""
    async with Runtime.open(_url(folder), apps=[desk], models={MODEL: _talker()}):
        await asyncio.sleep(SETTLE_SECONDS)
        return {"held_bytes": _settled_bytes()}


def _url(folder: Path) -> str:
    return f"sqlite:///{folder / 'parked.db'}"


def _talker() -> Talker:
    return Talker(1, asks_for="pay")


def _settled_bytes() -> int:
    gc.collect()
    return resident_bytes()


async def _park(runtime: Runtime, count: int) -> None:
    left = iter(range(count))
    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(_park_one_after_the_other(runtime, left))


async def _park_one_after_the_other(runtime: Runtime, left: Iterator[int]) -> None:
    for number in left:
        run = await runtime.start(desk, f"order {number}")
        state = await run.wait()
        assert state.parked, "it waits for a person"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("task", choices=("park", "look"))
    parser.add_argument("--warm-up", type=int, default=0)
    parser.add_argument("--runs", type=int, default=0)
    parser.add_argument("--folder", type=Path, required=True)
    chosen = parser.parse_args()
    work = park(chosen.warm_up, chosen.runs, chosen.folder) if chosen.task == "park" else look(chosen.folder)
    print(json.dumps(asyncio.run(work)))


if __name__ == "__main__":
    main()
