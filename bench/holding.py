"""Has each figure of ``bench.runs`` measured in a process of its own, and gathers them."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROCESS_SECONDS_MAX = 900
TURNS_BEFORE_A_PROMPT_IS_MEASURED = 5

Read = dict[str, float]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many runs each figure is taken of."""

    active: int
    warm_up: int
    parked: int
    turns: int
    resumed: int


FULL = Sizes(active=1_000, warm_up=2_000, parked=10_000, turns=100, resumed=1_000)
QUICK = Sizes(active=100, warm_up=100, parked=200, turns=10, resumed=50)


@dataclass(frozen=True, slots=True)
class Held:
    """What runs cost. Memory is what the process's resident memory grew by."""

    active_runs: int
    active_run_bytes: int
    """A driven run that waits for its model's first reply to a prompt of a few words."""
    active_run_with_prompt_bytes: int
    """The same after five turns of 3 KB each, all of which are in its next prompt."""
    parked_runs: int
    parked_runs_bytes: int
    """All of those runs together, in the process that drove and parked them. They wait for a person, in doubt."""
    parked_runs_restart_bytes: int
    """All of them together, in a process that opens their store anew."""
    long_run_turns: int
    long_run_disk_bytes: int
    """One run of so many turns, 3 KB each: everything in its store's folder, an empty store's tables included."""
    long_run_prompts: int
    long_run_prompts_exact: int
    """How many of its prompts were rebuilt from that, byte for byte."""
    long_run_prompt_bytes: int
    """Those prompts together: what keeping each of them would have taken."""
    resumed_runs: int
    resume_seconds: float
    """From opening the store after a SIGKILL until every run has asked its model again."""
    resume_cpu_seconds: float


def measure_runs(sizes: Sizes, folder: Path) -> Held:
    """Measure everything, one after the other, in folders of its own below ``folder``."""
    with fresh(folder) as own:
        active = take("active", "--runs", sizes.active, "--turns", 0, "--folder", own)
    with fresh(folder) as own:
        turns = TURNS_BEFORE_A_PROMPT_IS_MEASURED
        with_prompt = take("active", "--runs", sizes.active, "--turns", turns, "--folder", own)
    with fresh(folder) as own:
        parked = take("parked", "park", "--warm-up", sizes.warm_up, "--runs", sizes.parked, "--folder", own)
        held = take("parked", "look", "--folder", own)
    with fresh(folder) as own:
        empty = take("parked", "look", "--folder", own)
    with fresh(folder) as own:
        long = take("disk", "--turns", sizes.turns, "--folder", own)
    with fresh(folder) as own:
        _kill_in_mid_run(sizes.resumed, own)
        resumed = take("resume", "go-on", "--runs", sizes.resumed, "--folder", own)
    return Held(
        active_runs=sizes.active,
        active_run_bytes=int(active["bytes_per_run"]),
        active_run_with_prompt_bytes=int(with_prompt["bytes_per_run"]),
        parked_runs=int(parked["waiting"]) - sizes.warm_up,
        parked_runs_bytes=int(parked["grown_bytes"]),
        parked_runs_restart_bytes=int(held["held_bytes"] - empty["held_bytes"]),
        long_run_turns=sizes.turns,
        long_run_disk_bytes=int(long["disk_bytes"]),
        long_run_prompts=int(long["prompts"]),
        long_run_prompts_exact=int(long["prompts_exact"]),
        long_run_prompt_bytes=int(long["prompt_bytes"]),
        resumed_runs=sizes.resumed,
        resume_seconds=round(resumed["seconds"], 3),
        resume_cpu_seconds=round(resumed["cpu_seconds"], 3),
    )


@contextmanager
def fresh(folder: Path) -> Iterator[Path]:
    """Lend an empty folder below ``folder``."""
    with tempfile.TemporaryDirectory(dir=folder) as own:
        yield Path(own)


def _command(module: str, *arguments: object) -> list[str]:
    return [sys.executable, "-m", f"bench.runs.{module}", *map(str, arguments)]


def take(module: str, *arguments: object) -> Read:
    """Return what a program of ``bench.runs`` prints; say how long it took."""
    started = time.perf_counter()
    done = subprocess.run(
        _command(module, *arguments),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        timeout=PROCESS_SECONDS_MAX,
        check=True,
    )
    print(f"{time.perf_counter() - started:6.1f} s  {module} {' '.join(map(str, arguments))}", file=sys.stderr)
    read: Read = json.loads(done.stdout)
    return read


def _kill_in_mid_run(runs: int, folder: Path) -> None:
    """Have a process drive ``runs`` to where each waits for its model, and kill it there."""
    command = _command("resume", "begin", "--runs", runs, "--folder", folder)
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None, "its output is a pipe"
        said = process.stdout.readline().strip()
        process.kill()
    if said != "ready":
        raise subprocess.CalledProcessError(process.returncode, command)
