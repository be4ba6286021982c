"""Plants bugs, one a process, and prints who caught each.

python -m tests.proof.planted [--json] [NAME ...]
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from tests.proof.planted.mutants import MUTANTS

SECONDS_MAX = 600.0
Caught = dict[str, object]


def main() -> int:
    """Print the table, for people or for programs; 1 if a bug got through."""
    parser = argparse.ArgumentParser(prog="scripts/planted", description="Plant bugs and see who catches them.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="which bugs (default: all of them)")
    parser.add_argument("--at-once", type=int, default=os.cpu_count() or 1, help="how many at the same time")
    parser.add_argument("--json", action="store_true", help="for programs")
    chosen = parser.parse_args()
    rows = show(chosen.names or list(MUTANTS), chosen.at_once)
    if chosen.json:
        sys.stdout.write(json.dumps({"planted": len(rows), "caught": count(rows), "table": rows}) + "\n")
    else:
        for row in rows:
            sys.stdout.write(f"{row['mutant']!s:<40} {row['caught_by'] or 'NOBODY'!s:<12} {row['what']!s:.150}\n")
        sys.stdout.write(f"{count(rows)} of {len(rows)} caught\n")
    return int(count(rows) < len(rows))


def show(names: Sequence[str], at_once: int) -> list[Caught]:
    """Return who caught each bug."""
    with ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(_one, names))


def count(rows: Sequence[Caught]) -> int:
    """Return how many were caught."""
    return sum(row["caught_by"] is not None for row in rows)


def _one(name: str) -> Caught:
    command = [sys.executable, "-m", "tests.proof.planted.one", name]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS_MAX, check=False)
    if done.returncode != 0:
        return {"mutant": name, "caught_by": None, "what": done.stderr[-400:], "seconds": 0.0}
    row: Caught = json.loads(done.stdout.splitlines()[-1])
    return row


if __name__ == "__main__":
    sys.exit(main())
