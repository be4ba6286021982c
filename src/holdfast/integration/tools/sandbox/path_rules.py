"""What Landlock is told: which kinds of access it governs on this kernel, and which of them a path is given. Pure.

See landlock(7). Each version of its interface governs more; what a version does not know it does not stop.
"""

import ctypes
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path

CREATE_RULESET, ASK_VERSION = 444, 1
VERSION_MIN = 4
"""From 4 on it governs TCP as well: below that the level is refused."""
SCOPED_FROM = 6

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
MAKE_DEVICES = 1 << 6 | 1 << 11
FIRST_VERSION = (1 << 13) - 1
REFER, TRUNCATE, IOCTL_DEVICE = 1 << 13, 1 << 14, 1 << 15
SINCE = ((2, REFER), (3, TRUNCATE), (5, IOCTL_DEVICE))
NETWORK, SCOPES = 3, 3
"""TCP bind and connect; abstract sockets and signals."""
FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEVICE
"""What can be granted on a plain file: any other right in its rule is an error."""

READS = EXECUTE | READ_FILE | READ_DIR

Rule = tuple[str, int]


def version() -> int:
    """Return the version of Landlock this kernel offers, 0 if none."""
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "syscall"):
        return 0
    found: int = libc.syscall(ctypes.c_long(CREATE_RULESET), None, ctypes.c_long(0), ctypes.c_long(ASK_VERSION))
    return max(0, found)


def handled(version: int) -> Sequence[int]:
    """Return what is governed: rights on files, on the network, scopes; as many as the version knows."""
    rights = FIRST_VERSION
    for since, right in SINCE:
        if version >= since:
            rights |= right
    if version < VERSION_MIN:
        return (rights,)
    return (rights, NETWORK, SCOPES) if version >= SCOPED_FROM else (rights, NETWORK)


def rules(version: int, readable: Iterable[Path], writable: Iterable[Path]) -> list[Rule]:
    """Return a rule for each path that exists: what may be read and run, and what may be written too."""
    everything = handled(version)[0] & ~MAKE_DEVICES
    given = [*((path, READS) for path in readable), *((path, everything) for path in writable)]
    return [(str(path), _fitting(path, rights)) for path, rights in given if path.exists()]


def _fitting(path: Path, rights: int) -> int:
    return rights if stat.S_ISDIR(path.stat().st_mode) else rights & FILE_RIGHTS
