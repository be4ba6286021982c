"""What a sandbox promises, whatever holds it: run one job in a folder of its own, and say how it ended."""

import enum
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import msgspec

MEGABYTE = 1 << 20


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """The most that one job may use."""

    wall_seconds: float = 20.0
    """The only limit that no platform fails to keep: past it everything the job started is killed."""
    cpu_seconds: int = 10
    memory_bytes: int = 512 * MEGABYTE
    """Of address space, each process."""
    output_bytes: int = MEGABYTE
    """Kept of each of standard output and standard error; what comes after it is read and dropped."""
    file_bytes: int = 64 * MEGABYTE
    """The longest file it may write."""
    files_open: int = 64
    may_fork: bool = False
    """Whether it may start processes of its own; threads it may always."""
    processes: int = 256
    """The most that all jobs may have, threads included, where they run as a user of their own."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One command, to be run in ``folder``, the only place it can write to and, with what it runs on, read."""

    command: tuple[str, ...]
    folder: Path
    stdin: bytes = b""
    readable: tuple[Path, ...] = ()
    """What it may read and run besides its folder, the system's programs and this interpreter's."""
    limits: Limits = Limits()


class Stop(enum.StrEnum):
    """Which limit ended a job."""

    WALL = "wall"
    CPU = "cpu"


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """How a job ended."""

    code: int
    """The exit code; below 0, the signal that ended it."""
    stdout: bytes
    stderr: bytes
    seconds: float
    stopped_by: Stop | None = None
    dropped_bytes: int = 0
    """What it printed beyond the limit."""


class Sandbox(Protocol):
    """Runs jobs; several may run at once."""

    @property
    def level(self) -> str:
        """What holds it: ``landlock`` or ``bubblewrap``."""

    @property
    def owner(self) -> int:
        """The user to whom a job's folder must belong."""

    @property
    def leaks(self) -> Sequence[str]:
        """The probes that are known to get through, by name: they are declared, not hidden."""

    async def run(self, job: Job) -> Ended:
        """Run ``job`` to its end, or to that of its time; a cancellation kills it.

        Raises SandboxFailed if it cannot be confined, and then nothing of it ran; or if something of it is left.
        """
