"""Where a peer runs: a virtual environment of its own, made when first needed; Holdfast's own never holds it."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

INSTALL_SECONDS_MAX = 600
REASON_CHARACTERS_MAX = 400


@dataclass(frozen=True, slots=True)
class Unavailable:
    """What is wanted cannot be had here."""

    reason: str


def prepare(folder: Path, requirements: Path, more: Sequence[str] = ()) -> Path | Unavailable:
    """Return a Python that has exactly ``requirements``, by pip as this machine configures it; or why there is none.

    ``more`` are further arguments for pip. What was installed once is used again until the requirements change.
    """
    wanted = requirements.read_text(encoding="utf-8")
    python, stamp = folder / "bin" / "python", folder / "installed.txt"
    if python.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    stamp.unlink(missing_ok=True)
    if reason := _failure((sys.executable, "-m", "venv", "--clear", str(folder))):
        return Unavailable(reason)
    (folder / ".gitignore").write_text("*\n", encoding="ascii")
    pip = (str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", *more)
    if reason := _failure((*pip, "--requirement", str(requirements))):
        return Unavailable(reason)
    stamp.write_text(wanted, encoding="utf-8")
    return python


def version_of(package: str, requirements: Path) -> str:
    """Return the version at which ``requirements`` pins ``package``."""
    pins = dict(line.split("==") for line in requirements.read_text(encoding="utf-8").splitlines() if "==" in line)
    return pins[package]


def _failure(command: Sequence[str]) -> str:
    """Run ``command``; return why it failed, or nothing."""
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=INSTALL_SECONDS_MAX, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{command[0]} could not be run: {error}"[:REASON_CHARACTERS_MAX]
    if done.returncode == 0:
        return ""
    said = (done.stderr or done.stdout).strip()
    return f"{' '.join(command[1:4])} ended with {done.returncode}: {said[-REASON_CHARACTERS_MAX:]}"
