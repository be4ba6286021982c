"""What is allowed, seen and met at the command line: listed, refused, queued, waited for."""

from pathlib import Path

import pytest

from tests.surfaces.cli.program import Program


@pytest.fixture
def allow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of allowances that the environment names."""
    path = tmp_path / "allowances.toml"
    monkeypatch.setenv("HOLDFAST_ALLOWANCES", str(path))
    path.write_text('[[allowances]]\nper = "day"\ntokens = 2_000_000\nusd = 5.0\n')
    return path


def test_without_a_file_nothing_is_limited(holdfast: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOLDFAST_ALLOWANCES", raising=False)
    done = holdfast("budgets")
    assert (done.code, done.out) == (0, "")
    assert "HOLDFAST_ALLOWANCES names no file that has allowances" in done.err


def test_what_is_spent_is_listed(holdfast: Program, allow: Path) -> None:
    allow.write_text('[[allowances]]\nper = "day"\ntokens = 2_000_000\n\n[[allowances]]\ntenant = "acme"\ntokens = 9\n')
    assert holdfast("run", "greet", "hello").code == 0
    everybody, acme = holdfast("budgets", "--json").json
    assert everybody["spent_tokens"] > 0
    assert everybody["left_tokens"] == 2_000_000 - everybody["spent_tokens"]
    assert (everybody["held_tokens"], everybody["per"], everybody["waiting"]) == (0, "day", [])
    assert (acme["tenant"], acme["spent_tokens"], acme["renews_at"]) == ("acme", 0, None)
    told = holdfast("budgets").out
    assert "everybody" in told
    assert "tenant acme" in told
    assert "of 2.0M tokens a day" in told


def test_a_run_at_a_spent_allowance_is_refused_or_queued_and_seen_to_wait(holdfast: Program, allow: Path) -> None:
    allow.write_text('[[allowances]]\ntenant = "acme"\nper = "month"\ntokens = 0\n')
    refused = holdfast("run", "greet", "hello", "--tenant", "acme", "--json")
    assert refused.code == 4
    assert refused.error["kind"] == "AllowanceSpent"
    assert "the allowance of tenant acme is spent: 0 of 0 tokens a month" in refused.error["message"]
    assert holdfast("run", "greet", "hello", "--json").code == 0
    queued = holdfast("run", "greet", "hello", "--tenant", "acme", "--when-spent", "queue", "--json")
    assert queued.code == 3
    assert queued.json["parked"].startswith("waits for the allowance of tenant acme, renewed at ")
    run = queued.json["run_id"]
    (waiting,) = holdfast("inbox", "--json").json
    assert (waiting["kind"], waiting["run_id"]) == ("allowance", run)
    assert waiting["allowance"] == "the allowance of tenant acme"
    assert "waits for the allowance of tenant acme, renewed at" in holdfast("inbox").out
    assert "waits for the allowance of tenant acme, renewed at" in holdfast("show", run).out
    (acme,) = holdfast("budgets", "--json").json
    assert acme["waiting"] == [run]
    allow.write_text('[[allowances]]\ntenant = "acme"\nper = "month"\ntokens = 1_000_000\n')
    assert holdfast("resume", run, "--json").json["outcome"] == "succeeded"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[allowances]]\ntenant = 'acme'", "expected tokens or usd for the allowance of tenant acme"),
        ("[[allowances]]\ntokens = 5\nper = 'week'", "Invalid enum value 'week'"),
        ("[[allowances]]\ntokens = 5\nuser = 'Ann'", "allowance 1 with user"),
        ("[[allowances]]\ntokens = -5", "expected tokens of at least 0"),
        ("tokens = 5", "unknown field"),
        ("not toml", "Expected '='"),
    ],
)
def test_a_file_of_no_use_is_told(holdfast: Program, allow: Path, text: str, told: str) -> None:
    allow.write_text(text)
    done = holdfast("run", "greet", "hello")
    assert done.code == 2
    assert told in done.err
    assert "HOLDFAST_ALLOWANCES" in done.err
