"""The report as JSON."""

import json
from typing import Any

import msgspec
from hypothesis import given

from holdfast.apps.review.findings.model import Finding
from holdfast.apps.review.report.machine import json_report
from holdfast.apps.review.report.value import decode_report, encode_report
from tests.apps.review.findings.samples import many_findings
from tests.apps.review.report.samples import NASTY, empty_report, hostile_report, rich_report


def _parsed(text: str) -> dict[str, Any]:
    parsed = json.loads(text)
    assert isinstance(parsed, dict)
    return parsed


def test_the_report_is_one_object_with_the_promised_keys() -> None:
    report = _parsed(json_report(rich_report()))

    assert list(report)[:6] == ["run_id", "status", "findings", "skipped", "usage", "seconds"]
    assert (report["run_id"], report["status"], report["seconds"]) == ("run-01jd3vq8", "partial", 12.34)
    assert report["skipped"][-1] == {"path": "dump.sql", "reason": "too large"}
    assert report["usage"] == {
        "agents": 7,
        "turns": 41,
        "tool_calls": 88,
        "input_tokens": 120_431,
        "output_tokens": 9_102,
        "cost_usd": None,
    }
    assert report["is_offline"] is True
    assert report["not_audited"][0] == {"dependency": "leftpad 1.0", "reason": "not in the database"}


def test_a_finding_has_everything_that_is_known_of_it() -> None:
    found = _parsed(json_report(rich_report()))["findings"][0]

    assert found["rule"] == "injection/sql-string"
    assert (found["severity"], found["confidence"]) == ("critical", 0.92)
    assert (found["path"], found["line"], found["end_line"]) == ("src/db.py", 4, 4)
    assert found["sources"] == ["bandit", "data", "injection", "patterns"]
    assert found["conflicts"] == [{"about": "severity", "opinions": {"injection": "critical", "data": "high"}}]
    assert found["trace"]["verdict"] == "confirmed"
    assert [step["line"] for step in found["trace"]["steps"]] == [1, 4]
    assert found["claims"][0]["analysers"] == ["bandit"] or found["claims"][1]["analysers"] == ["bandit"]


def test_nothing_hostile_is_printed_raw_and_nothing_is_lost() -> None:
    text = json_report(hostile_report())

    assert text.isascii()
    assert all(char.isprintable() or char == "\n" for char in text)
    assert _parsed(text)["findings"][0]["path"] == NASTY


@given(many_findings())
def test_equal_reports_give_equal_text(findings: list[Finding]) -> None:
    report = msgspec.structs.replace(empty_report(), findings=tuple(findings))

    assert json_report(report) == json_report(decode_report(encode_report(report)))
    assert len(_parsed(json_report(report))["findings"]) == len(findings)
