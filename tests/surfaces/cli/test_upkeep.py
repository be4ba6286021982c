"""``export``, ``import``, ``backup`` and ``gc``: what an operator does to runs that rest, and what is refused."""

import os
from pathlib import Path

import pytest

from holdfast.kernel.errors import InputError
from holdfast.surfaces.cli.asking.ages import age_seconds
from holdfast.surfaces.cli.showing.counting import counting
from tests.surfaces.cli.program import Program

MOVED = {"run_id", "app", "status", "is_over", "events", "payloads", "file", "bytes", "is_new"}


def ran(holdfast: Program, text: str = "hello") -> str:
    done = holdfast("run", "greet", text, "--model", "curt", "--json")
    assert done.code == 0, done.err
    return str(done.json["run_id"])


def exported(holdfast: Program, run: str, folder: Path) -> Path:
    file = folder / "moved.holdfast"
    done = holdfast("export", run, "--output", str(file))
    assert done.code == 0, done.err
    assert run in done.out
    return file


def test_a_run_is_exported_and_shown_in_another_store(holdfast: Program, tmp_path: Path) -> None:
    run = ran(holdfast)
    file = exported(holdfast, run[-6:], tmp_path)
    other = f"sqlite:///{tmp_path / 'other' / 'runs.db'}"
    done = holdfast.bare("import", str(file), "--store", other, "--json")
    assert done.code == 0, done.err
    assert set(done.json) == MOVED
    assert (done.json["run_id"], done.json["status"], done.json["is_new"]) == (run, "COMPLETE", True)
    for command in ("show", "trace"):
        here, there = holdfast(command, run, "--json"), holdfast.bare(command, run, "--store", other, "--json")
        assert here.json == there.json
    again = holdfast.bare("import", str(file), "--store", other)
    assert (again.code, "is here already" in again.out) == (0, True)


def test_an_export_goes_to_this_folder_by_its_run_s_name(
    holdfast: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ran(holdfast)
    monkeypatch.chdir(tmp_path)
    done = holdfast("export", run, "--json")
    assert done.json["file"] == f"{run}.holdfast"
    assert os.stat(f"{run}.holdfast").st_size == done.json["bytes"]
    again = holdfast("export", run)
    assert (again.code, "nothing is overwritten" in again.err) == (2, True)


def test_an_export_of_what_is_not_there_makes_nothing(holdfast: Program, tmp_path: Path) -> None:
    assert holdfast("export", "NOBODY").code == 2
    ran(holdfast)
    assert holdfast("export", "NOBODY", "-o", str(tmp_path / "file")).code == 2
    done = holdfast("export", ran(holdfast), "-o", str(tmp_path / "gone" / "file"))
    assert (done.code, "expected a folder" in done.err) == (2, True)
    assert not (tmp_path / "file").exists()


def test_a_damaged_file_is_told_in_one_sentence(holdfast: Program, tmp_path: Path) -> None:
    file = exported(holdfast, ran(holdfast), tmp_path)
    file.write_bytes(file.read_bytes()[:-9])
    done = holdfast("import", str(file))
    assert done.code == 2
    assert "is damaged" in done.err
    assert len(done.err.splitlines()) == 1


def test_a_run_that_went_on_is_not_imported_over(holdfast: Program, tmp_path: Path) -> None:
    parked = holdfast("run", "doubtful", "a letter", "--json")
    assert parked.code == 3
    run = str(parked.json["run_id"])
    file = tmp_path / "moved.holdfast"
    told = holdfast("export", run, "-o", str(file))
    assert "in one store only" in told.out
    other = f"sqlite:///{tmp_path / 'other.db'}"
    taken = holdfast.bare("import", str(file), "--store", other)
    assert f"holdfast resume {run}" in taken.out
    assert holdfast.bare("cancel", run, "--store", other).code in (0, 3)
    done = holdfast.bare("import", str(file), "--store", other)
    assert (done.code, "import it into another store" in done.err) == (1, True)


def test_a_backup_is_a_store(holdfast: Program, tmp_path: Path) -> None:
    run, file = ran(holdfast), tmp_path / "copy.db"
    done = holdfast("backup", str(file), "--json")
    assert done.code == 0, done.err
    assert done.json == {"store": holdfast.url, "file": str(file), "bytes": file.stat().st_size}
    assert [found["run_id"] for found in holdfast.bare("runs", "--store", f"sqlite:///{file}", "--json").json] == [run]
    again = holdfast("backup", str(file))
    assert (again.code, "nothing is overwritten" in again.err) == (2, True)
    assert "backed up" in holdfast("backup", str(tmp_path / "second.db")).out


def test_a_backup_of_a_store_that_is_not_there_makes_none(holdfast: Program, tmp_path: Path) -> None:
    assert holdfast("backup", str(tmp_path / "copy.db")).code == 2
    assert not holdfast.store.exists()
    assert not (tmp_path / "copy.db").exists()


def test_gc_removes_what_ended_and_nothing_else(holdfast: Program) -> None:
    over = [ran(holdfast, text) for text in ("one", "two")]
    parked = str(holdfast("run", "doubtful", "a letter", "--json").json["run_id"])
    young = holdfast("gc", "--older-than", "1h", "--json")
    assert young.json["removed"]["runs"] == 0
    dry = holdfast("gc", "--older-than", "0m", "--dry-run", "--json").json
    assert (dry["is_dry_run"], dry["removed"]["runs"], dry["compacted"]) == (True, 2, None)
    assert len(holdfast("runs", "--json").json) == 3
    assert "would remove 2 runs" in holdfast("gc", "--older-than", "0m", "--dry-run").out
    done = holdfast("gc", "--older-than", "0m", "--json").json
    assert {name: done["removed"][name] for name in ("runs", "bytes")} == {
        name: dry["removed"][name] for name in ("runs", "bytes")
    }
    assert done["compacted"]["is_whole"]
    assert [run["run_id"] for run in holdfast("runs", "--json").json] == [parked]
    assert over
    told = holdfast("gc", "--older-than", "0m")
    assert (told.code, told.out.startswith("removed 0 runs")) == (0, True)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90m", 5_400), ("12h", 43_200), ("30d", 2_592_000), ("8w", 4_838_400), ("0.5d", 43_200)]
)
def test_an_age_is_a_number_and_a_unit(text: str, seconds: float) -> None:
    assert age_seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "30", "d", "-1d", "1e9d", "30 days", "1y", "١d"])
def test_what_is_no_age_is_refused(holdfast: Program, text: str) -> None:
    with pytest.raises(InputError, match="expected an age such as"):
        age_seconds(text)
    assert holdfast("gc", f"--older-than={text}").code == 2


def test_progress_is_told_in_lines_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    ticks = iter([0.0, 1.0, 3.0])
    with counting("copying", "pages", is_quiet=False, clock=lambda: next(ticks)) as count:
        count(1, 9)
        count(5, 9)
    with counting("copying", "pages", is_quiet=True) as count:
        count(1, 9)
    assert capsys.readouterr().err == "copying: 5 of 9 pages\n"
