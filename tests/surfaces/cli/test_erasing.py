"""``holdfast erase`` and what the other commands say of a run about a person: sealed, in the way, erased."""

import io
from pathlib import Path

import pytest

from tests.surfaces.cli.program import Done, Program

ANNA = "anna@example.org"
REPORTED = {"tenant", "is_dry_run", "is_erased", "keys", "runs", "going", "already", "removed"}


def ran(holdfast: Program, text: str = "my hand itches", *more: str) -> str:
    done = holdfast("run", "greet", text, "--model", "curt", "--subject", ANNA, "--json", *more)
    assert done.code == 0, done.err
    return str(done.json["run_id"])


def on_disk(holdfast: Program) -> bytes:
    return b"".join(file.read_bytes() for file in holdfast.store.parent.iterdir() if not file.name.endswith(".keys"))


def test_a_person_is_erased_and_the_run_still_listed(holdfast: Program) -> None:
    run = ran(holdfast)
    assert b"hand itches" not in on_disk(holdfast)
    dry = holdfast("erase", ANNA, "--dry-run", "--json")
    assert set(dry.json) == REPORTED
    assert (dry.json["is_dry_run"], dry.json["runs"], dry.json["keys"], dry.json["is_erased"]) == (True, 1, 1, False)
    assert holdfast("show", run).code == 0
    done = holdfast("erase", ANNA)
    assert (done.code, done.out.splitlines()[0]) == (0, "erased 1 run, destroyed 1 key; erased before: 0 runs")
    (listed,) = holdfast("runs", "--json").json
    assert (listed["run_id"], listed["status"], listed["condition"]) == (run, "COMPLETE", "erased")
    assert (listed["title"], listed["is_sealed"], listed["erased_at"] is not None) == ("", True, True)
    table = holdfast("runs").out
    assert "erased" in table
    assert "itches" not in table


def test_erasing_again_says_that_nothing_was_left(holdfast: Program) -> None:
    ran(holdfast)
    holdfast("erase", ANNA)
    again = holdfast("erase", ANNA)
    assert (again.code, again.out) == (0, "erased before: 1 run; nothing was left to do\n")
    assert holdfast("erase", ANNA, "--json").json["already"] == 1


LOOKS = ("show", "trace", "tail", "export", "resume", "cancel", "decide --abandon")


@pytest.mark.parametrize("look", LOOKS)
def test_every_other_command_says_erased_in_one_sentence(holdfast: Program, look: str, tmp_path: Path) -> None:
    run = ran(holdfast)
    holdfast("erase", ANNA)
    command, *options = look.split()
    told, as_json = holdfast(command, run, *options), holdfast(command, run, *options, "--json")
    for done in (told, as_json):
        assert (done.code, done.out) == (2, "")
        assert len(done.err.splitlines()) == 1
        assert f"run {run} was erased" in done.err
    assert as_json.error["kind"] == "Erased"
    assert holdfast("draw", "greet", "--run", run).code == 2
    assert not list(tmp_path.glob("*.holdfast"))


def test_a_name_that_nobody_has_is_told_and_not_taken_for_done(holdfast: Program) -> None:
    assert holdfast("erase", ANNA).code == 2
    ran(holdfast)
    for asked in (("ana@example.org",), (ANNA, "--tenant", "other")):
        done = holdfast("erase", *asked)
        assert (done.code, "check how it is written" in done.err) == (2, True)


