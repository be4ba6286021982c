"""The report as SARIF."""

import json
from typing import Any
from urllib.parse import unquote_to_bytes

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.apps.review.findings.model import Finding
from holdfast.apps.review.findings.severity import Severity
from holdfast.apps.review.report.sarif import sarif_report
from holdfast.apps.review.report.sarif_location import plain, uri_of
from holdfast.apps.review.report.value import ReviewReport
from holdfast.apps.review.source.names import shown
from tests.apps.review.findings.samples import finding, many_findings
from tests.apps.review.report.samples import empty_report, hostile_report, rich_report
from tests.apps.review.report.sarif_schema import SARIF_SCHEMA


def _run(report: ReviewReport) -> dict[str, Any]:
    text = sarif_report(report)
    assert text.isascii()
    log = json.loads(text)
    jsonschema.Draft7Validator(SARIF_SCHEMA).validate(log)
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


@pytest.mark.parametrize("report", [rich_report(), empty_report(), hostile_report()])
def test_every_report_is_valid_sarif(report: ReviewReport) -> None:
    run = _run(report)

    assert len(run["results"]) == len(report.findings)
    assert run["automationDetails"]["id"] == f"holdfast-review/{report.run_id}"


def test_a_result_names_its_place_its_level_and_the_way_of_the_value() -> None:
    result = _run(rich_report())["results"][0]

    assert (result["ruleId"], result["level"], result["rank"]) == ("injection/sql-string", "error", 92.0)
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "src/db.py", "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 4, "endLine": 4, "snippet": {"text": rich_report().findings[0].evidence}},
            }
        }
    ]
    assert result["message"]["text"].startswith("SQL built from a string.\n\nA name with a quote in it")
    flow = result["codeFlows"][0]["threadFlows"][0]["locations"]
    assert [step["location"]["physicalLocation"]["region"]["startLine"] for step in flow] == [1, 4]
    assert result["properties"]["traceVerdict"] == "confirmed"


def test_rules_say_how_bad_and_of_which_kind_they_are() -> None:
    rules = {rule["id"]: rule for rule in _run(rich_report())["tool"]["driver"]["rules"]}

    assert list(rules) == sorted(rules)
    assert rules["injection/sql-string"]["properties"] == {
        "tags": ["security", "external/cwe/cwe-089"],
        "precision": "very-high",
        "security-severity": "9.5",
    }
    assert rules["complexity/long-function"]["properties"]["tags"] == ["maintainability"]
    assert "security-severity" not in rules["complexity/long-function"]["properties"]


def test_what_is_missing_is_notified_and_a_partial_review_did_not_succeed() -> None:
    (invocation,) = _run(rich_report())["invocations"]
    notices = [(one["descriptor"]["id"], one["level"]) for one in invocation["toolExecutionNotifications"]]

    assert invocation["executionSuccessful"] is False
    assert {"failed", "not-covered", "not-audited", "skipped", "not-accepted", "offline"} == {id_ for id_, _ in notices}
    assert ("failed", "error") in notices
    assert _run(empty_report())["invocations"][0]["executionSuccessful"] is True


@given(many_findings())
def test_every_result_points_to_its_own_rule(findings: list[Finding]) -> None:
    run = _run(msgspec.structs.replace(empty_report(), findings=tuple(findings)))
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]

    assert [rules[result["ruleIndex"]] for result in run["results"]] == [one.rule for one in findings]
    prints = [tuple(result["partialFingerprints"].values()) for result in run["results"]]
    assert len(set(prints)) == len(findings)


def test_a_fingerprint_survives_lines_put_in_above() -> None:
    def prints(line: int) -> Any:
        report = msgspec.structs.replace(empty_report(), findings=(finding(line=line),))
        return _run(report)["results"][0]["partialFingerprints"]

    assert prints(4) == prints(400)


@pytest.mark.parametrize(
    ("name", "uri"),
    [
        (b"src/a.py", "src/a.py"),
        (b"a b#c?d%e.py", "a%20b%23c%3Fd%25e.py"),
        (b"http:evil", "http%3Aevil"),
        (b"new\nline", "new%0Aline"),
        (b"\xff\\", "%FF%5C"),
        ("grün.py".encode(), "gr%C3%BCn.py"),
    ],
)
def test_paths_are_relative_uris_of_the_bytes_on_disk(name: bytes, uri: str) -> None:
    assert uri_of(shown(name)) == uri


@given(st.binary(min_size=1))
def test_any_name_can_be_had_back_from_its_uri(name: bytes) -> None:
    assert unquote_to_bytes(uri_of(shown(name))) == name


def test_a_message_is_no_link_and_has_no_placeholders() -> None:
    assert plain("see [here](http://evil.example)") == "see \\[here\\](http://evil.example)"
    assert plain("use {0} of a[0]") == "use {{0}} of a[0]"
    assert plain("a[0] and {x}") == "a[0] and {x}"


def test_levels_follow_severities() -> None:
    findings = tuple(finding(severity=severity, rule=f"a/{severity.value}") for severity in Severity)
    run = _run(msgspec.structs.replace(empty_report(), findings=findings))

    assert [result["level"] for result in run["results"]] == ["error", "error", "warning", "note", "note"]
    assert sarif_report(rich_report()) == sarif_report(rich_report())
