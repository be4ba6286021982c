"""Whatever model takes the stand-in's place: what it invents is dropped, what fails is named, the rest stands."""

import json
from pathlib import Path

import pytest

from holdfast.apps.review.findings.model import Verdict
from holdfast.apps.review.findings.severity import Severity
from holdfast.apps.review.report.markdown import markdown_report
from holdfast.apps.review.report.terminal import terminal_text
from holdfast.apps.review.report.value import ReportStatus, is_stopped
from holdfast.integration.gateway.port import ModelRequest
from holdfast.kernel.errors import RunFailed
from holdfast.kernel.messages import ToolResult
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from holdfast.testing import ScriptedModel, answer, call, calls, fail
from tests.apps.review.reviewing import Reviewed, finding_answer, handed_in, review
from tests.apps.review.source.trees import write

SHELL = "import os\n\n\ndef remove(name):\n    os.system('rm ' + name)\n\n\nLIMIT = 10\n"
NOTHING = handed_in()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "code", {"app/a.py": SHELL, "app/b.py": "TOTAL = eval('1 + 1')\n"})


async def with_models(folder: Path, **scripts: object) -> Reviewed:
    """Review with a script for each agent named; the stand-in plays the others."""
    models = {f"model-of-{agent}": ScriptedModel(script) for agent, script in scripts.items()}  # type: ignore[arg-type]  # the tests' scripts are ones
    return await review(folder, models=models, model_for={agent: f"model-of-{agent}" for agent in scripts})


async def test_an_invented_quote_is_dropped_counted_and_never_shown(folder: Path) -> None:
    invented = finding_answer(path="app/a.py", line=5, evidence="os.system('rm -rf ' + everything)")
    elsewhere = finding_answer(path="app/a.py", line=400, evidence="LIMIT = 10")
    outside = finding_answer(path="../../etc/passwd", line=1, evidence="root:x:0:0")
    missing = finding_answer(path="app/c.py", line=1, evidence="import nothing")
    empty = finding_answer(path="app/a.py", line=4, evidence=")")

    reviewed = await with_models(folder, data=[answer(handed_in(invented, elsewhere, outside, missing, empty))])

    assert reviewed.report.dropped == {
        "no such readable file": 1,
        "the evidence does not stand in the file": 1,
        "the evidence is too short to prove anything": 1,
        "the evidence stands elsewhere in the file": 1,
        "the path leads out of the repository": 1,
    }
    assert not [finding for finding in reviewed.report.findings if "data" in finding.sources]
    shown = terminal_text(reviewed.report) + markdown_report(reviewed.report)
    assert "5 findings not accepted" in shown
    assert "everything)" not in shown
    assert "root:x" not in shown


async def test_a_quote_that_is_a_little_off_is_put_right(folder: Path) -> None:
    near = finding_answer(rule="limits/hard-coded", path="./app/a.py", line=6, evidence="  LIMIT   = 10", cwe=None)

    reviewed = await with_models(folder, data=[answer(handed_in(near))])

    finding = reviewed.finding("app/a.py", "limits/hard-coded")
    assert (finding.line, finding.end_line, finding.evidence.split()) == (8, 8, ["LIMIT", "=", "10"])


async def test_duplicates_are_one_finding_with_all_sources_and_conflicting_severities_are_shown(folder: Path) -> None:
    line = {"path": "app/a.py", "line": 5, "evidence": "os.system('rm ' + name)"}
    by_data = finding_answer(rule="data/shell", severity="medium", confidence=0.5, **line)
    by_access = finding_answer(rule="authentication/shell", severity="low", confidence=0.4, **line)

    reviewed = await with_models(
        folder, data=[answer(handed_in(by_data))], authentication=[answer(handed_in(by_access))]
    )

    (finding,) = (one for one in reviewed.findings("app/a.py") if one.line == 5)
    assert set(finding.sources) == {"injection", "dangerous", "data", "authentication"}
    assert {claim.rule for claim in finding.claims} == {
        "injection/shell-command",
        "data/shell",
        "authentication/shell",
    }
    assert finding.severity is Severity.HIGH
    assert finding.confidence > max(claim.confidence for claim in finding.claims)
    text = terminal_text(reviewed.report, width=200)
    assert "severity: injection says high, data says medium, authentication says low" in text


async def test_a_critical_claim_about_what_the_code_fixes_itself_is_downgraded_by_the_tracer(folder: Path) -> None:
    claim = finding_answer(
        rule="injection/code-from-text",
        severity="critical",
        confidence=0.9,
        path="app/b.py",
        line=1,
        evidence="TOTAL = eval('1 + 1')",
        cwe="CWE-95",
    )

    reviewed = await with_models(folder, injection=[answer(handed_in(claim))])

    finding = reviewed.finding("app/b.py", "injection/code-from-text")
    assert finding.trace is not None
    assert (finding.trace.verdict, finding.severity) == (Verdict.DOWNGRADED, Severity.LOW)
    assert "fixed in the code" in finding.trace.reasons


