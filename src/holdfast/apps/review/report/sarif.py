"""The report as SARIF 2.1.0, for code scanning."""

import json
from collections.abc import Iterable

from holdfast.apps.review.findings.model import Gap
from holdfast.apps.review.findings.numbering import fingerprints
from holdfast.apps.review.report.sarif_location import ROOT, artifact_location, is_path, plain
from holdfast.apps.review.report.sarif_result import result_of, rules_of
from holdfast.apps.review.report.value import ReportStatus, ReviewReport
from holdfast.apps.review.report.wording import dropped_line

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT_NAME = "holdfastReview/v1"

Object = dict[str, object]


def sarif_report(report: ReviewReport) -> str:
    """Return the report as a SARIF log in ASCII; equal reports give equal text."""
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(report)]}
    return json.dumps(log, indent=2, ensure_ascii=True) + "\n"


def _run(report: ReviewReport) -> Object:
    rules = rules_of(report.findings)
    places = {str(rule["id"]): place for place, rule in enumerate(rules)}
    ids = fingerprints(report.findings)
    results = [
        {**result_of(finding, places), "partialFingerprints": {FINGERPRINT_NAME: id_}}
        for finding, id_ in zip(report.findings, ids, strict=True)
    ]
    driver: Object = {"name": "Holdfast review", "rules": rules, "notifications": _descriptors()}
    if report.version:
        driver["version"] = report.version
    paths = sorted({finding.path for finding in report.findings})
    return {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"holdfast-review/{report.run_id}"},
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the repository that was reviewed."}}},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report)],
        "artifacts": [{"location": artifact_location(path)} for path in paths],
        "results": results,
        "properties": {
            "model": report.model,
            "isOffline": report.is_offline,
            "status": report.status.value,
            "change": report.change,
            "filesReviewed": report.files_reviewed,
            "linesReviewed": report.lines_reviewed,
        },
    }


_NOTICES = {
    "failed": "A part of the review did not finish.",
    "not-covered": "Nobody looked at this.",
    "not-audited": "No vulnerability database answered for this dependency: it is not known to be clean.",
    "skipped": "This file was not read.",
    "not-accepted": "Findings were not accepted.",
    "offline": "No language model was used.",
}


def _descriptors() -> list[Object]:
    return [{"id": id_, "shortDescription": {"text": text}} for id_, text in _NOTICES.items()]


def _invocation(report: ReviewReport) -> Object:
    notices = [
        *_of_gaps("failed", "error", report.failed),
        *_of_gaps("not-covered", "warning", report.not_covered),
        *_of_gaps("not-audited", "warning", report.not_audited),
        *_of_gaps("skipped", "note", report.skipped),
    ]
    if report.dropped:
        notices.append(_notice("not-accepted", "note", dropped_line(report)))
    if report.is_offline:
        notices.append(_notice("offline", "note", _NOTICES["offline"]))
    totals = report.totals
    return {
        "executionSuccessful": report.status is ReportStatus.COMPLETE,
        "toolExecutionNotifications": notices,
        "properties": {
            "agents": totals.agents,
            "turns": totals.turns,
            "toolCalls": totals.tool_calls,
            "inputTokens": totals.input_tokens,
            "outputTokens": totals.output_tokens,
            "costUsd": totals.cost_usd,
            "seconds": totals.seconds,
            "resumed": report.resumed,
        },
    }


def _of_gaps(id_: str, level: str, gaps: Iterable[Gap]) -> list[Object]:
    notices: list[Object] = []
    for gap in gaps:
        notice = _notice(id_, level, f"{gap.what}: {gap.why}")
        if id_ == "skipped" and is_path(gap.what):
            notice["locations"] = [{"physicalLocation": {"artifactLocation": artifact_location(gap.what)}}]
        notices.append(notice)
    return notices


def _notice(id_: str, level: str, text: str) -> Object:
    place = list(_NOTICES).index(id_)
    return {"descriptor": {"id": id_, "index": place}, "level": level, "message": {"text": plain(text)}}
