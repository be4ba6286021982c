"""The file is ours or refused, and migrations move it whole versions forward or not at all."""

import sqlite3
from pathlib import Path

import pytest

from holdfast.journal.stores.sqlite.layout import lay_out
from holdfast.journal.stores.sqlite.schema import MIGRATIONS, Migration
from holdfast.kernel.errors import JournalError
from holdfast.kernel.faults import Point, pass_by
from tests.journal.stores.sqlite.conftest import Spawn

NOTES: Migration = ("CREATE TABLE notes (note TEXT)", "INSERT INTO notes VALUES ('moved')")
NEXT = (*MIGRATIONS, NOTES)


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_a_new_file_goes_through_every_migration(path: Path) -> None:
    lay_out(path, may_upgrade=True, reach=pass_by, migrations=NEXT).close()
    assert rows(path, "PRAGMA user_version") == [(len(NEXT),)]
    assert rows(path, "SELECT note FROM notes") == [("moved",)]


def test_an_older_file_goes_through_what_is_missing(path: Path) -> None:
    lay_out(path, may_upgrade=True, reach=pass_by).close()
    for _ in range(2):
        lay_out(path, may_upgrade=True, reach=pass_by, migrations=NEXT).close()
    assert rows(path, "SELECT note FROM notes") == [("moved",)]


def test_a_migration_that_breaks_off_leaves_the_version_before(path: Path) -> None:
    lay_out(path, may_upgrade=True, reach=pass_by).close()
    broken: Migration = (*NOTES, "INSERT INTO nowhere VALUES (1)")
    with pytest.raises(JournalError, match="no such table: nowhere"):
        lay_out(path, may_upgrade=True, reach=pass_by, migrations=(*MIGRATIONS, broken))
    assert rows(path, "PRAGMA user_version") == [(len(MIGRATIONS),)]
    assert rows(path, "SELECT name FROM sqlite_master WHERE name = 'notes'") == []


def test_a_death_before_the_migration_is_committed_leaves_the_version_before(path: Path) -> None:
    def die(point: str) -> None:
        if point == Point.SQLITE_BEFORE_MIGRATION:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        lay_out(path, may_upgrade=True, reach=die)
    assert rows(path, "SELECT count(*) FROM sqlite_master") == [(0,)]
    lay_out(path, may_upgrade=True, reach=pass_by).close()
    assert rows(path, "PRAGMA user_version") == [(len(MIGRATIONS),)]


def test_only_a_driver_upgrades(path: Path) -> None:
    lay_out(path, may_upgrade=True, reach=pass_by).close()
    with pytest.raises(JournalError, match="start one driving process of this version first"):
        lay_out(path, may_upgrade=False, reach=pass_by, migrations=NEXT)


def test_a_newer_file_is_refused(path: Path) -> None:
    lay_out(path, may_upgrade=True, reach=pass_by, migrations=NEXT).close()
    with pytest.raises(JournalError, match="use a newer Holdfast"):
        lay_out(path, may_upgrade=True, reach=pass_by)


def test_a_file_that_is_no_database_is_refused_and_left_alone(path: Path) -> None:
    text = b"Dear diary, " * 100
    path.write_bytes(text)
    with pytest.raises(JournalError, match="no SQLite database: choose another path"):
        lay_out(path, may_upgrade=True, reach=pass_by)
    assert path.read_bytes() == text


@pytest.mark.parametrize("mark", ["CREATE TABLE theirs (x)", "PRAGMA application_id = 7", "PRAGMA user_version = 3"])
def test_a_database_of_another_application_is_refused_and_left_alone(path: Path, mark: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(mark)
    connection.close()
    before = path.read_bytes()
    with pytest.raises(JournalError, match="another application"):
        lay_out(path, may_upgrade=True, reach=pass_by)
    assert path.read_bytes() == before


def test_many_processes_may_open_a_new_file_at_once(path: Path, spawn: Spawn) -> None:
    children = [spawn("open") for _ in range(4)]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.close()
    assert [child.wait() for child in children] == [0, 0, 0, 0]
    assert rows(path, "SELECT count(*) FROM inbox") == [(4,)]
