"""How an engine is measured: a fresh process, a fixed number of runs, so many of them in flight at any time."""

import argparse
import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.durable.work import STEPS_PER_RUN
from bench.machine import resident_bytes_max

DoRun = Callable[[], Awaitable[None]]
"""Does the work of one whole run."""


@dataclass(frozen=True, slots=True)
class Job:
    """What one process is to do, and where it may keep its files."""

    runs: int
    in_flight: int
    folder: Path


@dataclass(frozen=True, slots=True)
class Figures:
    """What one process measured. CPU is the whole process's, user and system, every thread."""

    steps_per_second: float
    cpu_ms_per_step: float
    memory_mb_max: float


async def measure(job: Job, do_run: DoRun) -> Figures:
    """Do one run to warm up, then ``job.runs``, always ``job.in_flight`` at the same time until they run out."""
    await do_run()
    started, cpu_started = time.perf_counter(), time.process_time()
    left = iter(range(job.runs))
    async with asyncio.TaskGroup() as group:
        for _ in range(min(job.in_flight, job.runs)):
            group.create_task(_one_after_the_other(left, do_run))
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu_started
    steps = job.runs * STEPS_PER_RUN
    return Figures(steps / seconds, cpu_seconds / steps * 1_000, resident_bytes_max() / 1e6)


async def _one_after_the_other(left: Iterator[int], do_run: DoRun) -> None:
    for _ in left:
        await do_run()


def report(engine: Callable[[Job], Awaitable[Figures]]) -> None:
    """Be the program that measures ``engine``: read the job from the command line, print the figures as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, required=True)
    parser.add_argument("--in-flight", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    chosen = parser.parse_args()
    job = Job(chosen.runs, chosen.in_flight, chosen.folder)
    with asyncio.Runner() as runner:
        figures = runner.run(_figures(engine, job))
    print(json.dumps(asdict(figures)))


async def _figures(engine: Callable[[Job], Awaitable[Figures]], job: Job) -> Figures:
    return await engine(job)
