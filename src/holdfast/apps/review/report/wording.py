"""The sentences that the terminal and the markdown report share. All of them are safe to show."""

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from holdfast.apps.review.findings.model import Conflict, Finding, Gap
from holdfast.apps.review.findings.ranking import shown_per_rule
from holdfast.apps.review.findings.severity import Severity
from holdfast.apps.review.report.value import ReviewReport, Totals
from holdfast.apps.review.report.visible import visible, visible_prose

DETAILED_PER_RULE_MAX = 2
PLACES_MAX = 3
EXAMPLES_MAX = 4

OFFLINE = (
    "No language model was used. An offline stand-in took its place: it follows fixed rules over what the tools show "
    "it, so it knows patterns, not intentions."
)


PARTLY_OFFLINE = "Some agents were played by an offline stand-in that follows fixed rules, not by a language model."


class RuleGroup(msgspec.Struct, frozen=True):
    """Findings of one rule and level that are listed rather than told."""

    severity: Severity
    rule: str
    title: str
    places: tuple[str, ...]
    count: int


class GapGroup(msgspec.Struct, frozen=True):
    """What was left out for one reason."""

    why: str
    examples: tuple[str, ...]
    count: int


def counted(number: int, one: str, many: str = "") -> str:
    """Return ``1 file``, ``2 files``, ``1,234 files``."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def scope_line(report: ReviewReport) -> str:
    """Say what was looked at."""
    what = f"the change {visible(report.change)}" if report.change else "everything"
    return f"{what}: {counted(report.files_reviewed, 'file')}, {counted(report.lines_reviewed, 'line')}"


def verdict_line(report: ReviewReport) -> str:
    """Say in one sentence what to do about it."""
    counts = report.counts
    critical, high, medium = (counts[level] for level in (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM))
    mild = counts[Severity.LOW] + counts[Severity.INFO]
    if critical:
        also = f" and {high:,} high" if high else ""
        return f"{critical:,} critical{also}: mend these before anything else."
    if high:
        return f"{high:,} high: mend {'it' if high == 1 else 'these'} before this ships."
    if medium:
        return f"Nothing critical or high; {medium:,} medium {'is' if medium == 1 else 'are'} worth a look."
    if mild:
        return f"Nothing above low; {counted(mild, 'remark')}."
    if not report.files_reviewed:
        return "Nothing changed that could be looked at." if report.change else "Nothing was looked at."
    return "Nothing was found by those that finished." if report.failed else "Nothing was found."


def caveats(report: ReviewReport) -> tuple[str, ...]:
    """Say what a reader must know before trusting the verdict."""
    said: list[str] = []
    if report.is_offline:
        said.append(OFFLINE)
    elif "offline:" in report.model:
        said.append(PARTLY_OFFLINE)
    if report.failed:
        named = [visible_prose(gap.what) for gap in report.failed[:EXAMPLES_MAX]]
        more = len(report.failed) - len(named)
        parts = ", ".join(named) + (f" and {more:,} more" if more else "")
        said.append(f"This review is partial: {parts} did not finish, so what they would have found is missing.")
    if report.not_audited:
        number = counted(len(report.not_audited), "dependency", "dependencies")
        said.append(f"{number} could not be checked against a vulnerability database: not audited, not clean.")
    return tuple(said)


def place(finding: Finding) -> str:
    """Say where a finding stands: ``src/db.py:4``, ``src/db.py:4-6``."""
    last = f"-{finding.end_line}" if finding.end_line > finding.line else ""
    return f"{visible(finding.path)}:{finding.line}{last}"


def sureness(finding: Finding) -> str:
    """Say how sure the sources are together: ``97 % sure``; never 100 unless it is."""
    percent = min(99, round(finding.confidence * 100)) if finding.confidence < 1 else 100
    return f"{percent} % sure"


def label(finding: Finding) -> str:
    """Say what kind of finding it is: its rule and CWE."""
    return " · ".join(visible(name) for name in (finding.rule, finding.cwe) if name)


def said_by(finding: Finding) -> str:
    """Name everyone who said so."""
    return ", ".join(visible_prose(source) for source in finding.sources) or "nobody named"


def disagreement(conflict: Conflict) -> str:
    """Say who said what."""
    said = ", ".join(f"{visible_prose(one.source)} says {visible_prose(one.said)}" for one in conflict.opinions)
    return f"{conflict.about}: {said}"


def told_and_listed(report: ReviewReport, told_max: int) -> tuple[tuple[Finding, ...], tuple[RuleGroup, ...]]:
    """Return the findings to tell in full, at most ``told_max``, and the rest grouped by level and rule.

    Of one rule only a few are told, so that a frequent one does not hide the others.
    """
    remarks = [finding for finding in report.findings if finding.severity is Severity.INFO]
    others = [finding for finding in report.findings if finding.severity is not Severity.INFO]
    shown = shown_per_rule(others, per_rule_max=DETAILED_PER_RULE_MAX, findings_max=told_max)
    groups: dict[tuple[int, str], list[Finding]] = defaultdict(list)
    for finding in (*shown.findings_left, *remarks):
        groups[finding.severity.order, finding.rule].append(finding)
    return shown.findings, tuple(_rule_group(groups[key]) for key in sorted(groups))


def _rule_group(findings: list[Finding]) -> RuleGroup:
    first = findings[0]
    places = tuple(place(finding) for finding in findings[:PLACES_MAX])
    return RuleGroup(first.severity, visible(first.rule), visible_prose(first.title), places, len(findings))


def grouped_gaps(gaps: Iterable[Gap]) -> tuple[GapGroup, ...]:
    """Return gaps by reason, the most frequent first, with some examples each."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for gap in gaps:
        by_reason[visible_prose(gap.why)].append(visible_prose(gap.what))
    groups = (GapGroup(why, tuple(sorted(whats)[:EXAMPLES_MAX]), len(whats)) for why, whats in by_reason.items())
    return tuple(sorted(groups, key=lambda group: (-group.count, group.why)))


def gap_line(group: GapGroup) -> str:
    """Say what was left out for one reason: some examples, and how many more there are."""
    if group.count == 1:
        return f"{group.examples[0]}: {group.why}"
    more = group.count - len(group.examples)
    return f"{group.why}: {', '.join(group.examples)}" + (f" and {more:,} more" if more else "")


def dropped_line(report: ReviewReport) -> str:
    """Say how many findings were not accepted, and why."""
    reasons = ", ".join(f"{count:,} × {visible_prose(reason)}" for reason, count in report.dropped.items())
    return f"{counted(sum(report.dropped.values()), 'finding')} not accepted: {reasons}"


def totals_parts(report: ReviewReport) -> tuple[str, ...]:
    """Say what it took."""
    totals = report.totals
    parts = [
        counted(totals.agents, "agent"),
        counted(totals.turns, "turn"),
        counted(totals.tool_calls, "tool call"),
        f"{totals.input_tokens:,} tokens in, {totals.output_tokens:,} out",
        _cost(totals, report),
        _duration(totals.seconds),
        f"model {visible_prose(report.model)}",
        f"run {visible(report.run_id)}",
    ]
    if report.resumed:
        parts.append(f"resumed {'once' if report.resumed == 1 else f'{report.resumed:,} times'}")
    return tuple(parts)


def _cost(totals: Totals, report: ReviewReport) -> str:
    if report.is_offline:
        return "no cost"
    match totals.cost_usd:
        case None:
            return "cost unknown"
        case usd:
            return f"${usd:,.2f}" if usd >= 0.01 or usd == 0 else f"${usd:.4f}"


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s"