async def test_a_tracer_whose_steps_do_not_stand_in_the_code_confirms_nothing(folder: Path) -> None:
    claim = finding_answer(
        severity="critical", path="app/a.py", line=5, evidence="os.system('rm ' + name)", confidence=0.9
    )
    steps = [{"path": "app/a.py", "line": 1, "evidence": "name = request.args['name']"}]
    verdict = {"verdict": "confirmed", "reasons": "It comes from a request.", "steps": steps}

    reviewed = await with_models(folder, injection=[answer(handed_in(claim))], tracer=[answer(json.dumps(verdict))])

    finding = reviewed.finding("app/a.py", "injection/shell-command")
    assert finding.trace is not None
    assert finding.trace.verdict is Verdict.UNCLEAR
    assert finding.trace.steps_dropped == 1
    assert finding.severity is Severity.CRITICAL


async def test_a_branch_that_fails_makes_the_report_partial_and_takes_no_other_along(folder: Path) -> None:
    whole = await review(folder)
    overloaded = Fault(ErrorKind.MODEL_FAILED, "the model is overloaded", retryable=False)

    reviewed = await with_models(folder, secrets=[fail(overloaded)])

    assert reviewed.state.outcome is Outcome.PARTIAL
    assert reviewed.report.status is ReportStatus.PARTIAL
    ((what, why),) = [(gap.what, gap.why) for gap in reviewed.report.failed]
    assert what.startswith("secrets[")
    assert why == "the model is overloaded"
    assert reviewed.report.findings == whole.report.findings
    text = terminal_text(reviewed.report, width=200)
    assert f"This review is partial: {what} did not finish" in text
    assert is_stopped(reviewed.report, Severity.CRITICAL), "a gate does not let through what nobody looked at"
    assert not is_stopped(whole.report, Severity.CRITICAL)
    assert "the model is overloaded" in text


async def test_a_tracer_that_fails_leaves_the_finding_as_critical_as_it_was(folder: Path) -> None:
    claim = finding_answer(
        severity="critical", path="app/a.py", line=5, evidence="os.system('rm ' + name)", confidence=0.9
    )
    broken = Fault(ErrorKind.MODEL_FAILED, "no such model any more", retryable=False)

    reviewed = await with_models(folder, injection=[answer(handed_in(claim))], tracer=[fail(broken)])

    finding = reviewed.finding("app/a.py", "injection/shell-command")
    assert (finding.severity, finding.trace) == (Severity.CRITICAL, None)
    assert [gap.what for gap in reviewed.report.failed] == ["trace[a.py:5]"]


async def test_where_every_specialist_fails_the_review_fails_and_says_why(folder: Path) -> None:
    broken = ScriptedModel(lambda _request: fail(Fault(ErrorKind.MODEL_FAILED, "gone", retryable=False)))

    with pytest.raises(RunFailed, match="gone"):
        await review(folder, models={"broken": broken}, model="broken")


async def test_where_all_that_found_anything_fail_nobody_is_told_that_the_code_is_clean(folder: Path) -> None:
    broken = fail(Fault(ErrorKind.MODEL_FAILED, "gone", retryable=False))

    reviewed = await with_models(folder, injection=[broken], tests=[broken], dependencies=[broken])

    assert len(reviewed.report.failed) == 3
    assert "Nothing was found by those that finished." in terminal_text(reviewed.report)
    assert not reviewed.report.is_offline


async def test_an_answer_that_never_fits_the_schema_fails_its_branch_alone(folder: Path) -> None:
    reviewed = await with_models(folder, data=lambda _request: answer('{"findings": "none"}'))

    assert [gap.what for gap in reviewed.report.failed] == ["data[app-1]"]
    assert reviewed.findings("app/a.py")


async def test_a_model_that_asks_for_what_it_may_not_have_is_told_so_and_goes_on(folder: Path) -> None:
    said: list[str] = []

    def remember(request: ModelRequest) -> object:
        results = [part for message in request.messages for part in message.parts if isinstance(part, ToolResult)]
        said.extend(result.content for result in results if result.is_error)
        return answer(NOTHING)

    wanted = calls(
        call("read_lines", {"path": "../../../etc/passwd"}),
        call("read_lines", {"path": "/etc/passwd"}),
        call("read_lines", {"path": "app/a.py", "first": 5, "last": 1}),
        call("list_files", {"scope": "nowhere"}),
        call("list_files", {"scope": "app-1", "pattern": "["}),
        call("run_analyser", {"name": "secrets", "scope": "app-1"}),
        call("search", {"text": ""}),
        call("delete_everything", {}),
    )
    reviewed = await with_models(folder, data=[wanted, remember])

    assert len(said) >= 7
    assert not any("root:" in text for text in said)
    assert any("not in the inventory" in text for text in said)
    assert any("expected the key of a scope, found 'nowhere'" in text for text in said)
    assert reviewed.report.status is ReportStatus.COMPLETE


async def test_what_the_model_did_not_look_at_and_notes_reaches_the_report(folder: Path) -> None:
    said = handed_in(
        notes="Nothing is logged here.",
        not_covered=[{"what": "the data base", "why": "its schema is elsewhere"}],
        not_audited=[{"what": "left-pad 1.0", "why": "nobody knows it"}],
    )

    reviewed = await with_models(folder, data=[answer(said)])

    assert "data: Nothing is logged here." in reviewed.report.notes
    assert ("the data base", "its schema is elsewhere") in {(gap.what, gap.why) for gap in reviewed.report.not_covered}
    assert ("left-pad 1.0", "nobody knows it") in {(gap.what, gap.why) for gap in reviewed.report.not_audited}
