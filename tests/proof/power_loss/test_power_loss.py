"""Whatever moment power fails at, all that was acknowledged is there afterwards, and nothing is there in part."""

import asyncio
import itertools
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.proof.power_loss.connection import TapedConnection
from tests.proof.power_loss.table import Cut, cuts
from tests.proof.power_loss.tape import Removed, Tape, Wrote
from tests.proof.power_loss.workload import record

DATABASE = "journal.db"
SEEDS = range(1, 9)


@pytest.fixture
def restart(tmp_path: Path) -> Path:
    folder = tmp_path / "restart"
    folder.mkdir()
    return folder


def taped(folder: Path, synchronous: str = "FULL", *, large: bool = False) -> Tape:
    return asyncio.run(record(folder / DATABASE, synchronous, large=large))


def bad(cuts: list[Cut]) -> list[Cut]:
    assert len(cuts) > 1, "no point was looked at"
    return [cut for cut in cuts if cut.lost or cut.damage]


def test_a_power_cut_at_any_point_loses_nothing_that_was_acknowledged(tmp_path: Path, restart: Path) -> None:
    tape = taped(tmp_path)
    every_point = list(cuts(tape, DATABASE, restart))
    assert len(every_point) == len(list(tape.operations)) + 1
    assert bad(every_point) == []


def test_a_disk_that_keeps_half_of_a_write_loses_nothing_either(tmp_path: Path, restart: Path) -> None:
    assert bad(list(cuts(taped(tmp_path), DATABASE, restart, seed=0, every=4))) == []


def test_the_weaker_setting_loses_acknowledged_commits(tmp_path: Path, restart: Path) -> None:
    """The control: were nothing lost here, the tests above would show nothing. Easy to miss, for it breaks nothing."""
    found = list(cuts(taped(tmp_path, "NORMAL"), DATABASE, restart))
    assert any(cut.lost for cut in found)
    assert not any(cut.damage for cut in found)


class Hasty(TapedConnection):
    """Says that it has committed, and does so when it is next asked for anything."""

    owes = False

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        self.pay()
        if sql != "COMMIT":
            return super().execute(sql, parameters)
        self.owes = True
        return super().execute("SELECT 1")

    def close(self) -> None:
        self.pay()
        super().close()

    def pay(self) -> None:
        if self.owes:
            self.owes = False
            super().execute("COMMIT")


def test_an_acknowledgement_before_the_commit_is_found(tmp_path: Path, restart: Path) -> None:
    tape = asyncio.run(record(tmp_path / DATABASE, connection=Hasty))
    assert any(cut.lost for cut in cuts(tape, DATABASE, restart))


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_or_broken_whatever_the_disk_keeps(tmp_path: Path, restart: Path, seed: int) -> None:
    assert bad(list(cuts(taped(tmp_path), DATABASE, restart, seed))) == []


@pytest.mark.slow
def test_a_disk_that_is_never_flushed_breaks_the_database(tmp_path: Path, restart: Path) -> None:
    """The other control: the search does see damage where there is some."""
    assert any(cut.damage for cut in cuts(taped(tmp_path, "OFF"), DATABASE, restart, seed=0))


@pytest.mark.slow
def test_nothing_is_lost_while_the_log_moves_into_the_database(tmp_path: Path, restart: Path) -> None:
    tape = taped(tmp_path, large=True)
    assert moves_between_commits(tape), "the log never outgrew its limit: make the payloads larger"
    assert bad(list(cuts(tape, DATABASE, restart))) == []
    assert bad(list(cuts(tape, DATABASE, restart, seed=0, every=37))) == []


def moves_between_commits(tape: Tape) -> bool:
    """Whether the database itself was written while the log stayed in use, not only when the store was closed."""
    log = f"{DATABASE}-wal"
    told = [operation for operation in tape.operations if isinstance(operation, Wrote | Removed)]
    in_use = itertools.takewhile(lambda operation: operation != Removed(log), told)
    return [name for name, _ in itertools.groupby(operation.name for operation in in_use)][-4:] == [log, DATABASE] * 2
