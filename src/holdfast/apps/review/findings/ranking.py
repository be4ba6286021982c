"""The order findings are read in: severity × confidence, then ties broken the same way every time."""

from collections import Counter
from collections.abc import Iterable

import msgspec

from holdfast.apps.review.findings.model import Claim, Finding, Verdict

_TRACED = {Verdict.CONFIRMED: 0, None: 1, Verdict.UNCLEAR: 2, Verdict.DOWNGRADED: 3}

RankKey = tuple[float, int, int, str, int, int, tuple[str, ...], tuple[Claim, ...]]


class Shown(msgspec.Struct, frozen=True):
    """The findings to show, and those that are left."""

    findings: tuple[Finding, ...]
    findings_left: tuple[Finding, ...]

    @property
    def more(self) -> dict[str, int]:
        """How many findings of each rule are left, by rule."""
        return dict(sorted(Counter(finding.rule for finding in self.findings_left).items()))


def rank(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings in the order they should be read. The order they came in does not matter."""
    return tuple(sorted(findings, key=rank_key))


def rank_key(finding: Finding) -> RankKey:
    """Return what a finding is sorted by; two findings with equal keys say the same."""
    words = (finding.rule, finding.title, finding.evidence, finding.message, finding.fix, finding.cwe or "")
    traced = _TRACED[finding.trace.verdict if finding.trace else None]
    return (
        -finding.score,
        finding.severity.order,
        traced,
        finding.path,
        finding.line,
        finding.end_line,
        words,
        finding.claims,
    )


def shown_per_rule(findings: Iterable[Finding], *, per_rule_max: int, findings_max: int) -> Shown:
    """Return the first few findings of each rule, at most ``findings_max`` in all, and the others. Order is kept."""
    seen: Counter[str] = Counter()
    shown: list[Finding] = []
    left: list[Finding] = []
    for finding in findings:
        is_shown = len(shown) < findings_max and seen[finding.rule] < per_rule_max
        (shown if is_shown else left).append(finding)
        seen[finding.rule] += is_shown
    return Shown(tuple(shown), tuple(left))
