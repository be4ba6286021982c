"""Has spin search the model: turns it into a program, compiles and runs that, and reads what it says."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.proof.protocol.promises import Promise, promise_in

MODEL = Path(__file__).parent
MAIN = "protocol.pml"
SECONDS_MAX = 240
DEPTH_MAX = 100_000
STORY_STEPS_MAX = 80

IS_HERE = shutil.which("spin") is not None and shutil.which("cc") is not None
needs_spin = pytest.mark.skipif(not IS_HERE, reason="needs spin and a C compiler (Debian: spin, gcc, libc6-dev)")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a search has found."""

    broken: Promise | None
    """None: every promise is kept in every order of events."""
    states: int
    unreached: frozenset[str]
    """The statements that no order of events comes to, if nothing was broken on the way."""
    story: str
    """How it comes to the broken promise: the last steps."""


def search(folder: Path, defines: str, *, forever: str | None = None) -> Verdict:
    """Search every order of events under ``defines``, such as ``"CRASHES=1 JUMPS=2"``, working in ``folder``.

    ``forever`` names a promise about all that follows, which is then looked at in place of the others, under weak
    fairness. Raises RuntimeError when the search fails or is cut off.
    """
    for file in MODEL.glob("*.pml"):
        shutil.copy(file, folder)
    flags = [f"-D{define}" for define in defines.split()]
    _run(folder, "spin", *flags, "-a", MAIN)
    kind = ("-O1", "-DNFAIR=3") if forever else ("-O0", "-DSAFETY", "-DNOCLAIM")
    _run(folder, "cc", "-w", *kind, "-o", "pan", "pan.c")
    said = _run(folder, "./pan", "-w22", f"-m{DEPTH_MAX}", *(("-a", "-f", "-N", forever) if forever else ()))
    return Verdict(_broken(said), _states(said), _unreached(said), _story(folder, flags))


def _run(folder: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS_MAX, check=False)
    said = done.stdout + done.stderr
    if done.returncode != 0 and command[0] != "./pan":
        raise RuntimeError(f"{' '.join(command)} failed: mend the model\n{said}")
    return said


def _broken(said: str) -> Promise | None:
    found = re.search(r"^pan:1: (.*)$", said, re.MULTILINE)
    broken = promise_in(found[1]) if found else None
    if broken is None and ("errors: 0" not in said or re.search(r"search depth too small|out of memory", said)):
        raise RuntimeError(f"the search did not come to its end: it needs more room, or the model is at fault\n{said}")
    return broken


def _states(said: str) -> int:
    found = re.search(r"(\d+) states, stored", said)
    return int(found[1]) if found else 0


def _unreached(said: str) -> frozenset[str]:
    found = re.findall(r'^\t(\w+\.pml:\d+), state (\d+), "(.*)"$', said, re.MULTILINE)
    return frozenset(f"{place} (state {state}) {text}" for place, state, text in found if text != "-end-")


def _story(folder: Path, flags: list[str]) -> str:
    trail = f"{MAIN}.trail"
    if not (folder / trail).exists():
        return ""
    steps = [
        step.strip() for step in _run(folder, "spin", *flags, "-p", "-k", trail, MAIN).splitlines() if "proc" in step
    ]
    return "\n".join(steps[-STORY_STEPS_MAX:])
