"""Whatever instant the process dies at, every acknowledged commit is there afterwards, and no half of one."""

import itertools
import sqlite3
import subprocess
from pathlib import Path

import pytest

from holdfast.journal.ledger import Charged
from holdfast.journal.port import RunFilter
from holdfast.journal.stores.sqlite import SqliteStore
from holdfast.kernel.charges import Charge
from holdfast.kernel.clock import SystemClock
from holdfast.kernel.ids import PayloadId, RunId
from holdfast.testing.conformance.journal.charging import DAY
from holdfast.testing.conformance.journal.samples import RUN, events
from tests.journal.stores.sqlite.child import CHARGED_TOKENS
from tests.journal.stores.sqlite.conftest import Spawn

COMMITS_BEFORE_KILL = 40


def acknowledged(lines: list[str]) -> dict[RunId, int]:
    """The version that each run was told to have; a line cut short by the kill counts for nothing."""
    words = [line.split() for line in lines if line.endswith("\n")]
    return {RunId(run): int(version) for run, version in words}


async def check(path: Path, expected: dict[RunId, int]) -> None:
    store = SqliteStore(path, SystemClock())
    await store.open()
    for run, version in expected.items():
        assert (await store.head(run)).version >= version
    for head in await store.runs(RunFilter()):
        assert await store.read(head.run) == events(1, head.version)
        ids = [PayloadId(f"p{version}") for version in range(1, head.version)]
        assert sorted(await store.payloads(head.run, ids)) == sorted(ids)
    await store.close()


def kill_after(child: "subprocess.Popen[str]", commits: int) -> dict[RunId, int]:
    assert child.stdout is not None
    lines = list(itertools.islice(child.stdout, commits))
    child.kill()
    return acknowledged([*lines, *child.stdout])


@pytest.mark.parametrize("kills", [3, pytest.param(40, marks=pytest.mark.slow)])
async def test_a_killed_process_loses_nothing_it_was_told(path: Path, spawn: Spawn, kills: int) -> None:
    expected: dict[RunId, int] = {}
    for kill in range(kills):
        told = kill_after(spawn("commit"), COMMITS_BEFORE_KILL + 7 * kill)
        assert len(told) > 0
        expected |= told
        await check(path, expected)


async def test_a_death_at_any_point_leaves_whole_commits(tmp_path: Path, spawn: Spawn, crash_points: int) -> None:
    for number in range(1, 3 + crash_points):
        path = tmp_path / f"{number}.db"
        child = spawn("crash", number, path=path)
        told = acknowledged(child.communicate()[0].splitlines(keepends=True))
        await check(path, told)
        await check_letters(path)
        await check_ledger(path)
        if child.returncode == 0:
            break
        assert child.returncode == 137


async def check_letters(path: Path) -> None:
    store = SqliteStore(path, SystemClock())
    await store.open()
    version = max([head.version for head in await store.runs(RunFilter())], default=1)
    assert len(await store.inbox(RUN)) == version - 1
    await store.close()


async def check_ledger(path: Path) -> None:
    """What was charged is what the commits say that are there: none of it twice, none without its events."""
    store = SqliteStore(path, SystemClock())
    await store.open()
    commits = max([head.version for head in await store.runs(RunFilter())], default=1) - 1
    charge = Charge(DAY, tokens=commits * CHARGED_TOKENS, held_tokens=commits)
    assert await store.charged(DAY, DAY) == ((Charged("acme", "desk", charge),) if commits else ())
    await store.close()


ROWS = {"runs": 1, "events": 3, "payloads": 3, "inbox": 1}
TRIMMED = {**ROWS, "payloads": 0}


async def test_a_death_at_any_point_of_upkeep_leaves_a_run_whole_or_gone(tmp_path: Path, spawn: Spawn) -> None:
    """Told what was done before the death, one knows what must be there; in between, the one or the other."""
    for number in itertools.count(1):
        path = tmp_path / f"{number}.db"
        child = spawn("upkeep", number, path=path)
        told = child.communicate()[0].split("\n")[:-1]
        await reopened(path)
        found = rows(path)
        allowed = {
            "": [dict.fromkeys(ROWS, 0)],
            "restoring": [dict.fromkeys(ROWS, 0), ROWS],
            "restored": [ROWS],
            "backed up": [ROWS, TRIMMED, dict.fromkeys(ROWS, 0)],
            "removed": [dict.fromkeys(ROWS, 0)],
        }
        assert found in allowed[told[-1] if told else ""]
        copy = path.with_name(path.name + ".copy")
        assert not copy.exists() or rows(copy) == ROWS
        assert copy.exists() or "backed up" not in told
        if child.returncode == 0:
            break
        assert child.returncode == 137
    assert number > 10


async def reopened(path: Path) -> None:
    store = SqliteStore(path, SystemClock())
    await store.open()
    await store.close()


def rows(path: Path) -> dict[str, int]:
    connection = sqlite3.connect(path)
    try:
        return {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ROWS}
    finally:
        connection.close()
