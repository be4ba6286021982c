"""The levels of sandbox that this machine can try, and jobs to run in them."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from holdfast.integration.tools.sandbox.folder import work_folder
from holdfast.integration.tools.sandbox.levels.bubblewrap import BubblewrapSandbox
from holdfast.integration.tools.sandbox.levels.landlock import LandlockSandbox
from holdfast.integration.tools.sandbox.port import Ended, Job, Limits, Sandbox
from holdfast.kernel.clock import SystemClock
from holdfast.kernel.errors import SandboxFailed

Make = Callable[[], Sandbox]


def landlock() -> Sandbox:
    return LandlockSandbox(SystemClock())


def landlock_as_ourselves() -> Sandbox:
    """As it is where we are not root: jobs run as the user that owns the victims."""
    return LandlockSandbox(SystemClock(), has_own_user=False)


def bubblewrap() -> Sandbox:
    return BubblewrapSandbox(SystemClock())


LEVELS = (landlock, landlock_as_ourselves, bubblewrap)


def made(make: Make) -> Sandbox:
    """Return the sandbox, or skip the test where this machine cannot have it; the default level CI must have."""
    try:
        return make()
    except SandboxFailed as failed:
        if os.environ.get("CI") and make is landlock:
            raise
        pytest.skip(str(failed))


async def run_code(sandbox: Sandbox, code: str, limits: Limits | None = None, stdin: bytes = b"") -> Ended:
    """Run a Python script in a folder of its own."""
    with work_folder(sandbox, {"main.py": code.encode()}) as folder:
        return await sandbox.run(python(folder, limits, stdin))


def python(folder: Path, limits: Limits | None = None, stdin: bytes = b"") -> Job:
    command = (sys.executable, "-I", str(folder / "main.py"))
    return Job(command=command, folder=folder, stdin=stdin, limits=limits or Limits())
