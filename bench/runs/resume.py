"""How long runs lie still after a crash: many driven at once, their process killed, a new one that takes them up.

Each has had a few turns and waits for its model. It goes on once the new process has asked the model again.
"""

import argparse
import asyncio
import json
import time
from pathlib import Path

from bench.runs.shop import MODEL, Talker, desk
from holdfast import Runtime

TURNS = 5


async def begin(runs: int, folder: Path) -> None:
    """Bring ``runs`` to where they wait, say so, and wait for the end."""
    talker = Talker(TURNS, answers=False)
    async with Runtime.open(_url(folder), models={MODEL: talker}, runs_at_once_max=runs) as runtime:
        for number in range(runs):
            await runtime.start(desk, f"order {number}")
        await talker.all_silent(runs)
        print("ready", flush=True)
        await asyncio.get_running_loop().create_future()


async def go_on(runs: int, folder: Path) -> dict[str, float]:
    """Take the runs up, and return the seconds until each waits for its model again."""
    talker = Talker(TURNS, answers=False)
    started, cpu_started = time.perf_counter(), time.process_time()
    async with Runtime.open(_url(folder), apps=[desk], models={MODEL: talker}, runs_at_once_max=runs):
        await talker.all_silent(runs)
        return {"seconds": time.perf_counter() - started, "cpu_seconds": time.process_time() - cpu_started}


def _url(folder: Path) -> str:
    return f"sqlite:///{folder / 'resumed.db'}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("task", choices=("begin", "go-on"))
    parser.add_argument("--runs", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    chosen = parser.parse_args()
    if chosen.task == "begin":
        asyncio.run(begin(chosen.runs, chosen.folder))
    else:
        print(json.dumps(asyncio.run(go_on(chosen.runs, chosen.folder))))


if __name__ == "__main__":
    main()
