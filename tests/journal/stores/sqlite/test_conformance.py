"""The SQLite store keeps the contract of a journal."""

from pathlib import Path

import pytest

from holdfast.journal.stores.sqlite import SqliteStore
from holdfast.kernel.clock import VirtualClock
from holdfast.testing.conformance.journal import EmptyingConformance, StoreConformance


class Disk:
    """A database file under test."""

    def __init__(self, path: Path) -> None:
        self.clock = VirtualClock()
        self._path = path

    def store(self) -> SqliteStore:
        return SqliteStore(self._path, self.clock)


class TestSqliteStore(StoreConformance, EmptyingConformance):
    @pytest.fixture
    def disk(self, tmp_path: Path) -> Disk:
        return Disk(tmp_path / "journal.db")
