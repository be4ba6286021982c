"""Who drives a store at this moment: the holder of the lock beside the file, looked at and not taken."""

import fcntl
import os
from pathlib import Path

import msgspec

HOLDER_BYTES_MAX = 4096


class Holder(msgspec.Struct, frozen=True):
    """A process that drives a store, and since when."""

    pid: int
    host: str
    since: float


UNKNOWN = Holder(0, "an unknown host", 0.0)


def driver_of(store: Path) -> Holder | None:
    """Return who drives the store at ``store``; None if nobody does."""
    store = store.resolve()
    try:
        descriptor = os.open(store.with_name(store.name + ".lock"), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read(os.pread(descriptor, HOLDER_BYTES_MAX, 0))
    finally:
        os.close(descriptor)
    return None


def _read(found: bytes) -> Holder:
    try:
        return msgspec.json.decode(found, type=Holder)
    except msgspec.DecodeError:
        return UNKNOWN
