"""Where the CPU of a durable step goes: a sampling profile of Holdfast at work, by the part that asked for it.

The event loop's thread is sampled by the process's CPU clock, as often as the kernel ticks; a sample counts for the
innermost frame of Holdfast, so that what hashing or packing costs counts for whoever asked. What belongs to no frame of
ours is asyncio's. Other threads are measured by their own clocks, garbage collection by its callbacks. Take many runs:
a part's share is as exact as its samples are many.
"""

import argparse
import asyncio
import gc
import json
import signal
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType

from bench.durable.holdfast import holdfast
from bench.durable.measure import Job
from bench.durable.work import STEPS_PER_RUN
from bench.machine import describe_machine, load_average

SAMPLE_SECONDS = 0.001
WATCH_SECONDS = 0.05
FRAMES_MAX = 200
SPLIT = ("journal", "integration", "kernel")
"""Packages whose parts are told apart."""
LOOP, WORK, IDLE = "asyncio", "the work itself", "waiting"


@dataclass(frozen=True, slots=True)
class Where:
    """CPU microseconds a step."""

    loop_thread: float
    collecting_garbage: float
    """Part of ``loop_thread``, and spread over its parts."""
    other_threads: dict[str, float]
    parts: dict[str, float]
    """What ``loop_thread`` is made of, the dearest first."""
    samples: int


class Sampler:
    """Samples this thread while it is in force."""

    def __init__(self) -> None:
        self.samples: Counter[str] = Counter()
        self.garbage_seconds = 0.0
        self._collecting_since = 0.0

    def __enter__(self) -> "Sampler":
        gc.callbacks.append(self._collect)
        signal.signal(signal.SIGPROF, self._sample)
        signal.setitimer(signal.ITIMER_PROF, SAMPLE_SECONDS, SAMPLE_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, signal.SIG_IGN)
        gc.callbacks.remove(self._collect)

    def _sample(self, _signal: int, frame: FrameType | None) -> None:
        self.samples[part_of(frame)] += 1

    def _collect(self, phase: str, _about: dict[str, int]) -> None:
        now = time.perf_counter()
        if phase == "start":
            self._collecting_since = now
        else:
            self.garbage_seconds += now - self._collecting_since


def part_of(frame: FrameType | None) -> str:
    """Return the part of Holdfast that ``frame`` works for, or who else does."""
    if frame is not None and frame.f_code.co_name == "select":
        return IDLE
    for _ in range(FRAMES_MAX):
        if frame is None or frame.f_code.co_name == "_run_once":
            break
        package, _, module = str(frame.f_globals.get("__name__")).partition(".")
        if package == "bench":
            return WORK
        if package == "holdfast":
            return _named(module.split("."))
        frame = frame.f_back
    return LOOP


def _named(names: Sequence[str]) -> str:
    return "/".join(names[:2]) if names[0] in SPLIT else names[0]


def locate(runs: int, in_flight: int, folder: Path) -> Where:
    """Drive ``runs`` runs and return where their CPU went. One run more is done, to warm up."""
    steps = (runs + 1) * STEPS_PER_RUN
    threads: dict[str, float] = {}
    with Sampler() as sampler:
        started = time.thread_time()
        asyncio.run(_watched(Job(runs, in_flight, folder), threads))
        seconds = time.thread_time() - started
    counted = {part: count for part, count in sampler.samples.most_common() if part != IDLE}
    total = sum(counted.values())
    return Where(
        loop_thread=_micros(seconds, steps),
        collecting_garbage=_micros(sampler.garbage_seconds, steps),
        other_threads={name: _micros(spent, steps) for name, spent in threads.items()},
        parts={part: _micros(seconds * count / total, steps) for part, count in counted.items()},
        samples=total,
    )


async def _watched(job: Job, threads: dict[str, float]) -> None:
    """Do the job; note what the other threads have used while they still live."""
    working = asyncio.create_task(_do(job))
    while not working.done():
        await asyncio.wait((working,), timeout=WATCH_SECONDS)
        for thread in threading.enumerate():
            if thread is not threading.main_thread() and thread.ident is not None:
                kind = thread.name.rpartition("_")[0] or thread.name
                threads[kind] = _cpu_seconds_of(kind)
    await working


async def _do(job: Job) -> None:
    await holdfast(job)


def _cpu_seconds_of(kind: str) -> float:
    """Return what the living threads of a kind have used in all."""
    alive = (thread for thread in threading.enumerate() if thread.name.startswith(kind))
    return sum(time.clock_gettime(time.pthread_getcpuclockid(thread.ident)) for thread in alive if thread.ident)


def _micros(seconds: float, steps: int) -> float:
    return round(seconds / steps * 1e6, 1)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.durable.where", description="Where the CPU of a durable step goes."
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--runs", type=int, default=600)
    parser.add_argument("--in-flight", type=int, default=100)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()), help="on which disk to measure")
    chosen = parser.parse_args(arguments)
    load_before = load_average()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as own:
        where = locate(chosen.runs, chosen.in_flight, Path(own))
    if chosen.json:
        machine = describe_machine(chosen.folder, load_before)
        print(json.dumps({**asdict(where), "machine": asdict(machine)}, indent=2))
        return
    print(f"{where.loop_thread:8.1f} µs a step in the event loop's thread, of it")
    for part, micros in where.parts.items():
        print(f"{micros:8.1f}   {part}")
    for name, micros in where.other_threads.items():
        print(f"{micros:8.1f} µs a step in {name}")
    print(f"{where.collecting_garbage:8.1f} µs a step collecting garbage, counted above")


if __name__ == "__main__":
    main()
