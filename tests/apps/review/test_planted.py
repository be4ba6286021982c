"""A review of a repository with things planted in it: what is found, how sure, in which order, and who looked how."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from holdfast.apps.review.findings.grounding import locate
from holdfast.apps.review.findings.model import Verdict
from holdfast.apps.review.findings.severity import Severity
from holdfast.apps.review.report.value import ReportStatus
from holdfast.kernel.outcomes import Outcome
from tests.apps.review.planted import TREE
from tests.apps.review.reviewing import Reviewed, review
from tests.apps.review.source.trees import checkout

SPECIALISTS = ("secrets", "injection", "authentication", "data", "complexity", "dependencies", "tests")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return checkout(tmp_path_factory.mktemp("planted"), TREE)


@pytest.fixture(scope="module")
def reviewed(folder: Path) -> Reviewed:
    return asyncio.run(review(folder))


def test_what_was_planted_is_found_where_it_stands(reviewed: Reviewed) -> None:
    found = {(finding.path, finding.line, finding.rule) for finding in reviewed.report.findings}
    assert found >= {
        ("app/server.py", 16, "injection/shell-command"),
        ("app/server.py", 27, "injection/unsafe-deserialisation"),
        ("app/store.py", 7, "injection/sql-from-strings"),
        ("app/store.py", 11, "authentication/password-hashed-quickly"),
        ("app/settings.py", 2, "secrets/secret-aws-key"),
        ("app/settings.py", 3, "secrets/secret-keyword"),
        ("deploy/key.pem", 1, "secrets/secret-private-key"),
        ("scripts/ask.py", 4, "injection/shell-command"),
    }


def test_an_evaluation_of_what_the_code_itself_fixes_is_not_told(reviewed: Reviewed) -> None:
    assert reviewed.findings("app/calc.py") == []


def test_the_evidence_of_every_finding_stands_in_the_code(reviewed: Reviewed, folder: Path) -> None:
    assert reviewed.report.findings
    for finding in reviewed.report.findings:
        lines = (folder / finding.path).read_text().splitlines()
        span = locate(lines, finding.line, finding.evidence)
        assert span is not None, finding
        assert (span.line, span.end_line) == (finding.line, finding.end_line)


def test_every_step_of_a_trace_stands_in_the_code(reviewed: Reviewed, folder: Path) -> None:
    steps = [step for finding in reviewed.report.findings if finding.trace for step in finding.trace.steps]
    assert steps
    for step in steps:
        lines = (folder / step.path).read_text().splitlines()
        assert locate(lines, step.line, step.evidence) is not None, step


def test_findings_are_ranked_by_severity_times_confidence(reviewed: Reviewed) -> None:
    scores = [finding.score for finding in reviewed.report.findings]
    assert scores == sorted(scores, reverse=True)
    assert reviewed.report.findings[0].severity is Severity.CRITICAL


def test_a_critical_finding_is_traced_from_source_to_sink_and_confirmed(reviewed: Reviewed) -> None:
    finding = reviewed.finding("app/store.py", "injection/sql-from-strings")
    assert finding.severity is Severity.CRITICAL
    assert finding.trace is not None
    assert finding.trace.verdict is Verdict.CONFIRMED
    assert [(step.path, step.line) for step in finding.trace.steps] == [
        ("app/server.py", 22),
        ("app/store.py", 6),
        ("app/store.py", 7),
    ]
    assert "request" in finding.trace.reasons


def test_a_critical_finding_that_nobody_outside_reaches_is_downgraded_with_its_reasons(reviewed: Reviewed) -> None:
    finding = reviewed.finding("scripts/ask.py", "injection/shell-command")
    assert finding.trace is not None
    assert finding.trace.verdict is Verdict.DOWNGRADED
    assert "command line" in finding.trace.reasons
    assert finding.severity is Severity.MEDIUM
    (conflict,) = finding.conflicts
    assert {opinion.source: opinion.said for opinion in conflict.opinions} == {
        "injection": "critical",
        "security trace": "medium",
    }


def test_no_critical_finding_goes_untraced_and_nothing_else_is_traced(reviewed: Reviewed) -> None:
    for finding in reviewed.report.findings:
        said = {claim.severity for claim in finding.claims}
        assert (finding.trace is not None) == (Severity.CRITICAL in said), finding


def test_what_two_specialists_saw_is_one_finding_with_both_as_sources_and_their_conflict(reviewed: Reviewed) -> None:
    finding = reviewed.finding("app/store.py", "authentication/password-hashed-quickly")
    assert {"authentication", "data"} <= set(finding.sources)
    assert len([one for one in reviewed.findings("app/store.py") if one.line == 11]) == 1
    (conflict,) = finding.conflicts
    assert {opinion.source: opinion.said for opinion in conflict.opinions} == {"authentication": "high", "data": "low"}
    assert finding.severity is Severity.HIGH


def test_every_specialist_looks_around_then_analyses_then_reads_what_that_showed(reviewed: Reviewed) -> None:
    turns = reviewed.turns()
    for name in SPECIALISTS:
        (agent,) = (path for path in turns if path.startswith(f"specialists/{name}"))
        assert turns[agent][0] == ["list_files"], agent
        assert turns[agent][1] == ["run_analyser"], agent
        assert turns[agent][-1] == [], agent
        assert len(turns[agent]) >= 3, agent
    (injection,) = (turns[path] for path in turns if path.startswith("specialists/injection"))
    assert set(injection[2]) == {"read_lines"}
    assert injection[3] == ["search"]
    assert injection[4] == ["read_lines"]


def test_the_traces_are_agents_of_their_own_under_readable_names(reviewed: Reviewed) -> None:
    traces = {path: tools for path, tools in reviewed.turns().items() if path.startswith("finish/escalate/")}
    assert {path.partition("[")[2] for path in traces} >= {"server.py:16]", "store.py:7]", "ask.py:4]"}
    assert all(len(tools) >= 2 for tools in traces.values())


def test_the_report_says_what_was_left_out_and_why(reviewed: Reviewed) -> None:
    report = reviewed.report
    assert ("logo.png", "binary") in {(gap.what, gap.why) for gap in report.skipped}
    assert [gap for gap in report.not_covered if gap.what == "broken.py"] == [
        gap for gap in report.not_covered if gap.why == "syntax error"
    ]
    assert len([gap for gap in report.not_covered if gap.what == "broken.py"]) == 1
    assert [gap.what for gap in report.not_audited] == ["flask"]


def test_the_report_says_how_it_came_about(reviewed: Reviewed) -> None:
    report = reviewed.report
    assert report.status is ReportStatus.COMPLETE
    assert reviewed.state.outcome is Outcome.SUCCEEDED
    assert report.is_offline
    assert report.model == "offline:review"
    assert report.files_reviewed == len(TREE) - 1
    assert "linter: ruff (pyproject.toml)" in report.conventions
    assert "licence: MIT (LICENSE)" in report.conventions
    assert report.totals.agents == len(reviewed.turns())
    assert report.totals.turns == sum(map(len, reviewed.turns().values()))
    assert report.totals.tool_calls == sum(len(tools) for turns in reviewed.turns().values() for tools in turns)
    assert report.totals.input_tokens > report.totals.output_tokens > 0
    assert report.dropped == {}


def test_a_second_review_of_the_same_code_says_the_same(reviewed: Reviewed, folder: Path) -> None:
    again = asyncio.run(review(folder))
    assert again.value == reviewed.value
    assert happened(again) == happened(reviewed)


def happened(reviewed: Reviewed) -> Counter[tuple[object, ...]]:
    """Return what happened in a review, without when and in which order its branches took their turns."""
    names = ("node", "turn", "call", "outcome", "tool", "kind", "stop")
    return Counter((type(event), *(getattr(event, name, None) for name in names)) for event in reviewed.events)
