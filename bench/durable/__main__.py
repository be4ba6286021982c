"""Measures Holdfast, a peer and the floor in turn, the same work each; prints medians, ratios and the machine."""

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from bench.durable.engines import Engine, engines, measure_once
from bench.durable.measure import Figures
from bench.durable.summary import Taken, summarise, table
from bench.durable.work import STEPS_PER_RUN, TURNS
from bench.environment import Unavailable
from bench.machine import describe_machine, load_average

ROUNDS = 3
RUNS = {1: 40, 100: 300, 500: 500}
"""How many runs are done for each number in flight."""
RUNS_QUICK = {1: 5, 100: 100, 500: 500}


def take(measured: Sequence[Engine], rounds: int, runs: Mapping[int, int], folder: Path) -> Taken:
    """Measure every engine once a round, one after the other, so that what disturbs the machine disturbs all."""
    taken: dict[str, dict[int, list[Figures]]] = {engine.name: {each: [] for each in runs} for engine in measured}
    for number in range(1, rounds + 1):
        for in_flight in runs:
            for engine in measured:
                if isinstance(engine.python, Unavailable):
                    continue
                figures = measure_once(engine.python, engine.module, runs[in_flight], in_flight, folder)
                taken[engine.name][in_flight].append(figures)
                _say(
                    f"round {number}/{rounds}  {in_flight:3} in flight  {engine.name:9}"
                    f"  {figures.steps_per_second:9,.0f} steps/s  {figures.cpu_ms_per_step:.3f} ms CPU a step"
                    f"  (load {load_average():.1f})"
                )
    return taken


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.durable", description="What a durable step costs, beside a peer and a bare journal."
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--quick", action="store_true", help="one short round: for a look, not for a record")
    parser.add_argument("--rounds", type=int, help=f"how often each is measured (default {ROUNDS})")
    parser.add_argument("--engines", default="holdfast,langgraph,floor", help="which to measure, with commas between")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()), help="on which disk to measure")
    chosen = parser.parse_args(arguments)
    rounds = chosen.rounds or (1 if chosen.quick else ROUNDS)
    load_before = load_average()
    _say("preparing the engines")
    measured = engines(chosen.engines.split(","))
    taken = take(measured, rounds, RUNS_QUICK if chosen.quick else RUNS, chosen.folder)
    machine = describe_machine(chosen.folder, load_before)
    if chosen.json:
        work = {"turns_per_run": TURNS, "steps_per_run": STEPS_PER_RUN, "rounds": rounds}
        print(json.dumps({**summarise(measured, taken), "work": work, "machine": asdict(machine)}, indent=2))
        return
    print(*table(measured, taken), sep="\n")
    print(f"medians of {rounds}; {machine.processor}, {machine.cpus} CPUs, Python {machine.python}, {machine.date}")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
