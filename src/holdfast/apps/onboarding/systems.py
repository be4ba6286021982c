"""The two systems that a new colleague is entered in: the directory and the mail system, each a file of its own.

Each knows the keys of what it was asked for, so that the same request twice is one. Each can be down: then it refuses
whatever it is asked for, and has done nothing.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from holdfast.integration.tools.contract import ToolFailure
from holdfast.kernel.errors import InputError

BUSY_SECONDS = 5.0
DIRECTORY, MAIL = "directory.db", "mail.db"

_TABLES = {
    DIRECTORY: (
        "CREATE TABLE accounts (login TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL) STRICT;"
        "CREATE TABLE permissions (login TEXT NOT NULL REFERENCES accounts, permission TEXT NOT NULL, "
        "PRIMARY KEY (login, permission)) STRICT;"
    ),
    MAIL: (
        "CREATE TABLE mailboxes (address TEXT PRIMARY KEY, login TEXT NOT NULL) STRICT;"
        "CREATE TABLE sent (recipient TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL) STRICT;"
    ),
}
_OWN = (
    "PRAGMA journal_mode = WAL;"
    "CREATE TABLE requests (key TEXT PRIMARY KEY) STRICT;"
    "CREATE TABLE outage (what TEXT PRIMARY KEY) STRICT;"
)


class System:
    """One of the two, in its file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def make(cls, path: Path) -> "System":
        """Make an empty one at ``path``, named as the system is. Raises InputError if there is something already."""
        if path.exists():
            raise InputError(f"expected no file yet at '{path}', found one: name another folder, or go on with it")
        try:
            with closing(sqlite3.connect(path)) as made:
                made.executescript(_OWN + _TABLES[path.name])
        except (OSError, sqlite3.Error) as error:
            raise InputError(f"expected to make a system at '{path}', found: {error}") from error
        return cls(path)

    def check(self) -> None:
        """Raise InputError for a file that is no such system."""
        if not self.path.is_file():
            raise InputError(f"expected a system at '{self.path}', found none: make it with 'holdfast init onboarding'")
        try:
            self.rows("SELECT what FROM outage")
        except sqlite3.Error as error:
            raise InputError(f"expected a system at '{self.path}', found what is none: {error}") from error

    def fail(self, what: str | None) -> None:
        """Be down for ``what`` from now on; for nothing, if there is None."""
        with self._open() as system:
            system.execute("DELETE FROM outage")
            if what is not None:
                system.execute("INSERT INTO outage VALUES (?)", (what,))

    @contextmanager
    def asked(self, what: str, key: str | None = None) -> Iterator[sqlite3.Connection | None]:
        """Do ``what`` in one transaction; None if it was done under ``key`` before. Raises ToolFailure while down."""
        with self._open() as system:
            if system.execute("SELECT 1 FROM outage WHERE what = ?", (what,)).fetchone():
                raise ToolFailure(f"the {self.path.stem} system is down for {what}: nothing was done", retryable=True)
            known = key and system.execute("SELECT 1 FROM requests WHERE key = ?", (key,)).fetchone()
            yield None if known else system
            if key and not known:
                system.execute("INSERT INTO requests VALUES (?)", (key,))

    def rows(self, query: str, *values: object) -> list[dict[str, object]]:
        """Return what it holds."""
        with self._open() as system:
            return [dict(row) for row in system.execute(query, values)]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        uri = f"{self.path.absolute().as_uri()}?mode=rw"
        with closing(sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)) as system:
            system.row_factory = sqlite3.Row
            system.execute("PRAGMA foreign_keys = ON")
            system.execute("BEGIN IMMEDIATE")
            with system:
                yield system


class Directory(System):
    """Accounts and permissions."""


class Mail(System):
    """Mailboxes, and what was sent."""
