"""The right to drive the file: a lock beside it that the kernel takes back when its holder dies."""

import fcntl
import os
import socket
import stat
import weakref
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from holdfast.kernel.errors import JournalError, StoreLocked

HOLDER_BYTES_MAX = 4096


class _Holder(msgspec.Struct, frozen=True):
    """Who holds the lock; kept in the lock file for the message to whoever comes second."""

    pid: int
    host: str
    since: float


class DriveLock:
    """An exclusive ``flock`` on ``<database>.lock``.

    The file stays when the lock is released: were it removed, two processes could each lock a file of that name.
    """

    def __init__(self, database: Path) -> None:
        self._database = database
        self._path = database.with_name(database.name + ".lock")
        self._descriptor: int | None = None

    def acquire(self, now: float) -> None:
        """Take the lock or raise StoreLocked with its holder; a second open in the same process is refused as well."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as failure:
            raise JournalError(
                f"cannot open the lock file {self._path}: {failure.strerror}; choose another path"
            ) from failure
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise JournalError(
                    f"expected the lock file {self._path} to be a plain file, found something else: remove it"
                )
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            holder = msgspec.json.encode(_Holder(os.getpid(), socket.gethostname(), now))
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, holder, 0)
        except BlockingIOError as refused:
            raise StoreLocked(self._refusal(os.pread(descriptor, HOLDER_BYTES_MAX, 0))) from refused
        except OSError as failure:
            raise JournalError(f"cannot lock {self._path}: {failure.strerror}; use a local disk") from failure
        else:
            self._descriptor, descriptor = descriptor, -1
            _held.add(self)
        finally:
            if descriptor >= 0:
                os.close(descriptor)

    def release(self) -> None:
        """Give the lock back; harmless when it is not held."""
        descriptor, self._descriptor = self._descriptor, None
        _held.discard(self)
        if descriptor is not None:
            os.close(descriptor)

    def _refusal(self, found: bytes) -> str:
        try:
            holder = msgspec.json.decode(found, type=_Holder)
        except msgspec.DecodeError:
            who = "another process"
        else:
            since = datetime.fromtimestamp(holder.since, UTC).isoformat(timespec="seconds")
            who = f"process {holder.pid} on {holder.host} (since {since})"
        return (
            f"the store {self._database} is driven by {who}: stop that process to drive it from here,"
            " or open it with drives=False to read, begin runs and post"
        )


_held: weakref.WeakSet[DriveLock] = weakref.WeakSet()


def _let_go_in_child() -> None:
    """Close the copies that a forked child has: the lock must end with the process that took it."""
    for lock in list(_held):
        lock.release()


os.register_at_fork(after_in_child=_let_go_in_child)
