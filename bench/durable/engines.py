"""What is measured, each in a fresh process with a fresh folder, by the Python that has it installed."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.durable.measure import Figures
from bench.environment import Unavailable, prepare, version_of
from holdfast.version import VERSION

ROOT = Path(__file__).parents[2]
PEERS = ROOT / ".venv-bench"
LANGGRAPH = Path(__file__).with_name("langgraph.txt")
PROCESS_SECONDS_MAX = 600


@dataclass(frozen=True, slots=True)
class Engine:
    """A module to run as a program, and the Python to run it with."""

    name: str
    version: str
    module: str
    python: Path | Unavailable


def engines(names: Sequence[str]) -> tuple[Engine, ...]:
    """Return the engines called ``names``; the peer is installed if it is not yet. Raises KeyError for another name."""
    here = Path(sys.executable)
    known: dict[str, Callable[[], Engine]] = {
        "holdfast": lambda: Engine("holdfast", VERSION, "bench.durable.holdfast", here),
        "langgraph": lambda: Engine(
            "langgraph",
            version_of("langgraph", LANGGRAPH),
            "bench.durable.langgraph_sqlite",
            prepare(PEERS, LANGGRAPH),
        ),
        "floor": lambda: Engine("floor", VERSION, "bench.durable.floor", here),
    }
    return tuple(known[name]() for name in names)


def measure_once(python: Path, module: str, runs: int, in_flight: int, folder: Path) -> Figures:
    """Return what one process measured. Raises CalledProcessError where it failed: there is no figure then."""
    with tempfile.TemporaryDirectory(dir=folder) as own:
        command = [str(python), "-m", module, "--runs", f"{runs}", "--in-flight", f"{in_flight}", "--folder", own]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "LANGSMITH_TRACING": "false"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            timeout=PROCESS_SECONDS_MAX,
            check=True,
        )
    return Figures(**json.loads(done.stdout))
