"""Simulates many seeds, a few at once, adds them up, and makes the first that fail small."""

import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import msgspec

from tests.proof.simulation.plan import plan
from tests.proof.simulation.run import Report, simulate
from tests.proof.simulation.shrink import shrunk

FAILURES_SHOWN_MAX = 5
SEEDS_IN_A_CHUNK = 20


class Failure(msgspec.Struct):
    """A seed that fails, and the smallest plan that still does."""

    seed: int
    wrong: list[str]
    plan: str
    again: str


class Total(msgspec.Struct):
    """What all seeds came to."""

    seeds: int
    failed: int
    seconds: float
    seeds_per_second: float
    virtual_hours: float
    steps: int
    faults: dict[str, int]
    failures: list[Failure]


def total(seeds: Sequence[int], at_once: int) -> Total:
    """Simulate every seed; shrink the first that fail."""
    began = time.monotonic()
    with ProcessPoolExecutor(at_once, mp_context=get_context("spawn")) as pool:
        reports = list(pool.map(_one, seeds, chunksize=SEEDS_IN_A_CHUNK))
    seconds = time.monotonic() - began
    failed = [report for report in reports if report.wrong]
    faults: Counter[str] = Counter()
    for report in reports:
        faults.update(report.befallen)
    return Total(
        seeds=len(reports),
        failed=len(failed),
        seconds=round(seconds, 1),
        seeds_per_second=round(len(reports) / seconds, 1),
        virtual_hours=round(sum(report.seconds for report in reports) / 3600, 1),
        steps=sum(report.steps for report in reports),
        faults=dict(faults.most_common()),
        failures=[_failure(report) for report in failed[:FAILURES_SHOWN_MAX]],
    )


def _one(seed: int) -> Report:
    return simulate(plan(seed))


def _failure(report: Report) -> Failure:
    smallest = shrunk(plan(report.seed))
    wrong = simulate(smallest).wrong
    again = f"scripts/simulate --seeds 1 --seed {report.seed}"
    return Failure(report.seed, wrong, msgspec.json.encode(smallest).decode(), again)
