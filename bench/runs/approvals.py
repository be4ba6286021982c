"""Runs that wait for a yes: what a process grows by for them, what a new one holds, and that each goes on once decided.

Each has asked its model once; its one call is held until an operator has approved it.
"""

import argparse
import asyncio
import gc
import json
import time
from collections.abc import Iterator
from pathlib import Path

from bench.machine import resident_bytes
from bench.runs.shop import MODEL, Talker, desk
from holdfast import Runtime
from holdfast.governance.verdict import Allow, Ask, CallRequest, Verdict
from holdfast.journal.events.approvals import Ruling
from holdfast.journal.port import RunFilter
from holdfast.orchestration.people.approvals import open_approvals

AT_ONCE = 200
SETTLE_SECONDS = 2.5
"""Long enough for the dispatcher to have swept the whole store, and more than once."""


class Rule:
    """Asks an operator about each look-up."""

    def decide(self, request: CallRequest) -> Verdict:
        return Ask("it reads what is a customer's") if request.tool == "look_up" else Allow()


async def park(warm_up: int, runs: int, folder: Path) -> dict[str, int]:
    """Have ``warm_up`` runs wait, then ``runs`` more, and say how much memory the second lot has left behind."""
    async with Runtime.open(_url(folder), models={MODEL: Talker(1)}, decides=Rule()) as runtime:
        await _hold_all(runtime, warm_up)
        before = _settled_bytes()
        await _hold_all(runtime, runs)
        grown = _settled_bytes() - before
        waiting = await runtime.runs(RunFilter(statuses=("WAITING",), count_max=warm_up + runs + 1))
    return {"grown_bytes": grown, "waiting": len(waiting)}


async def look(folder: Path) -> dict[str, int]:
    """Open the store as a process does that starts anew, and say how much memory it holds once it has swept."""
    async with Runtime.open(_url(folder), apps=[desk], models={MODEL: Talker(1)}, decides=Rule()):
        await asyncio.sleep(SETTLE_SECONDS)
        return {"held_bytes": _settled_bytes()}


async def decide(folder: Path) -> dict[str, float]:
    """In a process that starts anew, list all that waits, approve each, and say how many runs went on to their end."""
    async with Runtime.open(_url(folder), apps=[desk], models={MODEL: Talker(1)}, decides=Rule()) as runtime:
        started = time.perf_counter()
        waiting = await runtime.inbox()
        listed = time.perf_counter()
        left = iter([each.head.run for each in waiting])
        ended: list[str] = []

        async def approve_the_next() -> None:
            for run_id in left:
                run = await runtime.run(run_id)
                (asked,) = await run.approvals()
                await run.decide(asked.path, Ruling.APPROVE, by="operator", digest=asked.digest)
                state = await run.wait()
                assert not open_approvals(state), "it is asked once"
                ended.append(state.status)

        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(approve_the_next())
        done = time.perf_counter()
    return {
        "listed": len(waiting),
        "list_seconds": round(listed - started, 3),
        "completed": ended.count("COMPLETE"),
        "decide_seconds": round(done - listed, 3),
    }


def _url(folder: Path) -> str:
    return f"sqlite:///{folder / 'approvals.db'}"


def _settled_bytes() -> int:
    gc.collect()
    return resident_bytes()


async def _hold_all(runtime: Runtime, count: int) -> None:
    left = iter(range(count))
    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(_hold(runtime, left))


async def _hold(runtime: Runtime, left: Iterator[int]) -> None:
    for number in left:
        run = await runtime.start(desk, f"order {number}")
        state = await run.wait()
        assert state.approvals, "it waits for a yes"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("task", choices=("park", "look", "decide"))
    parser.add_argument("--warm-up", type=int, default=0)
    parser.add_argument("--runs", type=int, default=0)
    parser.add_argument("--folder", type=Path, required=True)
    chosen = parser.parse_args()
    match chosen.task:
        case "park":
            told: object = asyncio.run(park(chosen.warm_up, chosen.runs, chosen.folder))
        case "look":
            told = asyncio.run(look(chosen.folder))
        case _:
            told = asyncio.run(decide(chosen.folder))
    print(json.dumps(told))


if __name__ == "__main__":
    main()
