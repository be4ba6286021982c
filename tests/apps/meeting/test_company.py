"""A company is made by its seed, the same each time, and tells its story; its systems can be down."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from holdfast.apps.meeting.company.company import SYSTEMS, Company
from holdfast.apps.meeting.company.founding import found
from holdfast.integration.tools.contract import ToolFailure
from holdfast.kernel.errors import InputError


def dumped(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as file:
        return list(file.iterdump())


def test_the_same_seed_makes_the_same_company_and_another_another(tmp_path: Path) -> None:
    stories = [found(tmp_path / name, seed) for name, seed in (("a", 7), ("b", 7), ("c", 8))]
    assert stories[0] == stories[1] != stories[2]
    assert dumped(tmp_path / "a") == dumped(tmp_path / "b") != dumped(tmp_path / "c")


@pytest.mark.parametrize("seed", range(1, 7))
def test_its_data_tell_its_story(tmp_path: Path, seed: int) -> None:
    story = found(tmp_path / "company.db", seed)
    with closing(sqlite3.connect(tmp_path / "company.db")) as file:
        carriers = dict(
            file.execute(
                "SELECT carrier, avg(was_late) FROM shipments WHERE month >= '2026-08' GROUP BY 1 HAVING count(*) > 9"
            )
        )
        hours = dict(file.execute("SELECT service, sum(hours_open) FROM incidents GROUP BY 1"))
        counts = dict(file.execute("SELECT service, count(*) FROM incidents GROUP BY 1"))
        (small,) = file.execute(
            "SELECT avg(was_late) FROM shipments WHERE carrier = ?", (story.small_carrier,)
        ).fetchone()
    assert max(carriers, key=lambda name: float(carriers[name])) == story.carrier
    assert small > carriers[story.carrier], "it looks worse, and has few shipments"
    assert max(hours, key=lambda name: float(hours[name])) == story.service
    assert max(counts, key=lambda name: int(counts[name])) == story.frequent_service


def test_its_story_stands_in_none_of_its_tables(tmp_path: Path) -> None:
    found(tmp_path / "company.db", 2)
    with closing(sqlite3.connect(tmp_path / "company.db")) as file:
        tables = {name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    sources = {str(each["source"]) for each in Company(tmp_path / "company.db").sources(SYSTEMS)}
    assert sources == {"ledger", "invoices", "shipments", "carriers", "incidents", "metrics"}
    assert tables == sources | {"company", "sources", "dictionary", "outage"}


def test_every_field_of_a_source_has_a_meaning(tmp_path: Path) -> None:
    found(tmp_path / "company.db", 2)
    for source in Company(tmp_path / "company.db").sources(SYSTEMS):
        fields = source["fields"]
        assert isinstance(fields, dict)
        with closing(sqlite3.connect(tmp_path / "company.db")) as file:
            columns = [row[1] for row in file.execute(f"PRAGMA table_info({source['source']})")]
        assert list(fields) == columns


def test_it_is_made_once(tmp_path: Path) -> None:
    found(tmp_path / "company.db", 1)
    with pytest.raises(InputError, match="expected no file yet"):
        found(tmp_path / "company.db", 1)
    with pytest.raises(InputError, match="expected a folder"):
        found(tmp_path / "nowhere" / "company.db", 1)


@pytest.mark.parametrize("content", [b"", b"no database at all"])
def test_a_file_that_is_no_company_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "company.db").write_bytes(content)
    with pytest.raises(InputError, match="found what is none"):
        Company(tmp_path / "company.db").check()


def test_a_system_that_is_told_to_fail_is_down_and_those_before_are_up(tmp_path: Path) -> None:
    found(tmp_path / "company.db", 1)
    company = Company(tmp_path / "company.db")
    company.fail("shipping", "finance")
    company.fail("incidents")
    assert [system for system in SYSTEMS if company.is_down(system)] == ["incidents"]
    assert company.system_of("metrics") == "incidents"
    with pytest.raises(ToolFailure, match="no source 'diary'"):
        company.system_of("diary")
