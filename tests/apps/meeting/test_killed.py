"""Killed with SIGKILL at any point, the hierarchy goes on where it was, and writes the same briefing to the byte."""

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from holdfast.apps.meeting.company.founding import found
from holdfast.journal.codec import decode
from holdfast.journal.events import ChildBegun, StepEnded

SECONDS_MAX = 120.0
SEED = 2


def prepare(folder: Path, kill_at: int = 0) -> "subprocess.CompletedProcess[str]":
    """Run the assistant to its end or to its death."""
    command = [sys.executable, "-m", "tests.apps.meeting.preparer", str(folder), str(kill_at)]
    return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS_MAX, check=False)


def written(folder: Path) -> dict[str, bytes]:
    """Return every file of the briefing."""
    out = folder / "out"
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def firm(folder: Path) -> Path:
    folder.mkdir()
    found(folder / "company.db", SEED)
    return folder


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """A preparation that nothing befell, and how many points it passed."""
    folder = firm(tmp_path_factory.mktemp("whole") / "firm")
    done = prepare(folder)
    assert done.returncode == 0, done.stderr
    return folder, int(done.stdout)


@pytest.mark.parametrize(
    "tenth", [pytest.param(tenth, marks=() if tenth == 5 else pytest.mark.slow) for tenth in range(1, 10)]
)
def test_killed_anywhere_it_writes_the_same_briefing(tmp_path: Path, whole: tuple[Path, int], tenth: int) -> None:
    before, points = whole
    folder = firm(tmp_path / "firm")
    died = prepare(folder, points * tenth // 10)
    assert died.returncode in (-signal.SIGKILL, 0), died.stderr
    again = prepare(folder)
    assert again.returncode == 0, again.stderr
    assert written(folder).keys() == written(before).keys()
    assert written(folder) == written(before)
    with closing(sqlite3.connect(f"file:{folder / 'runs.db'}?mode=ro", uri=True)) as store:
        rows = store.execute("select run_id, body from events order by run_id, version").fetchall()
    events = [(run, decode(body)) for run, body in rows]
    done = [(run, e.node, e.turn, e.call, e.attempt) for run, e in events if isinstance(e, StepEnded)]
    assert len(done) == len(set(done)), "nothing that had ended was done again"
    begun = [event.child for _, event in events if isinstance(event, ChildBegun)]
    assert len(begun) == len(set(begun)) == 19, "no child is begun twice, and none is lost"
