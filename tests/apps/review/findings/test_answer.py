"""What an agent may answer, and what becomes of it."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from holdfast.apps.review.findings.answer import (
    FINDINGS_PER_ANSWER_MAX,
    SpecialistAnswer,
    TraceVerdict,
    findings_from,
    gaps_from,
    trace_from,
)
from holdfast.apps.review.findings.model import Claim, Gap, Trace, TraceStep, Verdict
from holdfast.apps.review.findings.severity import Severity

SAID: dict[str, Any] = {
    "rule": "sql-string",
    "title": "SQL built\nfrom a string",
    "severity": "HIGH ",
    "confidence": 0.9,
    "path": "./src/db.py",
    "line": 4,
    "evidence": "cursor.execute(\n    query)",
    "message": "It is\nbad.",
    "cwe": "cwe 089",
    "analysers": ["bandit"],
}


def _answer(**changed: Any) -> SpecialistAnswer:
    return SpecialistAnswer.model_validate({"findings": [SAID | changed]})


def test_an_answer_becomes_a_claim_of_the_specialist() -> None:
    (finding,) = findings_from(_answer(), "injection")

    assert finding.rule == "injection/sql-string"
    assert (finding.title, finding.message) == ("SQL built from a string", "It is\nbad.")
    assert (finding.severity, finding.cwe, finding.path) == (Severity.HIGH, "CWE-89", "src/db.py")
    assert (finding.line, finding.end_line) == (4, 5)
    assert finding.claims == (
        Claim(finding.fingerprint, "injection", "injection/sql-string", Severity.HIGH, 0.9, ("bandit",)),
    )


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("injection/SQL String", "injection/sql-string"),
        ("bandit/B608", "bandit/b608"),
        ("SQL injection!", "injection/sql-injection"),
        ("/injection//sql_string/", "injection/sql-string"),
    ],
)
def test_a_rule_is_written_one_way(written: str, rule: str) -> None:
    (finding,) = findings_from(_answer(rule=written), "injection")

    assert finding.rule == rule


@pytest.mark.parametrize(
    ("written", "cwe"), [("89", "CWE-89"), (89, "CWE-89"), ("CWE-79: XSS", "CWE-79"), ("n/a", None), ("", None)]
)
def test_a_cwe_is_written_one_way_or_not_at_all(written: object, cwe: str | None) -> None:
    (finding,) = findings_from(_answer(cwe=written), "injection")

    assert finding.cwe == cwe


@pytest.mark.parametrize(
    "wrong",
    [
        {"severity": "urgent"},
        {"confidence": 1.2},
        {"confidence": float("nan")},
        {"line": 0},
        {"evidence": ""},
        {"title": "  "},
        {"message": "\n"},
        {"rule": "//"},
        {"path": ""},
        {"surprise": True},
        {"evidence": "x" * 5_000},
    ],
)
def test_an_answer_that_breaks_the_schema_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        _answer(**wrong)


@pytest.mark.parametrize(("said", "meant"), [(85, 0.85), (100, 1.0), (2.5, 0.025), (1, 1.0), (0, 0.0)])
def test_a_confidence_in_per_cent_is_taken_for_what_it_means(said: float, meant: float) -> None:
    assert _answer(confidence=said).findings[0].confidence == pytest.approx(meant)


def test_the_number_of_findings_in_an_answer_is_limited() -> None:
    with pytest.raises(ValidationError):
        SpecialistAnswer.model_validate({"findings": [SAID] * (FINDINGS_PER_ANSWER_MAX + 1)})


def test_every_field_of_the_schema_a_model_sees_is_explained() -> None:
    for model in (SpecialistAnswer, TraceVerdict):
        schema = model.model_json_schema()
        for part in (schema, *schema.get("$defs", {}).values()):
            for name, field in part.get("properties", {}).items():
                assert field.get("description"), f"{part['title']}.{name}"
            assert part.get("additionalProperties") is False or "enum" in part


@pytest.mark.parametrize("field", ["title", "path", "evidence", "message", "fix"])
def test_text_that_could_not_be_stored_is_refused(field: str) -> None:
    with pytest.raises(ValidationError, match="unicode"):
        _answer(**{field: "eval(\udc80)"})


def test_gaps_are_kept_with_their_reasons() -> None:
    answer = SpecialistAnswer.model_validate(
        {"findings": [], "not_audited": [{"what": "left-pad 1.0", "why": "not in\nthe database"}]}
    )

    assert gaps_from(answer.not_audited) == (Gap("left-pad 1.0", "not in the database"),)


def test_a_verdict_becomes_a_trace() -> None:
    verdict = TraceVerdict.model_validate_json(
        json.dumps(
            {
                "verdict": "Downgraded",
                "reasons": "Only a constant.",
                "severity": "low",
                "steps": [{"path": "a.py", "line": 1, "evidence": "x = 1", "note": "a\nconstant"}],
            }
        )
    )

    assert trace_from(verdict) == Trace(
        Verdict.DOWNGRADED, "Only a constant.", (TraceStep("a.py", 1, "x = 1", "a constant"),), Severity.LOW
    )


def test_a_downgrade_has_to_name_its_level() -> None:
    with pytest.raises(ValidationError, match="needs 'severity'"):
        TraceVerdict.model_validate({"verdict": "downgraded", "reasons": "Hm."})
