"""Which sandbox holds on this machine: the levels, each probed before it is trusted."""

import enum
import os
import platform
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import msgspec

from holdfast.integration.tools.sandbox import path_rules
from holdfast.integration.tools.sandbox.levels.bubblewrap import BubblewrapSandbox
from holdfast.integration.tools.sandbox.levels.landlock import LandlockSandbox
from holdfast.integration.tools.sandbox.port import Sandbox
from holdfast.integration.tools.sandbox.probes.selftest import Verdict, self_test
from holdfast.kernel.clock import Clock, SystemClock
from holdfast.kernel.errors import SandboxFailed

USER_NAMESPACES, CGROUP_2 = Path("/proc/sys/user/max_user_namespaces"), Path("/sys/fs/cgroup/cgroup.controllers")


class Level(enum.StrEnum):
    """How strictly a job is held."""

    BUBBLEWRAP = "bubblewrap"
    LANDLOCK = "landlock"


class Examined(msgspec.Struct, frozen=True, kw_only=True):
    """What was found of one level."""

    level: Level
    refused: str = ""
    """Why it is not to be used; empty if it holds."""
    verdicts: tuple[Verdict, ...] = ()


_LEVELS: Sequence[tuple[Level, Callable[[Clock], Sandbox]]] = (
    (Level.BUBBLEWRAP, BubblewrapSandbox),
    (Level.LANDLOCK, LandlockSandbox),
)


async def open_sandbox(level: Level | None = None, clock: Clock | None = None) -> Sandbox:
    """Return the strictest sandbox that holds here, or the one of ``level``, after every probe was tried against it.

    Takes a few seconds: do it once, at the start. Raises SandboxFailed, with what got through, if none holds.
    """
    reasons = []
    for each, make in _LEVELS:
        if level in (None, each):
            sandbox, examined = await _examine(each, partial(make, clock or SystemClock()))
            if sandbox is not None:
                return sandbox
            reasons.append(f"{each}: {examined.refused}")
    raise SandboxFailed(
        f"expected a sandbox that holds, found none; {'; '.join(reasons)}: see 'holdfast sandbox doctor'"
    )


async def examine(clock: Clock | None = None) -> list[Examined]:
    """Return what is found of every level, the strictest first."""
    return [(await _examine(level, partial(make, clock or SystemClock())))[1] for level, make in _LEVELS]


def machine_facts() -> Mapping[str, str]:
    """Return what decides about sandboxes here, by name, for people to read."""
    return {
        "kernel": platform.release(),
        "processor": platform.machine(),
        "landlock": str(path_rules.version() or "none"),
        "user namespaces": _read(USER_NAMESPACES, "not known"),
        "cgroup": "2" if CGROUP_2.exists() else "1",
        "uid": str(os.geteuid()),
    }


def _read(path: Path, otherwise: str) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError:
        return otherwise


async def _examine(level: Level, make: Callable[[], Sandbox]) -> tuple[Sandbox | None, Examined]:
    try:
        sandbox = make()
        verdicts = tuple(await self_test(sandbox))
    except SandboxFailed as failed:
        return None, Examined(level=level, refused=str(failed))
    broken = [verdict for verdict in verdicts if not verdict.is_acceptable]
    if broken:
        told = ", ".join(f"{verdict.probe} ({verdict.found})" for verdict in broken)
        return None, Examined(level=level, refused=f"got through: {told}", verdicts=verdicts)
    return sandbox, Examined(level=level, verdicts=verdicts)
