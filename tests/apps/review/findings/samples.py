"""Findings to test with: one builder, and a hypothesis strategy that likes to collide."""

from hypothesis import strategies as st

from holdfast.apps.review.findings.model import Finding, stated_by
from holdfast.apps.review.findings.severity import Severity

SQL = 'cursor.execute("SELECT * FROM users WHERE name = \'" + name + "\'")'


def finding(
    *,
    rule: str = "injection/sql-string",
    severity: Severity = Severity.CRITICAL,
    confidence: float = 0.8,
    path: str = "src/db.py",
    line: int = 4,
    end_line: int | None = None,
    evidence: str = SQL,
    title: str = "SQL built from a string",
    message: str = "A name with a quote in it changes the statement.",
    fix: str = "Pass the name as a parameter.",
    cwe: str | None = "CWE-89",
    source: str = "injection",
    analysers: tuple[str, ...] = (),
) -> Finding:
    """One finding, as one specialist states it."""
    stated = Finding(
        rule=rule,
        title=title,
        severity=severity,
        confidence=confidence,
        path=path,
        line=line,
        end_line=end_line if end_line is not None else line + evidence.count("\n"),
        evidence=evidence,
        message=message,
        fix=fix,
        cwe=cwe,
    )
    return stated_by(stated, source, analysers)


_RULES = ("injection/sql", "injection/shell", "data/weak-hash", "secrets/key", "complexity/long", "complexity/tests")


@st.composite
def _one(draw: st.DrawFn) -> Finding:
    line = draw(st.integers(1, 8))
    return finding(
        rule=draw(st.sampled_from(_RULES)),
        severity=draw(st.sampled_from(Severity)),
        confidence=draw(st.sampled_from((0.0, 0.1, 0.5, 0.7, 0.95, 1.0))),
        path=draw(st.sampled_from(("a.py", "b.py"))),
        line=line,
        end_line=line + draw(st.integers(0, 3)),
        evidence=draw(st.sampled_from(("run(x)", "md5(y)", "key = z"))),
        title=draw(st.sampled_from(("one", "two"))),
        fix=draw(st.sampled_from(("", "mend it"))),
        cwe=draw(st.sampled_from((None, None, "CWE-89", "CWE-78", "CWE-77"))),
        source=draw(st.sampled_from(("injection", "data", "secrets"))),
        analysers=draw(st.sampled_from(((), (), ("bandit",)))),
    )


def many_findings(count_max: int = 14) -> st.SearchStrategy[list[Finding]]:
    """Lists of findings that often are about the same place, rule or words."""
    return st.lists(_one(), max_size=count_max)
