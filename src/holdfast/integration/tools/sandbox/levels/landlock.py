"""The default level: Landlock for paths, seccomp for system calls, limits, and a user that owns nothing."""

import os
from collections.abc import Sequence
from pathlib import Path

from holdfast.integration.tools.sandbox import path_rules
from holdfast.integration.tools.sandbox.filter import program, this_machine
from holdfast.integration.tools.sandbox.folder import check_folder
from holdfast.integration.tools.sandbox.launching import Confinement, launch
from holdfast.integration.tools.sandbox.port import Ended, Job
from holdfast.integration.tools.sandbox.surroundings import (
    DEVICES_READ,
    DEVICES_WRITTEN,
    is_open_to_all,
    other_user,
    programs,
)
from holdfast.kernel.clock import Clock
from holdfast.kernel.errors import SandboxFailed


class LandlockSandbox:
    """Needs no privilege and no program, and works inside ordinary containers. Linux from 6.7 on x86-64 and arm64."""

    level = "landlock"
    leaks: Sequence[str] = ("stat_outside",)
    """Landlock does not check metadata that is only read: existence and size of files outside can be seen."""

    def __init__(self, clock: Clock, *, has_own_user: bool = True) -> None:
        """``has_own_user``: run as root, it runs jobs as nobody. Raises SandboxFailed where it cannot hold."""
        machine, version = this_machine(), path_rules.version()
        if machine is None:
            raise SandboxFailed(f"expected a filter for this processor, found none for {os.uname().machine}")
        if version < path_rules.VERSION_MIN:
            raise SandboxFailed(
                f"expected Landlock of version {path_rules.VERSION_MIN} (Linux 6.7) or later, found {version}: "
                "update the kernel, or enable the module 'landlock'"
            )
        self._clock, self._machine, self._version = clock, machine, version
        self._user, self._programs = other_user() if has_own_user else None, programs()
        self._reads_all = self._user is not None and not all(map(is_open_to_all, self._programs))

    @property
    def owner(self) -> int:
        return os.geteuid() if self._user is None else self._user

    async def run(self, job: Job) -> Ended:
        check_folder(job.folder, self.owner)
        readable = (*self._programs, *map(Path, DEVICES_READ), *job.readable)
        writable = (job.folder, *map(Path, DEVICES_WRITTEN))
        held = Confinement(
            command=job.command,
            program=program(self._machine, may_fork=job.limits.may_fork),
            handled=path_rules.handled(self._version),
            rules=path_rules.rules(self._version, readable, writable),
            user=self._user,
            reads_all=self._reads_all,
        )
        return await launch(job, held, self._clock)
