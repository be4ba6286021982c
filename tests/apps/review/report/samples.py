"""A rich report to look at, and one in which everything is hostile."""

import msgspec

from holdfast.apps.review.findings.merging import merge
from holdfast.apps.review.findings.model import Finding, Gap, Trace, TraceStep, Verdict
from holdfast.apps.review.findings.severity import Severity
from holdfast.apps.review.findings.tracing import settle
from holdfast.apps.review.report.value import ReportStatus, ReviewReport, Totals
from tests.apps.review.findings.samples import SQL, finding

FILES = {"src/web/views.py": ['    name = request.args["name"]'], "src/db.py": ["", "", "", "    " + SQL]}

NASTY = "a\x1b[31mred\x1b[0m\u202egnp.exe\u2066 [bold]x[/bold] `tick` <script>|\r\x07\u200b\x9b2J \ud83d end"
"""Everything at once: escape sequences, overrides, markup of three kinds, a bell, a half of a surrogate pair."""


def _traced() -> Finding:
    (both,) = merge(
        [
            finding(analysers=("bandit",)),
            finding(source="data", rule="data/sql", severity=Severity.HIGH, confidence=0.6, analysers=("patterns",)),
        ]
    )
    steps = (
        TraceStep("src/web/views.py", 1, 'name = request.args["name"]', "from the query string, unchecked"),
        TraceStep("src/db.py", 4, SQL, "becomes part of the statement"),
        TraceStep("src/db.py", 9, "made up"),
    )
    reasons = "The name comes from the query string and reaches the statement without being escaped or bound."
    return settle(both, Trace(Verdict.CONFIRMED, reasons, steps), FILES.get)


def _downgraded() -> Finding:
    found = finding(
        rule="injection/shell",
        title="Shell command built from a variable",
        path="scripts/release.py",
        line=31,
        evidence='subprocess.run(\n    f"git tag {version}",\n    shell=True,\n)',
        message="A version with a semicolon in it would run a second command.",
        fix="Pass a list and leave shell=True out.",
        cwe="CWE-78",
    )
    reasons = "The version is read from the project's own file; nobody outside can set it."
    return settle(found, Trace(Verdict.DOWNGRADED, reasons, (), Severity.LOW), FILES.get)


def rich_report() -> ReviewReport:
    """A report in which every part has something to say."""
    findings = [
        _traced(),
        _downgraded(),
        finding(
            rule="secrets/aws-key",
            title="AWS secret in the code",
            severity=Severity.HIGH,
            confidence=0.95,
            path="deploy/settings.py",
            line=12,
            evidence='AWS_SECRET = "AKIA',
            message="Whoever can read the repository can use the account.",
            fix="Revoke it, then read it from the environment.",
            cwe="CWE-798",
            source="secrets",
            analysers=("detect-secrets",),
        ),
        finding(
            rule="data/weak-hash",
            title="Passwords hashed with MD5",
            severity=Severity.HIGH,
            confidence=0.7,
            path="src/accounts/passwords.py",
            line=8,
            evidence="return hashlib.md5(password.encode()).hexdigest()",
            message="MD5 is fast: a stolen table of these is reversed in hours.",
            fix="Use scrypt or argon2.",
            cwe="CWE-327",
            source="data",
        ),
        *(
            finding(
                rule="complexity/long-function",
                title="Function of more than 80 lines",
                severity=Severity.LOW,
                confidence=0.9,
                path=f"src/orders/step_{number}.py",
                line=number * 10,
                evidence=f"def step_{number}(order, customer, basket, *, now):",
                message="It does several things; none of them can be tested alone.",
                fix="",
                cwe=None,
                source="complexity",
                analysers=("lizard",),
            )
            for number in range(1, 8)
        ),
        finding(
            rule="dependencies/unpinned",
            title="Requirement without a version",
            severity=Severity.MEDIUM,
            confidence=0.8,
            path="requirements.txt",
            line=3,
            evidence="requests",
            message="Two installs of the same commit can run different code.",
            fix="Pin it in a lock file.",
            cwe="CWE-1104",
            source="dependencies",
        ),
        finding(
            rule="tests/missing",
            title="No test reaches this module",
            severity=Severity.INFO,
            confidence=0.6,
            path="src/accounts/passwords.py",
            line=1,
            evidence="import hashlib",
            message="Nothing under tests/ imports it.",
            fix="",
            cwe=None,
            source="complexity",
        ),
    ]
    return ReviewReport(
        run_id="run-01jd3vq8",
        root="/home/ada/shop",
        title="shop",
        status=ReportStatus.PARTIAL,
        model="offline stand-in",
        is_offline=True,
        findings=tuple(sorted(findings, key=lambda one: -one.score)),
        skipped=(*(Gap(f"static/{number}.png", "binary") for number in range(12)), Gap("dump.sql", "too large")),
        not_covered=(Gap("Go (4 files)", "no specialist for injection in this language"),),
        not_audited=(Gap("leftpad 1.0", "not in the database"), Gap("internal-lib", "not in the database")),
        failed=(Gap("authentication", "its turn limit was reached: 20 of 20"),),
        dropped={"the evidence does not stand in the file": 9, "the evidence stands elsewhere in the file": 2},
        conventions=("ruff (line length 100)", "mypy strict", "CONTRIBUTING.md asks for a test per fix"),
        notes=("The tests of the payment gateway are skipped in the configuration.",),
        totals=Totals(
            agents=7, turns=41, tool_calls=88, input_tokens=120_431, output_tokens=9_102, cost_usd=None, seconds=12.34
        ),
        resumed=1,
        files_reviewed=214,
        lines_reviewed=31_877,
        version="0.1.0",
    )


def empty_report() -> ReviewReport:
    """A report with nothing to tell."""
    return ReviewReport(
        run_id="run-2",
        root=".",
        title="empty",
        status=ReportStatus.COMPLETE,
        model="some-model",
        is_offline=False,
        files_reviewed=1,
        lines_reviewed=1,
        totals=Totals(agents=6, turns=6, tool_calls=12, input_tokens=1, output_tokens=1, cost_usd=0.0042, seconds=75.0),
    )


def hostile_report() -> ReviewReport:
    """A report in which the repository and the model wrote every word to do harm."""
    trace = Trace(Verdict.CONFIRMED, NASTY, (TraceStep(NASTY, 1, NASTY, NASTY),))
    found = finding(
        rule=f"injection/{NASTY}",
        title=NASTY,
        path=NASTY,
        evidence=f"{NASTY}\r\n```\n{NASTY}",
        message=f"{NASTY}\n\n# heading ![x](http://evil.example/?q=1) https://evil.example @ada #1 {{0}} [a](b)",
        fix=NASTY,
        source=NASTY,
        analysers=(NASTY + "2",),
    )
    listed = [finding(rule=f"a/{NASTY}", title=NASTY, path=NASTY, line=n, severity=Severity.INFO) for n in range(1, 9)]
    gaps = (Gap(NASTY, NASTY), Gap(NASTY, NASTY))
    return msgspec.structs.replace(
        rich_report(),
        run_id=NASTY,
        root=NASTY,
        title=NASTY,
        model=NASTY,
        change=NASTY,
        findings=(msgspec.structs.replace(found, trace=trace), *listed),
        skipped=gaps,
        not_covered=gaps,
        not_audited=gaps,
        failed=gaps,
        dropped={NASTY: 1},
        conventions=(NASTY,),
        notes=(NASTY,),
    )
