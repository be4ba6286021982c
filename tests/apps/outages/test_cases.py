"""Outages are made by seed: the same one again, misleading often enough, and solvable by what can be looked at."""

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from holdfast.apps.outages.case import Case, make
from holdfast.apps.outages.command import command
from holdfast.apps.outages.kinds import Group, find, shipped
from holdfast.apps.outages.topology import SERVICES_MAX, SERVICES_MIN
from holdfast.apps.outages.writing import truth_of, write
from holdfast.kernel.errors import InputError

SEEDS = range(1, 41)
MISLEADING_MIN = 0.3


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return [make(seed) for seed in SEEDS]


def latest_deploy(case: Case) -> str | None:
    """Whom one blames first: whatever was deployed last before the alert."""
    deploys = [each for each in case.changes if each.kind == "deploy" and each.minute <= case.alerts[0].minute]
    return max(deploys, key=lambda each: each.minute).service if deploys else None


def loudest(case: Case) -> str:
    """Whom one blames next: who has written the most errors since the fault began."""
    errors = [each for each in case.lines if each.level == "ERROR" and each.second >= case.fault.onset * 60]
    return Counter(each.service for each in errors).most_common(1)[0][0]


def test_the_obvious_first_hypothesis_is_wrong_often_enough(cases: list[Case]) -> None:
    for obvious in (latest_deploy, loudest):
        wrong = [obvious(case) != case.fault.service.name for case in cases]
        assert sum(wrong) / len(wrong) >= MISLEADING_MIN, obvious.__name__
    both = [case.fault.service.name not in (latest_deploy(case), loudest(case)) for case in cases]
    assert sum(both) / len(both) >= MISLEADING_MIN


def test_every_herring_is_met(cases: list[Case]) -> None:
    assert {what for case in cases for what in case.misleading} == {"another", "busy", "deploy", "swell"}


def test_there_are_at_least_ten_kinds_in_two_groups() -> None:
    groups = Counter(kind.group for kind in shipped().values())
    assert sum(groups.values()) >= 10
    assert min(groups[Group.SHOWN], groups[Group.HELD_OUT]) >= 5


def test_topologies_are_as_large_as_they_are_said_to_be_and_nobody_calls_in_a_circle(cases: list[Case]) -> None:
    for case in cases:
        assert SERVICES_MIN <= len(case.topology.services) <= SERVICES_MAX
        for service in case.topology.services:
            assert service.name not in case.topology.below(service.name)


def test_whoever_suffers_calls_whoever_is_at_fault_or_bears_its_load(cases: list[Case]) -> None:
    for case in cases:
        around = {name for name, _ in case.topology.above(case.fault.service.name)}
        around |= set(case.topology.below(case.fault.service.name))
        assert {victim.service.name for victim in case.fault.victims} <= around
        assert all(victim.begins >= case.fault.onset for victim in case.fault.victims)


def test_what_brought_it_came_before_it(cases: list[Case]) -> None:
    for case in cases:
        trigger = case.history.trigger
        assert trigger is None or (trigger.minute <= case.fault.onset and trigger.service == case.fault.service.name)


def test_the_same_seed_makes_the_same_case(tmp_path: Path) -> None:
    dumps = []
    for name in ("a.db", "b.db"):
        write(make(7), tmp_path / name)
        with closing(sqlite3.connect(tmp_path / name)) as made:
            dumps.append("\n".join(made.iterdump()))
    assert dumps[0] == dumps[1]
    assert truth_of(make(7)) == truth_of(make(7))


def test_a_kind_can_be_given_by_a_file_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "strange.toml"
    file.write_text('answers = ["other"]\nbefalls = ["cache"]\nspreads = "errors"\n')
    told = command.init(tmp_path, seed=3, kind=str(file))
    assert str(tmp_path / "outage-3.db") in told[0]
    assert '"kind": "strange"' in (tmp_path / "outage-3.truth.json").read_text()


@pytest.mark.parametrize(
    ("text", "told"), [("spreads = 1", "Expected"), ("answers = [", "nvalid"), ("colour = 'red'", "unknown|missing")]
)
def test_a_file_that_is_no_kind_is_told(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(text)
    with pytest.raises(InputError, match=told):
        find(str(file))


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    for name in ("bytes.toml", "none.toml"):
        with pytest.raises(InputError, match=f"{name}, found no text that can be read"):
            find(str(tmp_path / name))


def test_a_kind_that_is_not_known_is_told_with_those_that_are() -> None:
    with pytest.raises(InputError, match="memory_leak"):
        find("gremlins")


def test_a_case_is_made_once(tmp_path: Path) -> None:
    command.init(tmp_path, seed=1)
    with pytest.raises(InputError, match="expected no file yet"):
        command.init(tmp_path, seed=1)
    with pytest.raises(InputError, match="expected a folder"):
        command.init(tmp_path / "none")
