"""What it costs to be there: to start, to hold runs in memory and on the disk, to go on with them after a crash.

The CPU seconds of `import holdfast` and of `holdfast --help` are medians over fresh processes, user and system time
together, the interpreter's own start included: bare Python is printed so that a reader can take it off. Each figure of
runs comes from a process of its own (``bench.runs``).
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.holding import FULL, QUICK, Held, Sizes, measure_runs
from bench.machine import load_average

REPEATS = 5


@dataclass(frozen=True, slots=True)
class Footprint:
    """The figures and the machine they were taken on."""

    import_cpu_seconds: float
    help_cpu_seconds: float
    bare_python_cpu_seconds: float
    runs: Held
    repeats: int
    python: str
    system: str
    machine: str
    cpus: int
    load_average: float


def measure(repeats: int = REPEATS, sizes: Sizes = FULL, folder: Path | None = None) -> Footprint:
    """Measure on this machine, now. Raises `CalledProcessError` if a command fails, whose figure would mean nothing."""
    program = Path(sysconfig.get_path("scripts")) / "holdfast"
    return Footprint(
        import_cpu_seconds=median_cpu_seconds([sys.executable, "-c", "import holdfast"], repeats),
        help_cpu_seconds=median_cpu_seconds([str(program), "--help"], repeats),
        bare_python_cpu_seconds=median_cpu_seconds([sys.executable, "-c", "pass"], repeats),
        runs=measure_runs(sizes, folder or Path(tempfile.gettempdir())),
        repeats=repeats,
        python=platform.python_version(),
        system=f"{platform.system()} {platform.release()}",
        machine=platform.machine(),
        cpus=os.cpu_count() or 0,
        load_average=round(load_average(), 2),
    )


def median_cpu_seconds(command: Sequence[str], repeats: int) -> float:
    """The median over `repeats` processes, after one that warms caches and bytecode."""
    cpu_seconds(command)
    return round(statistics.median(cpu_seconds(command) for _ in range(repeats)), 4)


def cpu_seconds(command: Sequence[str]) -> float:
    """User and system time of one process, waited for by its own id so that no other child is counted."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, list(command))
    return usage.ru_utime + usage.ru_stime


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.footprint", description="What it costs to be there.")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--repeats", type=int, default=REPEATS, help=f"processes a figure (default {REPEATS})")
    parser.add_argument("--quick", action="store_true", help="few runs: for a look, not for a record")
    parser.add_argument("--folder", type=Path, help="on which disk to measure")
    chosen = parser.parse_args(arguments)
    footprint = measure(chosen.repeats, QUICK if chosen.quick else FULL, chosen.folder)
    if chosen.json:
        print(json.dumps(asdict(footprint), indent=2))
        return
    print(f"import holdfast   {footprint.import_cpu_seconds:.3f} s CPU")
    print(f"holdfast --help   {footprint.help_cpu_seconds:.3f} s CPU")
    print(f"bare Python       {footprint.bare_python_cpu_seconds:.3f} s CPU")
    print(f"median of {footprint.repeats}; Python {footprint.python}, {footprint.system}, {footprint.cpus} CPUs")
    for name, figure in asdict(footprint.runs).items():
        print(f"{figure:>12,}  {name.replace('_', ' ')}")


if __name__ == "__main__":
    main()
