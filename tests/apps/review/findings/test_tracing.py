"""What the tracer's verdict does to a critical finding."""

from holdfast.apps.review.findings.model import Conflict, Opinion, Trace, TraceStep, Verdict
from holdfast.apps.review.findings.severity import Severity
from holdfast.apps.review.findings.tracing import needs_trace, settle
from tests.apps.review.findings.samples import SQL, finding

FILES = {"src/web.py": ["", "name = request.args['name']"], "src/db.py": ["", "", "", SQL]}
SOURCE = TraceStep("./src/web.py", 1, "name = request.args['name']", "from the query string")
SINK = TraceStep("src/db.py", 4, SQL)
MADE_UP = TraceStep("src/web.py", 2, "name = escape(name)")


def test_only_critical_findings_that_were_not_traced_go_to_the_tracer() -> None:
    traced = settle(finding(), Trace(Verdict.CONFIRMED, "It does.", (SINK,)), FILES.get)

    assert needs_trace(finding())
    assert not needs_trace(traced)
    assert not needs_trace(finding(severity=Severity.HIGH))


def test_a_confirmed_finding_keeps_its_severity_and_its_steps_stand_in_the_code() -> None:
    settled = settle(finding(), Trace(Verdict.CONFIRMED, "It does.", (SOURCE, MADE_UP, SINK)), FILES.get)

    assert settled.severity is Severity.CRITICAL
    assert settled.trace is not None
    assert [(step.path, step.line) for step in settled.trace.steps] == [("src/web.py", 2), ("src/db.py", 4)]
    assert settled.trace.steps_dropped == 1


def test_a_confirmation_without_a_step_that_stands_is_unclear() -> None:
    settled = settle(finding(), Trace(Verdict.CONFIRMED, "Believe me.", (MADE_UP,)), FILES.get)

    assert settled.trace is not None
    assert settled.trace.verdict is Verdict.UNCLEAR
    assert settled.severity is Severity.CRITICAL


def test_a_downgrade_lowers_the_severity_and_is_shown_as_a_conflict() -> None:
    trace = Trace(Verdict.DOWNGRADED, "The name is a constant.", (SINK,), Severity.LOW)
    settled = settle(finding(), trace, FILES.get)

    assert settled.severity is Severity.LOW
    assert settled.conflicts == (
        Conflict("severity", (Opinion("injection", "critical"), Opinion("security trace", "low"))),
    )


def test_a_downgrade_that_does_not_lower_is_unclear() -> None:
    for severity in (None, Severity.CRITICAL):
        settled = settle(finding(), Trace(Verdict.DOWNGRADED, "Hm.", (SINK,), severity), FILES.get)

        assert settled.trace is not None
        assert (settled.trace.verdict, settled.trace.severity) == (Verdict.UNCLEAR, None)
        assert settled.severity is Severity.CRITICAL
