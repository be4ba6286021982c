"""Prints how many power cuts there were and what they cost, a line for each setting and kind of disk.

    python -m tests.proof.power_loss [--json]

FULL is what the store sets; NORMAL must lose and OFF must break, or this proof would show nothing.
"""

import asyncio
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from tests.proof.power_loss.table import Row, cuts, tell
from tests.proof.power_loss.workload import record

DATABASE = "journal.db"
SETTINGS = ("FULL", "NORMAL", "OFF")
DISKS = {"keeps what was flushed": None, "and half of the rest": 1}


def table() -> dict[str, dict[str, Row]]:
    """Cut the power at every point, for each setting and each kind of disk."""
    rows: dict[str, dict[str, Row]] = {}
    for synchronous in SETTINGS:
        with tempfile.TemporaryDirectory() as place:
            restart = Path(place) / "restart"
            restart.mkdir()
            tape = asyncio.run(record(Path(place) / DATABASE, synchronous))
            rows[synchronous] = {disk: tell(cuts(tape, DATABASE, restart, seed)) for disk, seed in DISKS.items()}
    return rows


def main() -> None:
    """Print the table, for people or for programs."""
    rows = table()
    if "--json" in sys.argv[1:]:
        told = {synchronous: {disk: asdict(row) for disk, row in disks.items()} for synchronous, disks in rows.items()}
        sys.stdout.write(json.dumps(told) + "\n")
        return
    line = "{:<12} {:<24} {:>7} {:>9} {:>14} {:>17} {:>15}\n"
    sys.stdout.write(
        line.format("synchronous", "disk", "points", "promises", "losing points", "lost at the worst", "corrupt points")
    )
    for synchronous, disks in rows.items():
        for disk, row in disks.items():
            sys.stdout.write(line.format(synchronous, disk, *asdict(row).values()))


if __name__ == "__main__":
    main()
