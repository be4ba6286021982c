"""How a connection to the file is set up, and how SQLite's errors are told."""

import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from holdfast.kernel.errors import JournalError

Opener = Callable[..., sqlite3.Connection]
"""Opens a file as ``sqlite3.connect`` does and takes its keywords: the place for a disk that fails on demand."""

VERSION_MIN = (3, 24, 0)
"""The first SQLite with ON CONFLICT … DO NOTHING."""

BUSY_SECONDS = 10.0
"""How long to wait for another process's write transaction."""
TRY_AGAIN_SECONDS = 0.02

TURN_SECONDS = 0.003
"""How long SQLite itself waits for its turn to write; we ask again at once.

Left alone it waits longer and longer, 100 ms in the end, and finds the file free only by luck beside a busy writer.
"""

PAGE_BYTES = 8192
CHECKPOINT_PAGES = 1000
CACHE_KIB_WRITING = 8000
CACHE_KIB_READING = 2000
WAL_BYTES_KEPT = 64 * 1024 * 1024
STATEMENTS_CACHED = 128

_SETTINGS = (
    # FULL flushes at every commit: with NORMAL a power cut loses commits that were acknowledged.
    ("synchronous", "FULL"),
    # On macOS a plain flush leaves data in the drive's cache; elsewhere these two do nothing.
    ("fullfsync", "ON"),
    ("checkpoint_fullfsync", "ON"),
    ("foreign_keys", "ON"),
    ("trusted_schema", "OFF"),
    ("wal_autocheckpoint", str(CHECKPOINT_PAGES)),
    ("journal_size_limit", str(WAL_BYTES_KEPT)),
)

_ADVICE = {
    "SQLITE_FULL": "make room on the disk, then try again",
    "SQLITE_BUSY": f"another process kept the file locked for over {BUSY_SECONDS:g} s: find it, or try again",
    "SQLITE_IOERR": "check the disk and its file system, then open the store again",
    "SQLITE_READONLY": "make the file and its folder writable for this user",
    "SQLITE_CANTOPEN": "check that the folder exists and that this user may write there",
    "SQLITE_CORRUPT": "the file is damaged: restore it from a backup",
    "SQLITE_NOTADB": "the file is no SQLite database: choose another path",
}


def create(path: Path) -> None:
    """Make the file and its folder if they are missing; nobody but the owner may read a new file.

    An existing file is not opened: closing a descriptor of ours would drop the locks of a connection to it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        return
    except OSError as failure:
        raise JournalError(f"cannot create the store {path}: {failure.strerror}; choose another path") from failure


def connect(path: Path, *, writes: bool, opener: Opener = sqlite3.connect) -> sqlite3.Connection:
    """Return a connection in autocommit mode with every setting of ours; one thread at a time may use it."""
    if sqlite3.sqlite_version_info < VERSION_MIN:
        needed = ".".join(map(str, VERSION_MIN))
        raise JournalError(f"SQLite {needed} or newer is needed, found {sqlite3.sqlite_version}: use a newer Python")
    connection = opener(
        path,
        timeout=TURN_SECONDS if writes else BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=STATEMENTS_CACHED,
    )
    try:
        for name, value in _SETTINGS:
            connection.execute(f"PRAGMA {name} = {value}")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB_WRITING if writes else CACHE_KIB_READING}")
        connection.execute(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def is_busy(failure: sqlite3.Error) -> bool:
    """Whether another connection is in the way, so that trying again helps."""
    return getattr(failure, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


def once_free(opened: Callable[[], sqlite3.Connection]) -> sqlite3.Connection:
    """Return what ``opened`` returns, asked again for ``BUSY_SECONDS`` while another connection is in the way.

    For laying out a new file: of two that do it at once SQLite refuses one without waiting.
    Raises what ``opened`` raises.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            return opened()
        except sqlite3.Error as failure:
            if not is_busy(failure) or time.monotonic() > deadline:
                raise
        time.sleep(TRY_AGAIN_SECONDS)


def explained(path: Path, task: str, failure: sqlite3.Error) -> JournalError:
    """Return the error to raise for ``failure``: what was tried, what SQLite said, and what to do."""
    name = getattr(failure, "sqlite_errorname", "")
    advice = next((text for prefix, text in _ADVICE.items() if name.startswith(prefix)), "see the cause")
    said = f"{failure} ({name})" if name else str(failure)
    return JournalError(f"could not {task} {path}: {said}. {advice}")
