"""What it costs that runs wait for people: ``python -m bench.approvals --json``. Each figure has its own process."""

import argparse
import json
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.holding import fresh, take
from bench.machine import load_average

PENDING, WARM_UP = 10_000, 2_000
PENDING_QUICK, WARM_UP_QUICK = 200, 100


@dataclass(frozen=True, slots=True)
class Waited:
    """What so many pending approvals cost, and what became of them in a process that was started anew."""

    pending: int
    pending_bytes: int
    """What the process that asked grew by for all of them."""
    restart_bytes: int
    """What a process holds for all of them that opens their store anew."""
    decided: int
    """Those and the ones to warm up with: all that were listed, and approved."""
    completed: int
    """How many of those then went on to their end."""
    list_seconds: float
    decide_seconds: float
    cpus: int
    load_average: float


def measure(pending: int, warm_up: int, folder: Path | None = None) -> Waited:
    """Measure on this machine, now."""
    base = folder or Path(tempfile.gettempdir())
    with fresh(base) as own:
        parked = take("approvals", "park", "--warm-up", warm_up, "--runs", pending, "--folder", own)
        held = take("approvals", "look", "--folder", own)
        decided = take("approvals", "decide", "--folder", own)
    with fresh(base) as own:
        empty = take("approvals", "look", "--folder", own)
    return Waited(
        pending=int(parked["waiting"]) - warm_up,
        pending_bytes=int(parked["grown_bytes"]),
        restart_bytes=int(held["held_bytes"] - empty["held_bytes"]),
        decided=int(decided["listed"]),
        completed=int(decided["completed"]),
        list_seconds=decided["list_seconds"],
        decide_seconds=decided["decide_seconds"],
        cpus=os.cpu_count() or 0,
        load_average=round(load_average(), 2),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few runs, to see that it works")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    chosen = parser.parse_args()
    sizes = (PENDING_QUICK, WARM_UP_QUICK) if chosen.quick else (PENDING, WARM_UP)
    found = asdict(measure(*sizes))
    if chosen.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name:16} {value:,}")


if __name__ == "__main__":
    main()
