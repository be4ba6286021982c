"""The company's file as its assistant sees it: which day it is, what the sources hold, which systems are down."""

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from holdfast.integration.tools.contract import ToolFailure
from holdfast.integration.tools.stock.sql.sqlite_file import SqliteFile
from holdfast.kernel.errors import InputError

BUSY_SECONDS = 5.0
SYSTEMS = ("finance", "shipping", "incidents")
_FIELDS = "SELECT field, meaning FROM dictionary WHERE source = ? ORDER BY rowid"


class Company:
    """One company file. Every method opens it, and closes it again."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def check(self) -> None:
        """Raise InputError for a file that is no company's."""
        if not self.path.is_file():
            raise InputError(
                f"expected a company's file at '{self.path}', found none: make one with 'holdfast init meeting'"
            )
        try:
            self.about()
        except (sqlite3.Error, IndexError) as error:
            raise InputError(f"expected a company's file at '{self.path}', found what is none: {error}") from error

    def about(self) -> dict[str, str]:
        """Return its name, the day that it is there, and its currency."""
        return self._rows("SELECT name, as_of, currency FROM company")[0]

    def sources(self, systems: Collection[str]) -> list[dict[str, object]]:
        """Return the sources of some systems, with what their fields mean."""
        return [
            {
                **each,
                "fields": {
                    row["field"]: row["meaning"]
                    for row in self._rows(
                        "SELECT field, meaning FROM dictionary WHERE source = ? ORDER BY rowid", each["source"]
                    )
                },
            }
            for each in self._rows("SELECT source, system, meaning FROM sources ORDER BY rowid")
            if each["system"] in systems
        ]

    def database(self, systems: Collection[str]) -> SqliteFile:
        """Return the sources of some systems, as the SQL tools read them."""
        return SqliteFile(self.path, name="the company", tables=[str(each["source"]) for each in self.sources(systems)])

    def source(self, source: str) -> SqliteFile:
        """Return one source alone."""
        return SqliteFile(self.path, name=source, tables=[source])

    def system_of(self, source: str) -> str:
        """Return the system that holds a source. Raises ToolFailure for one that there is not."""
        found = self._rows("SELECT system FROM sources WHERE source = ?", source)
        if not found:
            raise ToolFailure(f"there is no source {source!r}")
        return found[0]["system"]

    def is_down(self, system: str) -> bool:
        """Whether a system answers nobody at present."""
        return bool(self._rows("SELECT system FROM outage WHERE system = ?", system))

    def fail(self, *systems: str) -> None:
        """Have these systems be down from now on, and no others."""
        with self._open("rw") as file, file:
            file.execute("DELETE FROM outage")
            file.executemany("INSERT INTO outage VALUES (?)", [(system,) for system in systems])

    def _rows(self, query: str, *values: object) -> list[dict[str, str]]:
        with self._open("ro") as file:
            return [dict(row) for row in file.execute(query, values)]

    @contextmanager
    def _open(self, mode: str) -> Iterator[sqlite3.Connection]:
        uri = f"{self.path.absolute().as_uri()}?mode={mode}"
        with closing(sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS)) as file:
            file.row_factory = sqlite3.Row
            yield file
