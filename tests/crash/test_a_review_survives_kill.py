"""A real review, killed with SIGKILL at many points: nothing finished is lost or repeated, the findings stay."""

import json
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from holdfast.journal.codec import decode
from holdfast.journal.events import DriverChanged, Event, ModelReplied, NodeEntered, NodeLeft, RunEnded, StepEnded

pytestmark = pytest.mark.slow

CODE = {
    "app/db.py": "def find(cursor, name):\n    cursor.execute(f\"select * from users where name = '{name}'\")\n",
    "app/shell.py": "import subprocess\n\n\ndef run(command):\n    return subprocess.call(command, shell=True)\n",
    "app/load.py": "import pickle\n\n\ndef load(data):\n    return pickle.loads(data)\n",
    "requirements.txt": "flask\nrequests>=2\n",
}
SECONDS_MAX = 120.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small repository with things to find."""
    root = tmp_path_factory.mktemp("reviewed")
    for name, text in CODE.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def review(store: Path, folder: Path, kill_at: int = 0) -> "subprocess.CompletedProcess[str]":
    """Run the reviewer to its end or to its death."""
    command = [sys.executable, "-m", "tests.crash.reviewer", str(store), str(folder), str(kill_at)]
    return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS_MAX, check=False)


def outcome(done: "subprocess.CompletedProcess[str]") -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def events(store: Path) -> list[Event]:
    connection = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
    try:
        return [decode(body) for (body,) in connection.execute("select body from events order by run_id, version")]
    finally:
        connection.close()


def repeated(journal: list[Event]) -> list[object]:
    """Return every step that was finished more than once."""
    finished: Counter[object] = Counter()
    for event in journal:
        match event:
            case ModelReplied(node=node, turn=turn):
                finished["model", node, turn] += 1
            case StepEnded(node=node, turn=turn, call=call):
                finished["step", node, turn, call] += 1
            case NodeEntered(node=node):
                finished["entered", node] += 1
            case NodeLeft(node=node):
                finished["left", node] += 1
            case RunEnded():
                finished["ended"] += 1
            case _:
                pass
    return [step for step, times in finished.items() if times > 1]


def finished_nodes(journal: list[Event]) -> set[str]:
    return {event.node for event in journal if isinstance(event, NodeLeft)}


def test_killed_anywhere_it_goes_on_and_finds_the_same(tmp_path: Path, folder: Path, crash_points: int) -> None:
    whole = outcome(review(tmp_path / "whole.db", folder))
    assert whole["findings"], "the repository has something to find"
    all_nodes = finished_nodes(events(tmp_path / "whole.db"))
    killed = 0
    for number in range(crash_points):
        kill_at = 1 + number * (whole["points"] - 1) // max(1, crash_points - 1)
        store = tmp_path / f"killed-{kill_at}.db"
        died = review(store, folder, kill_at)
        assert died.returncode in (-signal.SIGKILL, 0), died.stderr
        killed += died.returncode == -signal.SIGKILL
        resumed = outcome(review(store, folder))
        journal = events(store)
        assert repeated(journal) == [], f"killed at point {kill_at}"
        assert resumed["findings"] == whole["findings"], f"killed at point {kill_at}"
        assert finished_nodes(journal) == all_nodes, f"killed at point {kill_at}"
    assert killed >= crash_points // 2, "commits are shared, so a run may have fewer points: the last may not come"


def test_killed_again_and_again_it_still_gets_there(tmp_path: Path, folder: Path, crash_points: int) -> None:
    """Each life gets a little further than the one before; the start of a process passes nearly two dozen points."""
    store = tmp_path / "often.db"
    kills = 0
    for number in range(crash_points):
        done = review(store, folder, kill_at=24 + 6 * number)
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
        kills += 1
    last = outcome(review(store, folder))
    journal = events(store)
    assert kills >= min(3, crash_points)
    assert repeated(journal) == []
    assert last["findings"] == outcome(review(tmp_path / "whole.db", folder))["findings"]
    assert sum(isinstance(event, DriverChanged) for event in journal) >= kills - 1