def test_the_name_can_come_from_a_pipe(holdfast: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    ran(holdfast)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{ANNA}\n"))
    assert holdfast("erase", "-", "--json").json["runs"] == 1


def test_tenants_are_erased_apart(holdfast: Program) -> None:
    kept = ran(holdfast)
    ran(holdfast, "hello", "--tenant", "other")
    assert holdfast("erase", ANNA, "--tenant", "other", "--json").json["runs"] == 1
    assert holdfast("show", kept).code == 0


def parked(holdfast: Program) -> str:
    done = holdfast("run", "doubtful", "a letter", "--subject", ANNA, "--json")
    assert done.code == 3, done.err
    return str(done.json["run_id"])


def test_a_run_that_is_not_over_is_in_the_way_until_it_is_cancelled(holdfast: Program) -> None:
    over, going = ran(holdfast), parked(holdfast)
    dry = holdfast("erase", ANNA, "--dry-run")
    assert f"in the way without --cancel: {going}" in dry.out
    refused = holdfast("erase", ANNA)
    assert (refused.code, "nothing was erased" in refused.err, "--cancel" in refused.err) == (2, True, True)
    assert [holdfast("show", run).code for run in (over, going)] == [0, 0]
    done = holdfast("erase", ANNA, "--cancel", "--json")
    assert (done.code, done.json["runs"], done.json["going"]) == (0, 2, [])
    assert {run["condition"] for run in holdfast("runs", "--json").json} == {"erased"}
    assert {run["status"] for run in holdfast("runs", "--json").json} == {"COMPLETE", "CANCELLED"}
    assert holdfast("inbox", "--json").json == []


def test_a_run_about_a_person_leaves_its_store_in_the_clear_only_if_told_so(holdfast: Program, tmp_path: Path) -> None:
    run, file = ran(holdfast), tmp_path / "moved.holdfast"
    refused = holdfast("export", run, "-o", str(file))
    assert (refused.code, "--in-clear" in refused.err, file.exists()) == (2, True, False)
    assert holdfast("export", run, "-o", str(file), "--in-clear").code == 0
    other = Program(tmp_path / "elsewhere")
    assert other("import", str(file)).code == 0
    assert other("show", run, "--json").json["result"] == holdfast("show", run, "--json").json["result"]
    assert b"hand itches" not in on_disk(other)
    assert other("erase", ANNA).code == 0
    back = other("import", str(file))
    assert (back.code, "was erased" in back.err) == (2, True)


def backed_up(holdfast: Program, folder: Path, *more: str) -> Done:
    return holdfast("backup", str(folder / "copy.db"), "--json", *more)


def test_a_backup_has_no_keys_and_they_are_backed_up_apart(holdfast: Program, tmp_path: Path) -> None:
    run, copy = ran(holdfast), f"sqlite:///{tmp_path / 'copy.db'}"
    vault = tmp_path / "vault"
    vault.mkdir()
    assert set(backed_up(holdfast, tmp_path).json) == {"store", "file", "bytes"}
    missing = holdfast.bare("show", run, "--store", copy)
    assert (missing.code, "backed up apart" in missing.err) == (1, True)
    assert holdfast.bare("runs", "--store", copy).code == 0
    (tmp_path / "copy.db").unlink()
    done = backed_up(holdfast, tmp_path, "--keys", str(vault / "keys"))
    assert done.json["keys"] == str(vault / "keys")
    (vault / "keys").rename(tmp_path / "copy.db.keys")
    assert holdfast.bare("show", run, "--store", copy).code == 0
    (vault / "keys").touch()
    (tmp_path / "copy.db").unlink()
    refused = backed_up(holdfast, tmp_path, "--keys", str(vault / "keys"))
    assert (refused.code, "nothing is overwritten" in refused.err, (tmp_path / "copy.db").exists()) == (2, True, False)


def test_a_store_about_nobody_has_no_keys_to_back_up(holdfast: Program, tmp_path: Path) -> None:
    assert holdfast("run", "greet", "hello", "--model", "curt").code == 0
    done = backed_up(holdfast, tmp_path, "--keys", str(tmp_path / "keys"))
    assert (done.code, "keys" in done.json, (tmp_path / "keys").exists()) == (0, False, False)
    assert not holdfast.store.with_name("holdfast.db.keys").exists()


def test_gc_removes_erased_runs_like_any_other(holdfast: Program) -> None:
    ran(holdfast)
    holdfast("erase", ANNA)
    assert holdfast("gc", "--older-than", "0m", "--json").json["removed"]["runs"] == 1
    assert holdfast("runs", "--json").json == []
