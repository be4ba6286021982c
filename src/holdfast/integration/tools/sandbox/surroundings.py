"""What a job finds around it on this machine: the programs it may read and run, its environment, and its user."""

import os
import stat
import sys
from collections.abc import Mapping
from pathlib import Path

from holdfast.integration.tools.sandbox.port import Job

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/alternatives")
DEVICES_READ = ("/dev/urandom", "/dev/zero")
DEVICES_WRITTEN = ("/dev/null",)
PATH = "/usr/local/bin:/usr/bin:/bin"
JOB_USER = 65_534
"""Nobody: it owns neither the journal nor anything else, so what is allowed to owners is allowed to no job."""


def programs() -> tuple[Path, ...]:
    """Return the folders of the system's programs and of this interpreter's, without its caller's code."""
    interpreter = (sys.prefix, sys.base_prefix, str(Path(sys.executable).resolve().parent))
    return tuple(Path(each) for each in dict.fromkeys((*SYSTEM, *interpreter)) if Path(each).exists())


def environment(job: Job) -> Mapping[str, str]:
    """Return the job's environment, made from nothing: ours is not filtered, for a filter forgets."""
    folder = str(job.folder)
    return {"PATH": PATH, "HOME": folder, "TMPDIR": folder, "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}


def limits(job: Job, *, is_other_user: bool) -> Mapping[str, tuple[int, int]]:
    """Return the limits that the kernel keeps, by name, soft and hard.

    Processes are counted for a user, all that it runs, and for root not at all: so only where jobs have a user.
    """
    most = job.limits
    found = {
        "RLIMIT_AS": (most.memory_bytes, most.memory_bytes),
        "RLIMIT_CPU": (most.cpu_seconds, most.cpu_seconds + 1),
        "RLIMIT_CORE": (0, 0),
        "RLIMIT_FSIZE": (most.file_bytes, most.file_bytes),
        "RLIMIT_NOFILE": (most.files_open, most.files_open),
    }
    if is_other_user:
        found["RLIMIT_NPROC"] = (most.processes, most.processes)
    return found


def other_user() -> int | None:
    """Return the user to run jobs as: nobody if we are root, and none but ourselves if we are not."""
    return JOB_USER if os.geteuid() == 0 else None


def is_open_to_all(path: Path) -> bool:
    """Whether any user can come to ``path``: every folder on the way may be passed by others."""
    return all(each.stat().st_mode & stat.S_IXOTH for each in (path, *path.parents) if each.is_dir())
