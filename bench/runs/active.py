"""The memory of a run that is driven: what a process grows by for each, with and without a prompt in flight.

SQLite's page caches are the process's, not a run's, and bounded: runs that have ended fill them before anything is
measured. Else they grow beside the runs, and 4 KB a run were counted that nothing holds.
"""

import argparse
import asyncio
import gc
import json
from pathlib import Path

from bench.machine import resident_bytes
from bench.runs.shop import MODEL, Talker, desk
from holdfast import Runtime

WARM_UP_RUNS = 200
FILLING, FILLING_RUNS, FILLING_TURNS = "filling", 400, 10
"""Runs of 30 KB each: more than the caches hold."""


async def bytes_per_run(turns: int, runs: int, folder: Path) -> int:
    """Return the memory each of ``runs`` takes that have had ``turns`` turns and wait for their model's next reply."""
    talker = Talker(turns, answers=False)
    models = {MODEL: talker, FILLING: Talker(FILLING_TURNS)}
    url, at_once = f"sqlite:///{folder / 'active.db'}", WARM_UP_RUNS + runs
    async with Runtime.open(url, models=models, runs_at_once_max=at_once) as runtime:
        for _ in range(FILLING_RUNS):  # one at a time: the memory they leave free would be the measured runs'
            await (await runtime.start(desk, "hello", model=FILLING)).result()
        for _ in range(WARM_UP_RUNS):
            await runtime.start(desk, "hello")
        await talker.all_silent(WARM_UP_RUNS)
        gc.collect()
        before = resident_bytes()
        for _ in range(runs):
            await runtime.start(desk, "hello")
        await talker.all_silent(at_once)
        gc.collect()
        return (resident_bytes() - before) // runs


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, required=True)
    parser.add_argument("--turns", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    chosen = parser.parse_args()
    print(json.dumps({"bytes_per_run": asyncio.run(bytes_per_run(chosen.turns, chosen.runs, chosen.folder))}))


if __name__ == "__main__":
    main()
