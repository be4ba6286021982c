"""What a tracer's verdict does to the finding it was asked about."""

import msgspec

from holdfast.apps.review.findings.grounding import ReadLines, locate, path_inside, says_something
from holdfast.apps.review.findings.model import Finding, Trace, TraceStep, Verdict
from holdfast.apps.review.findings.severity import Severity


def needs_trace(finding: Finding) -> bool:
    """Whether a finding is to be routed to the tracer: critical, and not traced yet."""
    return finding.severity is Severity.CRITICAL and finding.trace is None


def settle(finding: Finding, trace: Trace, read_lines: ReadLines) -> Finding:
    """Return the finding with its trace, downgraded if the tracer says so.

    The steps are grounded like any evidence. A confirmation of which no step stands in the code, and a downgrade that
    does not lower the severity, are held to be unclear: the finding keeps its severity, the reasons are kept.
    """
    steps = tuple(standing for step in trace.steps if (standing := _grounded(step, read_lines)) is not None)
    is_lower = trace.severity is not None and trace.severity.order > finding.severity.order
    match trace.verdict:
        case Verdict.CONFIRMED if steps:
            verdict, severity = Verdict.CONFIRMED, finding.severity
        case Verdict.DOWNGRADED if is_lower and trace.severity is not None:
            verdict, severity = Verdict.DOWNGRADED, trace.severity
        case _:
            verdict, severity = Verdict.UNCLEAR, finding.severity
    settled = Trace(
        verdict,
        trace.reasons,
        steps,
        severity if verdict is Verdict.DOWNGRADED else None,
        len(trace.steps) - len(steps),
    )
    return msgspec.structs.replace(finding, severity=severity, trace=settled)


def _grounded(step: TraceStep, read_lines: ReadLines) -> TraceStep | None:
    path = path_inside(step.path)
    lines = read_lines(path) if path is not None else None
    if path is None or lines is None or not says_something(step.evidence):
        return None
    span = locate(lines, step.line, step.evidence)
    return msgspec.structs.replace(step, path=path, line=span.line) if span is not None else None
