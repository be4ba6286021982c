"""Simulates a cluster under faults, seed after seed, and prints what came of it.

python -m tests.proof.simulation [--seeds N] [--seed S] [--json]
"""

import argparse
import os
import sys

import msgspec

from tests.proof.simulation.total import Total, total

SEEDS = 200


def main() -> int:
    """Print the total, for people or for programs; 1 if a seed failed."""
    parser = argparse.ArgumentParser(prog="scripts/simulate", description="Simulate a cluster under faults.")
    parser.add_argument("--seeds", type=int, default=SEEDS, help=f"how many seeds (default {SEEDS})")
    parser.add_argument("--seed", type=int, default=0, help="the first of them (default 0)")
    parser.add_argument("--at-once", type=int, default=os.cpu_count() or 1, help="how many at the same time")
    parser.add_argument("--json", action="store_true", help="for programs")
    chosen = parser.parse_args()
    result = total(range(chosen.seed, chosen.seed + chosen.seeds), chosen.at_once)
    sys.stdout.write(msgspec.json.encode(result).decode() + "\n" if chosen.json else told(result))
    return int(result.failed > 0)


def told(result: Total) -> str:
    """Return the total for people."""
    lines = [
        f"{result.seeds} seeds, {result.failed} failed",
        f"{result.seconds:g} s, {result.seeds_per_second:g} seeds a second, {result.virtual_hours:g} virtual hours",
        *(f"  {kind:<34} {count:>7}" for kind, count in result.faults.items()),
    ]
    for failure in result.failures:
        lines += [f"seed {failure.seed}: {failure.again}", *(f"  {wrong}" for wrong in failure.wrong), failure.plan]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
