"""The order findings are read in."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.apps.review.findings.model import Finding
from holdfast.apps.review.findings.ranking import rank, shown_per_rule
from holdfast.apps.review.findings.severity import Severity
from tests.apps.review.findings.samples import finding, many_findings


def test_a_sure_medium_is_read_before_a_doubtful_critical() -> None:
    doubtful = finding(severity=Severity.CRITICAL, confidence=0.3)
    sure = finding(severity=Severity.MEDIUM, confidence=1.0)

    assert rank([doubtful, sure]) == (sure, doubtful)


def test_equal_scores_are_ordered_by_place() -> None:
    places = [finding(path="b.py", line=1), finding(path="a.py", line=9), finding(path="a.py", line=2)]

    assert [(one.path, one.line) for one in rank(places)] == [("a.py", 2), ("a.py", 9), ("b.py", 1)]


@given(many_findings())
def test_scores_never_rise_down_the_list(findings: list[Finding]) -> None:
    scores = [one.score for one in rank(findings)]

    assert scores == sorted(scores, reverse=True)


def test_a_frequent_rule_does_not_hide_the_others() -> None:
    findings = [*(finding(line=line) for line in range(1, 6)), finding(rule="data/log")]

    shown = shown_per_rule(findings, per_rule_max=2, findings_max=3)

    assert shown.findings == (findings[0], findings[1], findings[5])
    assert shown.more == {"injection/sql-string": 3}


@given(many_findings(), st.integers(0, 5), st.integers(0, 9))
def test_what_is_not_shown_is_counted(findings: list[Finding], per_rule_max: int, findings_max: int) -> None:
    shown = shown_per_rule(findings, per_rule_max=per_rule_max, findings_max=findings_max)

    assert len(shown.findings) + sum(shown.more.values()) == len(findings)
    assert len(shown.findings) <= findings_max
    for rule in shown.more:
        told = sum(one.rule == rule for one in shown.findings)
        assert told == per_rule_max or (told < per_rule_max and len(shown.findings) == findings_max)
