"""What is measured: the ways of making the same call, each in a fresh process, the provider in another."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.environment import Unavailable, prepare, version_of
from bench.gateway.bodies import APIS
from bench.gateway.calling import Way
from holdfast.version import VERSION

ROOT = Path(__file__).parents[2]
PEERS = ROOT / ".venv-bench-litellm"
LITELLM = Path(__file__).with_name("litellm.txt")
PROCESS_SECONDS_MAX = 600
OURS, BARE, CLIENT, PEER = "holdfast", "bare_http", "client", "litellm"


@dataclass(frozen=True, slots=True)
class Engine:
    """A way of calling: a module to run as a program, the Python to run it with, and the APIs that it knows."""

    name: str
    version: str
    module: str
    python: Path | Unavailable
    apis: Sequence[str] = APIS


def engines(names: Sequence[str]) -> tuple[Engine, ...]:
    """Return the engines called ``names``; the peer is installed if it is not yet. Raises KeyError for another name."""
    here = Path(sys.executable)
    made = {
        OURS: lambda: Engine(OURS, VERSION, "bench.gateway.holdfast", here),
        BARE: lambda: Engine(BARE, "httpx2", "bench.gateway.bare", here),
        CLIENT: lambda: Engine(CLIENT, "the providers' own", "bench.gateway.client", here),
        PEER: lambda: Engine(
            PEER,
            version_of("litellm", LITELLM),
            "bench.gateway.litellm_calls",
            prepare(PEERS, LITELLM),
            ("anthropic", "openai-chat"),
        ),
    }
    return tuple(made[name]() for name in names)


def measure_once(engine: Engine, way: Way, sizes: Sequence[int]) -> dict[str, float]:
    """Return milliseconds of CPU a call by number of messages. Raises CalledProcessError where there are none."""
    assert isinstance(engine.python, Path), "what is not installed is not measured"
    command = [str(engine.python), "-m", engine.module, "--api", way.api, "--url", way.url]
    command += ["--streams"] if way.streams else []
    command += ["--messages", *map(str, sizes)]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'src'}", "LITELLM_LOCAL_MODEL_COST_MAP": "True", "PATH": "/usr/bin:/bin"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        timeout=PROCESS_SECONDS_MAX,
        check=True,
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


@contextlib.contextmanager
def provider() -> Iterator[str]:
    """Run the provider in a process of its own; give its address."""
    command = [sys.executable, "-m", "bench.gateway.provider"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.stdin.close()
