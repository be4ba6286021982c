"""The value all forms are made from."""

import msgspec
import pytest

from holdfast.apps.review.findings.severity import Severity
from holdfast.apps.review.report.value import ReportStatus, decode_report, encode_report, exceeds
from tests.apps.review.findings.samples import finding
from tests.apps.review.report.samples import empty_report, rich_report


def test_a_report_survives_being_stored() -> None:
    for report in (rich_report(), empty_report()):
        assert decode_report(encode_report(report)) == report
        assert encode_report(decode_report(encode_report(report))) == encode_report(report)


def test_what_is_no_report_is_refused() -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_report(b'{"run_id": 1}')


@pytest.mark.parametrize(
    ("worst", "level", "fails"),
    [
        (Severity.HIGH, Severity.HIGH, True),
        (Severity.CRITICAL, Severity.HIGH, True),
        (Severity.MEDIUM, Severity.HIGH, False),
        (Severity.INFO, Severity.INFO, True),
    ],
)
def test_a_build_fails_on_findings_as_bad_as_asked_or_worse(worst: Severity, level: Severity, fails: bool) -> None:
    report = msgspec.structs.replace(empty_report(), findings=(finding(severity=worst),))

    assert exceeds(report, level) is fails


def test_a_build_never_fails_on_no_findings() -> None:
    assert not exceeds(empty_report(), Severity.INFO)


def test_counts_name_every_level_worst_first() -> None:
    assert list(rich_report().counts.items()) == [
        (Severity.CRITICAL, 1),
        (Severity.HIGH, 2),
        (Severity.MEDIUM, 1),
        (Severity.LOW, 8),
        (Severity.INFO, 1),
    ]
    assert rich_report().status is ReportStatus.PARTIAL
