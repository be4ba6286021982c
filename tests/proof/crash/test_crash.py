"""Killed at any point, and again while they recover, runs lose nothing, repeat nothing and come to rest."""

import subprocess
import sys

import msgspec
import pytest

from holdfast.kernel.faults import POINTS
from tests.proof.crash.scenarios import SCENARIOS
from tests.proof.crash.table import Table

ELSEWHERE = ("memory.", "file.")
"""Points that no run on a database passes: the simulation's disk, and files that are made whole by their own tests."""


def crash(points: int) -> Table:
    command = [sys.executable, "-m", "tests.proof.crash", "--json", "--at-once", "2", "--points", str(points)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    return msgspec.json.decode(done.stdout, type=Table)


def check(table: Table, points: int) -> None:
    assert (table.lost, table.repeated, table.stuck) == (0, 0, 0), "\n".join(table.wrong)
    assert table.points == points
    assert table.kills > points, "runs were killed while they recovered, too"
    assert set(table.passed) == {point for point in POINTS if not point.startswith(ELSEWHERE)}


def test_a_few_kills_lose_nothing(crash_points: int) -> None:
    points = min(crash_points, 4) * 2
    check(crash(points), points)


@pytest.mark.slow
def test_many_kills_lose_nothing(crash_points: int) -> None:
    points = crash_points * len(SCENARIOS)
    table = crash(points)
    check(table, points)
    assert len(table.by_death) == 3
