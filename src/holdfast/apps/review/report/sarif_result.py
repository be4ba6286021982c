"""Rules and results of a SARIF run."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from holdfast.apps.review.findings.model import Finding, Trace
from holdfast.apps.review.findings.severity import Severity
from holdfast.apps.review.findings.weakness import BROAD_FAMILIES, family
from holdfast.apps.review.report.sarif_location import physical_location, plain
from holdfast.apps.review.report.wording import disagreement, said_by, sureness

Object = dict[str, object]

_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
_SECURITY_SEVERITY = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "3.0",
    Severity.INFO: "0.5",
}
"""In the middle of the bands by which code scanning shows a security finding as critical, high, medium or low."""
SCORE_MAX = Severity.CRITICAL.weight
PRECISION = ((0.9, "very-high"), (0.7, "high"), (0.4, "medium"), (0.0, "low"))


def rules_of(findings: Iterable[Finding]) -> list[Object]:
    """Return a descriptor for each rule that was broken, in alphabetical order."""
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_rule[finding.rule].append(finding)
    return [_rule(rule, by_rule[rule]) for rule in sorted(by_rule)]


def _rule(rule: str, findings: list[Finding]) -> Object:
    worst = min((finding.severity for finding in findings), key=lambda severity: severity.order)
    surest = max(finding.confidence for finding in findings)
    first = min(findings, key=lambda finding: (finding.path, finding.line, finding.title, finding.fix))
    cwes = sorted({finding.cwe for finding in findings if finding.cwe})
    is_security = family(rule) not in BROAD_FAMILIES
    properties: Object = {
        "tags": [*(["security"] if is_security else ["maintainability"]), *(_cwe_tag(cwe) for cwe in cwes)],
        "precision": next(name for least, name in PRECISION if surest >= least),
    }
    if is_security:
        properties["security-severity"] = _SECURITY_SEVERITY[worst]
    return {
        "id": rule,
        "shortDescription": {"text": plain(first.title)},
        "fullDescription": {"text": plain(first.title)},
        "help": {"text": plain(first.fix or first.title)},
        "defaultConfiguration": {"level": _LEVELS[worst]},
        "properties": properties,
    }


def _cwe_tag(cwe: str) -> str:
    return f"external/cwe/cwe-{int(cwe.removeprefix('CWE-')):03}"


def result_of(finding: Finding, rule_places: Mapping[str, int]) -> Object:
    """Return one finding as a result, without its fingerprint."""
    location = physical_location(finding.path, finding.line, finding.end_line, finding.evidence)
    result: Object = {
        "ruleId": finding.rule,
        "ruleIndex": rule_places[finding.rule],
        "level": _LEVELS[finding.severity],
        "rank": round(100 * finding.score / SCORE_MAX, 2),
        "message": {"text": plain(_message(finding))},
        "locations": [{"physicalLocation": location}],
    }
    if finding.trace is not None and finding.trace.steps:
        result["codeFlows"] = [_code_flow(finding.trace)]
    result["properties"] = {
        "title": finding.title,
        "severity": finding.severity.value,
        "confidence": finding.confidence,
        "sources": list(finding.sources),
        "cwe": finding.cwe,
        "fix": finding.fix,
        "traceVerdict": finding.trace.verdict.value if finding.trace else None,
    }
    return result


def _message(finding: Finding) -> str:
    """Say it so that the first sentence can stand alone, where space is short."""
    title = finding.title.rstrip(".")
    parts = [f"{title}.", finding.message]
    if finding.fix:
        parts.append(f"Fix: {finding.fix}")
    parts.append(f"Said by {said_by(finding)}, {sureness(finding)}.")
    parts += [f"The sources disagree on the {disagreement(conflict)}." for conflict in finding.conflicts]
    if finding.trace is not None:
        parts.append(f"Traced, {finding.trace.verdict.value}: {finding.trace.reasons}")
    return "\n\n".join(parts)


def _code_flow(trace: Trace) -> Object:
    locations = [
        {
            "location": {
                "physicalLocation": physical_location(step.path, step.line, step.line, step.evidence),
                "message": {"text": plain(step.note or step.evidence)},
            },
            "executionOrder": number,
        }
        for number, step in enumerate(trace.steps, 1)
    ]
    return {"message": {"text": plain(trace.reasons)}, "threadFlows": [{"locations": locations}]}
