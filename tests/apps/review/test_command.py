"""``holdfast run review``: what it prints, where, and what it says to those who ask for what cannot be."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from holdfast.integration.gateway.transcript import Transcript
from holdfast.runtime import Runtime
from holdfast.surfaces.cli.exit_codes import ExitCode
from tests.apps.review.change.repo import Repo
from tests.apps.review.planted import SECRETS, TREE
from tests.apps.review.reviewing import transcribed
from tests.apps.review.source.trees import write
from tests.surfaces.cli.program import Done, Program

KEYS = {"run_id", "status", "findings", "skipped", "usage", "seconds"}
FINDING_KEYS = {"rule", "severity", "confidence", "path", "line", "evidence", "sources"}
NO_MODEL = "No language model was used"
THE_ONE = ("--request-id", "the one review")
"""Asks for the same run every time: only what is shown of it differs."""


@pytest.fixture(scope="module")
def holdfast(tmp_path_factory: pytest.TempPathFactory) -> Program:
    return Program(tmp_path_factory.mktemp("program"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("code"), TREE)


@pytest.fixture(scope="module")
def done(holdfast: Program, folder: Path) -> Done:
    """A review that was asked for as JSON."""
    return holdfast("run", "review", str(folder), *THE_ONE, "--json")


@pytest.fixture(scope="module")
def run_id(done: Done) -> str:
    return str(done.json["run_id"])


def test_json_is_one_object_on_one_line_and_nothing_else_is_printed(done: Done) -> None:
    assert (done.code, done.err, done.out.count("\n")) == (ExitCode.OK, "", 1)
    record = done.json
    assert set(record) >= KEYS
    assert record["status"] == "complete"
    assert record["is_offline"] is True
    assert all(set(finding) >= FINDING_KEYS for finding in record["findings"])
    assert {"path": "logo.png", "reason": "binary"} in record["skipped"]
    assert set(record["usage"]) >= {"turns", "tool_calls", "input_tokens", "output_tokens", "cost_usd"}
    assert record["seconds"] > 0
    worst = record["findings"][0]
    assert (worst["severity"], worst["path"]) == ("critical", "app/server.py")
    assert {"injection", "dangerous"} <= set(worst["sources"])


def test_progress_goes_to_the_standard_error_and_the_report_to_the_standard_output(
    holdfast: Program, folder: Path
) -> None:
    done = holdfast("run", "review", str(folder))
    assert done.code == ExitCode.OK
    assert "specialists/secrets" in done.err
    assert "Review of" not in done.err
    assert done.out.startswith("Review of ")
    assert NO_MODEL in done.out
    assert all(line == line.rstrip() for line in done.out.splitlines())


def test_the_report_of_a_run_can_be_had_again(holdfast: Program, done: Done, run_id: str) -> None:
    again = holdfast("resume", run_id)
    assert again.code == ExitCode.OK
    assert again.out.startswith("Review of ")
    assert holdfast("resume", run_id, "--json").json["findings"] == done.json["findings"]


def test_a_report_is_written_to_a_file_in_the_form_asked_for(holdfast: Program, folder: Path, tmp_path: Path) -> None:
    forms = {"json": "review.json", "sarif": "review.sarif", "markdown": "review.md", "terminal": "review.txt"}
    for form, name in forms.items():
        output = tmp_path / name
        request = (*THE_ONE, "--quiet", "--format", form, "--output", str(output))
        done = holdfast("run", "review", str(folder), *request)
        assert (done.code, done.err) == (ExitCode.OK, "")
        assert done.out == f"The report is in {output}\n"
    texts = {form: (tmp_path / name).read_text() for form, name in forms.items()}
    assert {form for form, text in texts.items() if NO_MODEL in text} >= {"sarif", "markdown", "terminal"}
    assert json.loads(texts["json"])["is_offline"] is True
    (of_one_run,) = json.loads(texts["sarif"])["runs"]
    assert len(of_one_run["results"]) == len(json.loads(texts["json"])["findings"])
    assert not any(secret in text for secret in SECRETS for text in texts.values())


def test_a_form_for_programs_is_printed_as_it_is(holdfast: Program, folder: Path) -> None:
    sarif = holdfast("run", "review", str(folder), *THE_ONE, "--quiet", "--format", "sarif")
    markdown = holdfast("run", "review", str(folder), *THE_ONE, "--quiet", "--format", "markdown")
    assert json.loads(sarif.out)["version"] == "2.1.0"
    assert markdown.out.startswith("# Review of ")


def test_json_on_the_standard_output_and_a_file_in_another_form_go_together(
    holdfast: Program, folder: Path, tmp_path: Path
) -> None:
    request = (*THE_ONE, "--json", "--format", "sarif", "--output", str(tmp_path / "review.sarif"))
    done = holdfast("run", "review", str(folder), *request)
    assert len(done.json["findings"]) == len(json.loads((tmp_path / "review.sarif").read_text())["runs"][0]["results"])


@pytest.mark.parametrize(("level", "code"), [("critical", ExitCode.FAILED), ("info", ExitCode.FAILED)])
def test_findings_at_or_above_the_level_asked_for_fail_the_command(
    holdfast: Program, folder: Path, level: str, code: ExitCode
) -> None:
    assert holdfast("run", "review", str(folder), *THE_ONE, "--quiet", "--fail-on", level).code == code


def test_milder_findings_do_not(holdfast: Program, tmp_path: Path) -> None:
    mild = write(tmp_path / "code", {"requirements.txt": "flask\n"})
    done = holdfast("run", "review", str(mild), "--fail-on", "high", "--json")
    assert done.code == ExitCode.OK
    assert [finding["severity"] for finding in done.json["findings"]] == ["medium"]


def test_a_recorded_transcript_takes_the_place_of_the_model_and_says_the_same(
    holdfast: Program, folder: Path, done: Done, run_id: str, tmp_path: Path
) -> None:
    asyncio.run(transcript_in(holdfast, run_id)).write(tmp_path / "said.jsonl")
    again = holdfast("run", "review", str(folder), "--model", f"recorded:{tmp_path / 'said.jsonl'}", "--json")
    assert again.code == ExitCode.OK
    assert again.json["run_id"] != run_id
    for key in ("findings", "skipped", "not_covered", "notes", "status", "dropped"):
        assert again.json[key] == done.json[key]
    assert again.json["usage"]["turns"] == done.json["usage"]["turns"]


def test_a_transcript_of_other_code_fails_with_what_was_asked_and_not_recorded(
    holdfast: Program, folder: Path, run_id: str, tmp_path: Path
) -> None:
    asyncio.run(transcript_in(holdfast, run_id)).write(tmp_path / "said.jsonl")
    other = write(tmp_path / "other", {**TREE, "app/more.py": "x = 1\n"})
    done = holdfast("run", "review", str(other), "--model", f"recorded:{tmp_path / 'said.jsonl'}", "--quiet")
    assert done.code == ExitCode.FAILED
    assert "the request was another" in done.out


def test_a_transcript_that_is_not_there_is_refused(holdfast: Program, folder: Path) -> None:
    done = holdfast("run", "review", str(folder), "--model", "recorded:nowhere.jsonl")
    assert done.code == ExitCode.USAGE
    assert "expected a transcript" in done.err


async def transcript_in(holdfast: Program, run_id: str) -> Transcript:
    async with Runtime.open(holdfast.url, drives=False) as runtime:
        return await transcribed(runtime, (await runtime.run(run_id)).id)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "expected a folder to review, found nothing at 'nowhere'"),
        ([__file__], "found a file at"),
        ([".", "--output", "nowhere/at/all.txt"], "expected a folder for the report, found none at 'nowhere/at'"),
        ([".", "--output", "."], "expected a file for the report, found a folder at '.'"),
        ([".", "--fail-on", "dire"], "'dire' is not one of"),
        ([".", "--format", "pdf"], "'pdf' is not one of"),
        ([".", "--diff", "main"], "expected a change written as BASE..HEAD, such as main..HEAD, found 'main'"),
        ([".", "--model", "gpt"], "expected the name of a model, found 'gpt'"),
        ([".", "--model-for", "nobody=offline:review"], "found nobody"),
    ],
)
def test_what_cannot_be_is_refused_before_a_run_begins_with_what_to_do(
    holdfast: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = holdfast("run", "review", *arguments)
    assert (done.code, done.out) == (ExitCode.USAGE, "")
    assert done.err.startswith("holdfast: ")
    assert said in done.err
    assert "Traceback" not in done.err


def test_a_change_in_what_is_no_repository_or_to_what_is_no_revision_is_refused(
    holdfast: Program, tmp_path: Path
) -> None:
    plain = write(tmp_path / "plain", {"a.py": "x = 1\n"})
    assert "expected a git repository" in holdfast("run", "review", str(plain), "--diff", "a..b").err
    repo = Repo(tmp_path / "repo")
    repo.commit(a__py="x = 1\n")
    done = holdfast("run", "review", str(repo.root), "--diff", "nowhere..HEAD")
    assert done.code == ExitCode.USAGE
    assert "found 'nowhere', which this repository does not know: fetch it, or name another" in done.err


def test_a_change_is_kept_by_its_commits(holdfast: Program, tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    base = repo.commit(a__py="x = 1\n")
    head = repo.commit(a__py="import os\nos.system(input())\n")
    done = holdfast("run", "review", str(repo.root), "--diff", "HEAD~1..HEAD", "--json")
    assert [(finding["path"], finding["line"]) for finding in done.json["findings"]] == [("a.py", 2)]
    assert done.json["change"] == "HEAD~1..HEAD"
    shown = holdfast("show", done.json["run_id"], "--json").out
    assert f"{base}..{head}" in shown


def test_the_run_can_be_listed_shown_traced_and_drawn(holdfast: Program, folder: Path, done: Done, run_id: str) -> None:
    listed: Any = holdfast("runs", "--json").json
    assert run_id in json.dumps(listed)
    shown = holdfast("show", run_id).out
    assert "specialists  parallel" in shown
    assert "trace[server.py:16]" in shown
    assert "run_analyser" in holdfast("trace", run_id).out
    drawn = holdfast.bare("draw", "review").out
    assert "specialists  parallel · best effort" in drawn
    assert "each: scan  agent · secrets" in drawn
