"""The report as markdown, for a pull request or a page."""

from collections.abc import Iterator

from holdfast.apps.review.findings.model import Finding, Gap, Trace
from holdfast.apps.review.report import wording
from holdfast.apps.review.report.markdown_text import code, code_block, code_in_cell, prose
from holdfast.apps.review.report.value import ReviewReport

TOLD_MAX = 30
GROUPS_MAX = 100
NOTES_MAX = 20
EVIDENCE_LINES_MAX = 20
EVIDENCE_CHARS_MAX = 300


def markdown_report(report: ReviewReport) -> str:
    """Return the report as GitHub-flavoured markdown; equal reports give equal text."""
    told, listed = wording.told_and_listed(report, TOLD_MAX)
    lines = [*_head(report)]
    if told:
        lines += ["## Findings", ""]
    for number, finding in enumerate(told, 1):
        lines += _finding(number, finding)
    lines += _listed(listed)
    lines += _not_looked_at(report)
    lines += ["## Totals", "", prose(" · ".join(wording.totals_parts(report)))]
    return "\n".join(lines) + "\n"


def _head(report: ReviewReport) -> Iterator[str]:
    yield f"# Review of {prose(report.title)}"
    yield ""
    yield f"**{prose(wording.verdict_line(report))}** Looked at {prose(wording.scope_line(report))}."
    yield ""
    for caveat in wording.caveats(report):
        yield f"> {prose(caveat)}"
        yield ""
    if any(report.counts.values()):
        yield "| " + " | ".join(report.counts) + " |"
        yield "|" + " --: |" * len(report.counts)
        yield "| " + " | ".join(f"{count:,}" for count in report.counts.values()) + " |"
        yield ""
    if report.conventions:
        yield f"Project conventions: {', '.join(map(prose, report.conventions))}"
        yield ""


def _finding(number: int, finding: Finding) -> Iterator[str]:
    yield f"### {number}. {finding.severity.value.capitalize()}: {prose(finding.title)}"
    yield ""
    yield f"{code(wording.place(finding))} · {prose(wording.label(finding))}"
    yield ""
    yield code_block(finding.evidence, EVIDENCE_LINES_MAX, EVIDENCE_CHARS_MAX)
    yield ""
    yield prose(finding.message)
    yield ""
    if finding.fix:
        yield f"- **Fix:** {prose(finding.fix)}"
    yield f"- **Said by:** {prose(wording.said_by(finding))}, {prose(wording.sureness(finding))}"
    for conflict in finding.conflicts:
        yield f"- **Conflict:** {prose(wording.disagreement(conflict))}"
    if finding.trace is not None:
        yield from _trace(finding.trace)
    yield ""


def _trace(trace: Trace) -> Iterator[str]:
    yield f"- **Traced, {trace.verdict.value}:** {prose(trace.reasons)}"
    for number, step in enumerate(trace.steps, 1):
        note = f" {prose(step.note)}" if step.note else ""
        yield f"  {number}. {code(f'{step.path}:{step.line}')}{note}: {code(' '.join(step.evidence.split()))}"
    if trace.steps_dropped:
        left_out = wording.counted(trace.steps_dropped, "step")
        yield f"  - {left_out} left out: the quoted code does not stand there"


def _listed(groups: tuple[wording.RuleGroup, ...]) -> Iterator[str]:
    if not groups:
        return
    yield from ("## Also found", "", "| level | | what | where |", "| --- | --: | --- | --- |")
    for group in groups[:GROUPS_MAX]:
        more = group.count - len(group.places)
        places = "<br>".join((*map(code_in_cell, group.places), *([f"and {more:,} more"] if more else [])))
        what = f"{prose(group.title)}<br>{code_in_cell(group.rule)}"
        yield f"| {group.severity.value} | {group.count:,} | {what} | {places} |"
    if rest := groups[GROUPS_MAX:]:
        yield ""
        yield f"And {wording.counted(sum(group.count for group in rest), 'finding')} of {len(rest):,} more rules."
    yield ""


def _not_looked_at(report: ReviewReport) -> Iterator[str]:
    sections = (
        ("Did not finish", report.failed),
        ("Not covered", report.not_covered),
        ("Not audited, so not known to be clean", report.not_audited),
        ("Files skipped", report.skipped),
    )
    said = [f"- **{title} ({len(gaps):,}):**{_gaps(gaps)}" for title, gaps in sections if gaps]
    if report.dropped:
        said.append(f"- {prose(wording.dropped_line(report))}")
    said += [f"- Note: {prose(note)}" for note in report.notes[:NOTES_MAX]]
    if len(report.notes) > NOTES_MAX:
        said.append(f"- and {wording.counted(len(report.notes) - NOTES_MAX, 'more note')}")
    if said:
        yield from ("## Not in this report", "", *said, "")


def _gaps(gaps: tuple[Gap, ...]) -> str:
    groups = wording.grouped_gaps(gaps)
    return "".join(f"\n  - {group.count:,} × {prose(wording.gap_line(group))}" for group in groups)
