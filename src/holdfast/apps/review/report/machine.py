"""The report as one JSON object, for programs. Keys are only ever added."""

import json

from holdfast.apps.review.findings.model import Finding, Gap
from holdfast.apps.review.findings.numbering import fingerprints
from holdfast.apps.review.report.value import ReviewReport


def json_report(report: ReviewReport) -> str:
    """Return the report as indented JSON in ASCII, which disturbs no terminal; equal reports give equal text."""
    return json.dumps(report_object(report), indent=2, ensure_ascii=True) + "\n"


def report_object(report: ReviewReport) -> dict[str, object]:
    """Return the report as the object that is printed."""
    ids = fingerprints(report.findings)
    return {
        "run_id": report.run_id,
        "status": report.status.value,
        "findings": [_finding(finding, id_) for finding, id_ in zip(report.findings, ids, strict=True)],
        "skipped": _gaps(report.skipped, "path", "reason"),
        "usage": {
            "agents": report.totals.agents,
            "turns": report.totals.turns,
            "tool_calls": report.totals.tool_calls,
            "input_tokens": report.totals.input_tokens,
            "output_tokens": report.totals.output_tokens,
            "cost_usd": report.totals.cost_usd,
        },
        "seconds": report.totals.seconds,
        "title": report.title,
        "root": report.root,
        "change": report.change,
        "model": report.model,
        "is_offline": report.is_offline,
        "version": report.version,
        "resumed": report.resumed,
        "counts": {severity.value: count for severity, count in report.counts.items()},
        "files_reviewed": report.files_reviewed,
        "lines_reviewed": report.lines_reviewed,
        "dropped": dict(sorted(report.dropped.items())),
        "failed": _gaps(report.failed, "branch", "reason"),
        "not_covered": _gaps(report.not_covered, "area", "reason"),
        "not_audited": _gaps(report.not_audited, "dependency", "reason"),
        "conventions": list(report.conventions),
        "notes": list(report.notes),
    }


def _finding(finding: Finding, id_: str) -> dict[str, object]:
    return {
        "id": id_,
        "rule": finding.rule,
        "title": finding.title,
        "severity": finding.severity.value,
        "confidence": finding.confidence,
        "path": finding.path,
        "line": finding.line,
        "end_line": finding.end_line,
        "evidence": finding.evidence,
        "message": finding.message,
        "fix": finding.fix,
        "cwe": finding.cwe,
        "sources": list(finding.sources),
        "claims": [
            {
                "source": claim.source,
                "rule": claim.rule,
                "severity": claim.severity.value,
                "confidence": claim.confidence,
                "analysers": list(claim.analysers),
            }
            for claim in finding.claims
        ],
        "conflicts": [
            {"about": conflict.about, "opinions": {one.source: one.said for one in conflict.opinions}}
            for conflict in finding.conflicts
        ],
        "trace": _trace(finding),
    }


def _trace(finding: Finding) -> dict[str, object] | None:
    trace = finding.trace
    if trace is None:
        return None
    return {
        "verdict": trace.verdict.value,
        "reasons": trace.reasons,
        "severity": trace.severity.value if trace.severity else None,
        "steps": [
            {"path": step.path, "line": step.line, "evidence": step.evidence, "note": step.note} for step in trace.steps
        ],
        "steps_dropped": trace.steps_dropped,
    }


def _gaps(gaps: tuple[Gap, ...], what: str, why: str) -> list[dict[str, str]]:
    return [{what: gap.what, why: gap.why} for gap in gaps]
