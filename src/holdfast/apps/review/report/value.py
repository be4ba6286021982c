"""What a finished review has to say: the value all forms are made from."""

import enum
from collections import Counter

import msgspec

from holdfast.apps.review.findings.model import Finding, Gap
from holdfast.apps.review.findings.severity import Severity


class ReportStatus(enum.StrEnum):
    """Whether everything that was to be looked at was looked at."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    """Branches failed; what the others found stands."""


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """What the review consumed."""

    agents: int = 0
    turns: int = 0
    tool_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = None
    """None where the price of the model is not known."""
    seconds: float = 0.0


class ReviewReport(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a reader may want to know about one review. Findings are ranked."""

    run_id: str
    root: str
    """The folder as it is to be shown."""
    title: str
    status: ReportStatus
    model: str
    is_offline: bool
    """No language model was used."""
    findings: tuple[Finding, ...] = ()
    skipped: tuple[Gap, ...] = ()
    """Files that were not read."""
    not_covered: tuple[Gap, ...] = ()
    """Languages and areas nobody looked at."""
    not_audited: tuple[Gap, ...] = ()
    """Dependencies no vulnerability database answered for: not known to be clean."""
    failed: tuple[Gap, ...] = ()
    """Branches that failed; their part of the review is missing."""
    dropped: dict[str, int] = msgspec.field(default_factory=dict)
    """How many findings were not accepted, by reason."""
    conventions: tuple[str, ...] = ()
    """What the project says about itself, as the reviewers were told."""
    notes: tuple[str, ...] = ()
    totals: Totals = msgspec.field(default_factory=Totals)
    resumed: int = 0
    """How often the run was taken up again."""
    files_reviewed: int = 0
    lines_reviewed: int = 0
    change: str | None = None
    """The range of revisions, where a change was reviewed."""
    version: str = ""
    """Of Holdfast."""

    @property
    def counts(self) -> dict[Severity, int]:
        """How many findings each level has, worst level first, none left out."""
        found = Counter(finding.severity for finding in self.findings)
        return {severity: found[severity] for severity in Severity}


def exceeds(report: ReviewReport, level: Severity) -> bool:
    """Whether any finding is as bad as ``level`` or worse: what ``--fail-on`` asks."""
    return any(finding.severity.is_at_least(level) for finding in report.findings)


def is_stopped(report: ReviewReport, level: Severity) -> bool:
    """Whether a gate at ``level`` stops the change. It fails closed: what nobody looked at is not let through."""
    return report.status is ReportStatus.PARTIAL or exceeds(report, level)


def encode_report(report: ReviewReport) -> bytes:
    """Return the report as JSON to be stored; equal reports give equal bytes."""
    return msgspec.json.encode(report, order="sorted")


def decode_report(stored: bytes) -> ReviewReport:
    """Return a stored report; raise ``msgspec.DecodeError`` if it is none."""
    return msgspec.json.decode(stored, type=ReviewReport)
