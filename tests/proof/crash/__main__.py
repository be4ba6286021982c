"""Kills runs at every point, again while they recover, and prints what that cost.

python -m tests.proof.crash [--points N] [--json]
"""

import argparse
import os
import sys
import time

import msgspec

from tests.proof.crash.table import Table, table


def main() -> int:
    """Print the table, for people or for programs; 1 if anything was lost, repeated or stuck."""
    parser = argparse.ArgumentParser(prog="scripts/crash", description="Kill runs at every point and compare.")
    parser.add_argument("--points", type=int, help="how many points in all, spread evenly (default: every one)")
    parser.add_argument("--at-once", type=int, default=os.cpu_count() or 1, help="how many trials at the same time")
    parser.add_argument("--json", action="store_true", help="for programs")
    chosen = parser.parse_args()
    began = time.monotonic()
    result = table(chosen.points, chosen.at_once)
    result.seconds = round(time.monotonic() - began, 1)
    sys.stdout.write(msgspec.json.encode(result).decode() + "\n" if chosen.json else told(result))
    return int(result.lost + result.repeated + result.stuck > 0)


def told(result: Table) -> str:
    """Return the table for people."""
    lines = [
        f"{result.points} points of {result.scenarios} scenarios, {result.seconds:g} s",
        f"{result.kills} kills, {result.kills_in_recovery} of them during recovery",
        f"lost {result.lost}, repeated {result.repeated}, stuck {result.stuck}",
        f"left in doubt, as they must be: {result.doubts}",
        *(f"  {point:<28} {kills:>6} kills" for point, kills in sorted(result.by_point.items())),
        *(f"  by {death:<25} {kills:>6} kills" for death, kills in sorted(result.by_death.items())),
        *result.wrong,
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
