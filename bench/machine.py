"""Where a figure was taken: the machine, its load, how fast its disk flushes, how much memory this process holds."""

import os
import platform
import resource
import sqlite3
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

FLUSHES = 50
FLUSHED_BYTES = 4096
PROCESSOR_FILE = Path("/proc/cpuinfo")
MEMORY_FILE = Path("/proc/self/statm")


@dataclass(frozen=True, slots=True)
class Machine:
    """What a reader needs to know to compare figures with other ones."""

    date: str
    python: str
    sqlite: str
    system: str
    processor: str
    cpus: int
    flush_ms: float
    """The median time of writing a page and flushing it to the disk: what a commit costs at least."""
    load_average_before: float
    load_average_after: float


def describe_machine(folder: Path, load_average_before: float) -> Machine:
    """Describe this machine, at the end of the measurements; ``folder`` is where they kept their files."""
    return Machine(
        date=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        python=platform.python_version(),
        sqlite=sqlite3.sqlite_version,
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        processor=next(_processors(), platform.processor() or "unknown"),
        cpus=os.cpu_count() or 0,
        flush_ms=round(flush_ms(folder), 3),
        load_average_before=round(load_average_before, 2),
        load_average_after=round(load_average(), 2),
    )


def load_average() -> float:
    """Return how many processes wanted a processor in the last minute."""
    return os.getloadavg()[0]


def flush_ms(folder: Path) -> float:
    """Return the median time in which a page appended to a file in ``folder`` reaches the disk."""
    path = folder / "flushed"
    seconds = []
    with path.open("wb", buffering=0) as file:
        for _ in range(FLUSHES):
            started = time.perf_counter()
            file.write(os.urandom(FLUSHED_BYTES))
            os.fsync(file.fileno())
            seconds.append(time.perf_counter() - started)
    path.unlink()
    return statistics.median(seconds) * 1_000


def resident_bytes() -> int:
    """Return how much memory this process holds now; where the system does not say, the most it has held."""
    if MEMORY_FILE.exists():
        return int(MEMORY_FILE.read_text(encoding="ascii").split()[1]) * resource.getpagesize()
    return resident_bytes_max()


def resident_bytes_max() -> int:
    """Return the most memory that this process has held."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _processors() -> Iterator[str]:
    if PROCESSOR_FILE.exists():
        for line in PROCESSOR_FILE.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                yield line.partition(":")[2].strip()
