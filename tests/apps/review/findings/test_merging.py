"""Which findings become one, and that none is lost on the way."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from holdfast.apps.review.findings.merging import merge
from holdfast.apps.review.findings.model import Claim, Conflict, Finding, Opinion
from holdfast.apps.review.findings.severity import Severity
from tests.apps.review.findings.samples import finding, many_findings


def test_the_same_weakness_seen_by_two_specialists_becomes_one_finding_with_both_sources() -> None:
    injection = finding(source="injection", analysers=("bandit",))
    data = finding(source="data", rule="data/sql", title="Unsafe query", cwe="CWE-564", confidence=0.5)

    (merged,) = merge([injection, data])

    assert merged.sources == ("bandit", "data", "injection")
    assert merged.title == "SQL built from a string"
    assert merged.confidence == 0.9


def test_a_conflict_of_severities_is_shown_and_the_worst_is_kept() -> None:
    (merged,) = merge([finding(severity=Severity.MEDIUM, confidence=1.0), finding(source="data")])

    assert merged.severity is Severity.CRITICAL
    assert merged.conflicts == (Conflict("severity", (Opinion("data", "critical"), Opinion("injection", "medium"))),)


def test_sources_that_agree_on_the_severity_are_in_no_conflict() -> None:
    (merged,) = merge([finding(), finding(source="data")])

    assert merged.conflicts == ()


def test_two_weaknesses_on_one_line_stay_two_even_when_a_vague_finding_quotes_the_same_words() -> None:
    sql = finding(cwe="CWE-89")
    log = finding(rule="data/personal-data-in-log", cwe="CWE-532", source="data", confidence=0.6)
    vague = finding(rule="authentication/odd", cwe=None, source="authentication")

    merged = merge([vague, log, sql])

    assert [one.cwe for one in merged] == ["CWE-89", "CWE-532"]
    assert merged[0].sources == ("authentication", "injection")


def test_lines_that_do_not_overlap_are_two_findings_whatever_they_quote() -> None:
    assert len(merge([finding(line=4), finding(line=5)])) == 2


def test_one_line_can_need_a_test_and_be_too_complex() -> None:
    line = {"cwe": None, "source": "complexity", "evidence": "def find(cursor, name):"}

    assert len(merge([finding(rule="complexity/branches", **line), finding(rule="complexity/long", **line)])) == 2  # type: ignore[arg-type] # a mixed dictionary of keywords
    assert len(merge([finding(rule="complexity/long", **line), finding(rule="complexity/long", **line)])) == 1  # type: ignore[arg-type] # a mixed dictionary of keywords


def test_a_chain_of_overlapping_lines_becomes_one_finding() -> None:
    chain = [finding(line=line, end_line=line + 2, confidence=0.5) for line in (5, 1, 3)]

    assert len(merge(chain)) == 1


def test_a_finding_that_grew_by_a_merge_is_merged_again() -> None:
    first, vague, last = (
        finding(line=1, confidence=0.5),
        finding(line=1, end_line=5, cwe=None, source="data"),
        finding(line=5, confidence=0.5, source="secrets"),
    )

    (merged,) = merge([first, vague, last])

    assert merged.sources == ("data", "injection", "secrets")
    assert (merged.line, merged.end_line) == (1, 5)


def test_what_the_best_finding_lacks_is_taken_from_the_others() -> None:
    (merged,) = merge([finding(fix="", cwe=None), finding(source="data", confidence=0.1, fix="Bind it.")])

    assert (merged.fix, merged.cwe) == ("Bind it.", "CWE-89")


def test_thousands_of_findings_on_one_line_are_merged() -> None:
    (merged,) = merge(finding(source=f"s{number}") for number in range(5_000))

    assert len(merged.claims) == 5_000


@given(many_findings(), st.randoms(use_true_random=False))
def test_the_order_findings_come_in_does_not_matter(findings: list[Finding], random: object) -> None:
    shuffled = list(findings)
    random.shuffle(shuffled)  # type: ignore[attr-defined] # hypothesis' Random

    assert merge(shuffled) == merge(findings)


@given(many_findings())
def test_merging_twice_changes_nothing(findings: list[Finding]) -> None:
    once = merge(findings)

    assert merge(once) == once


@given(many_findings())
def test_no_claim_is_lost_or_made_up(findings: list[Finding]) -> None:
    def claims(of: tuple[Finding, ...] | list[Finding]) -> Counter[Claim]:
        return Counter(claim for one in of for claim in one.claims)

    merged = merge(findings)

    assert claims(merged) == claims(findings)
    assert len(merged) <= len(findings)


@given(many_findings())
def test_a_merged_finding_is_as_bad_and_as_sure_as_its_worst_and_surest_claim(findings: list[Finding]) -> None:
    for merged in merge(findings):
        assert merged.severity.order == min(claim.severity.order for claim in merged.claims)
        assert max(claim.confidence for claim in merged.claims) <= merged.confidence <= 1.0


@given(many_findings())
def test_a_merged_finding_stands_at_the_place_of_one_that_came_in(findings: list[Finding]) -> None:
    places = {(one.path, one.line, one.end_line, one.evidence) for one in findings}

    assert all((one.path, one.line, one.end_line, one.evidence) in places for one in merge(findings))
