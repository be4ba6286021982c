"""What stays the same about a finding."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.apps.review.findings.model import Finding
from holdfast.apps.review.findings.severity import Severity
from holdfast.apps.review.findings.weakness import cwe_named, weakness_group
from tests.apps.review.findings.samples import finding, many_findings


@given(st.integers(1, 10_000), st.sampled_from(("", "  ", "\t")))
def test_a_fingerprint_survives_moved_and_indented_code(line: int, indent: str) -> None:
    moved = finding(line=line, evidence=f"{indent}{finding().evidence}  ", confidence=0.1, title="in other words")

    assert moved.fingerprint == finding().fingerprint


@pytest.mark.parametrize("other", [finding(path="b.py"), finding(evidence="query(x)"), finding(cwe="CWE-78")])
def test_another_file_another_quote_or_another_weakness_has_another_fingerprint(other: Finding) -> None:
    assert other.fingerprint != finding().fingerprint


def test_severities_have_one_order() -> None:
    assert sorted(Severity, key=lambda severity: -severity.weight) == list(Severity)
    assert Severity.HIGH.is_at_least(Severity.HIGH)
    assert Severity.CRITICAL.is_at_least(Severity.HIGH)
    assert not Severity.MEDIUM.is_at_least(Severity.HIGH)


def test_related_weaknesses_are_one_group_and_unknown_ones_their_own() -> None:
    assert weakness_group("CWE-78") == weakness_group("CWE-77") == "command"
    assert weakness_group("CWE-1104") == "cwe-1104"
    assert cwe_named("CWE-12345678") is None


@given(many_findings())
def test_findings_survive_being_stored(findings: list[Finding]) -> None:
    assert msgspec.json.decode(msgspec.json.encode(findings), type=list[Finding]) == findings
