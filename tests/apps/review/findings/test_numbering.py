"""Ids of findings."""

from hypothesis import given

from holdfast.apps.review.findings.model import Finding
from holdfast.apps.review.findings.numbering import fingerprints
from tests.apps.review.findings.samples import finding, many_findings


def test_equal_findings_in_one_file_are_counted_down_the_file() -> None:
    lower, upper = finding(line=9), finding(line=2)

    ids = fingerprints([lower, upper, finding(path="b.py")])

    assert [id_.partition(":")[2] for id_ in ids] == ["2", "1", "1"]
    assert ids == fingerprints([finding(line=109), finding(line=102), finding(path="b.py")])


@given(many_findings())
def test_ids_are_unique_in_a_report(findings: list[Finding]) -> None:
    assert len(set(fingerprints(findings))) == len(findings)
