"""``holdfast run incident``: what it takes, and how it shows a report."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from holdfast.apps.incident.command import command
from holdfast.apps.incident.findings import Citation, Fact, Kind, Standing
from holdfast.apps.incident.report import Report, Ruled, Status
from holdfast.apps.incident.showing import lines
from holdfast.kernel.errors import InputError
from tests.apps.incident.cases import outage

FACT = Fact(
    says="it rose\x1b[2J", about="cart", cites=Citation(statement="SELECT 1", parameters=["x"], rows=[[1], [2], [3]])
)
FOUND = Report(
    status=Status.FOUND,
    component="cart",
    kind=Kind.DISK_FULL,
    cause="no space left",
    onset="2026-03-02 10:00",
    evidence=[FACT],
    remedy="make room",
    ruled_out=[Ruled(cause="deploy", component="tax", standing=Standing.REFUTED, why=[FACT])],
    rounds=1,
    supposed=2,
)


def shown(report: Report, *, with_queries: bool = False) -> str:
    written = io.StringIO()
    console = Console(file=written, width=100, color_system=None)
    for line in lines(report, with_queries=with_queries):
        console.print(line, soft_wrap=True)
    return written.getvalue()


def test_the_report_tells_the_cause_its_evidence_and_what_was_ruled_out() -> None:
    told = shown(FOUND)
    for words in (
        "cart",
        "disk_full",
        "since      2026-03-02 10:00",
        "make room",
        "[query 1]",
        "and 1 more",
        "tax: deploy",
    ):
        assert words in told
    assert "2 hypotheses in 1 round, 1 refuted" in told
    assert "\x1b" not in told
    assert "SELECT" not in told


def test_queries_are_shown_once_each_if_asked() -> None:
    told = shown(FOUND, with_queries=True)
    assert told.count("SELECT 1\nwith $1 = x") == 1


def test_that_nothing_was_found_is_the_first_thing_said() -> None:
    assert shown(Report(status=Status.NOT_FOUND)).startswith("No cause was found")


def test_a_case_is_asked_about_by_its_whole_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = outage(tmp_path, 1, "bad_deploy")
    monkeypatch.chdir(tmp_path)
    assert command.ask(Path(made.path.name)).input == {"case": str(made.path)}


def test_what_is_no_case_is_told_before_there_is_a_run(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holdfast init incident"):
        command.ask(tmp_path / "none.db")
