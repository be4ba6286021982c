"""Calls the program as a user does: in this process, or in one of its own, with small applications installed for it."""

import contextlib
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import holdfast
from holdfast.surfaces.cli.main import main

ROOT = Path(__file__).parents[3]
SOURCES = Path(holdfast.__file__).parents[1]
APPS = (
    "asking",
    "boss",
    "courier",
    "doubtful",
    "gated",
    "governed",
    "greet",
    "pausing",
    "picky",
    "planned",
    "shop",
    "shout",
    "stall",
    "strict",
    "wide",
    "wondering",
)
HERE = "tests.surfaces.cli.tiny_apps"
PROCESS_SECONDS_MAX = 60


@dataclass(frozen=True)
class Done:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        return json.loads(self.err)["error"]


@dataclass(frozen=True)
class Program:
    """The program with a store of its own and the small applications installed."""

    folder: Path

    @property
    def store(self) -> Path:
        return self.folder / "runs" / "holdfast.db"

    @property
    def url(self) -> str:
        return f"sqlite:///{self.store}"

    @property
    def environment(self) -> dict[str, str]:
        """What a process of its own needs to find the small applications and the store."""
        path = os.pathsep.join(map(str, (self.folder, SOURCES, ROOT)))
        return {**os.environ, "PYTHONPATH": path, "HOLDFAST_STORE": self.url, "PYTHONWARNINGS": "error"}

    def __call__(self, *arguments: str) -> Done:
        """Run it in this process, on the store."""
        return self.bare(*arguments, "--store", self.url)

    def bare(self, *arguments: str) -> Done:
        """Run it in this process."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(arguments)
        return Done(int(code), out.getvalue(), err.getvalue())

    def begin(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start it in a process of its own: another terminal."""
        return subprocess.Popen(
            [
                sys.executable,
                "-c",
                "import sys; from holdfast.surfaces.cli.main import main; sys.exit(main())",
                *arguments,
            ],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def end(self, process: "subprocess.Popen[str]") -> Done:
        """Wait for that process."""
        out, err = process.communicate(timeout=PROCESS_SECONDS_MAX)
        return Done(process.returncode, out, err)


def install(folder: Path) -> None:
    """Declare the small applications as an installed package would, in a folder to put on the path."""
    info = folder / "tiny_apps-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tiny-apps\nVersion: 1.0\n")
    apps = "\n".join(f"{name} = {HERE}:{name}" for name in APPS)
    broken = "broken = no_such_package_anywhere:app"
    (info / "entry_points.txt").write_text(
        f"[holdfast.apps]\n{apps}\n{broken}\n\n[holdfast.cli]\nshout = {HERE}:shout_command\n"
        f"\n[holdfast.init]\nshout = {HERE}:shout_maker\n"
    )
