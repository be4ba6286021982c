"""What an analyser hands over: candidates for a finding, and an honest account of what it did not look at."""

from typing import Literal

import msgspec

Severity = Literal["critical", "high", "medium", "low", "info"]

SEVERITY_WEIGHTS: dict[Severity, float] = {"critical": 1.0, "high": 0.7, "medium": 0.4, "low": 0.15, "info": 0.05}


class Candidate(msgspec.Struct, frozen=True):
    """Something a tool saw at a place. ``excerpt`` is a part of line ``line`` as it stands in the file.

    An excerpt never holds a secret: where a line has one, the excerpt ends a few characters into it.
    """

    rule: str
    title: str
    severity: Severity
    confidence: float
    path: str
    line: int
    end_line: int
    excerpt: str
    message: str
    analyser: str
    source: str  # the tool and its own name for the check, as "bandit B202"
    cwe: int | None = None

    @property
    def weight(self) -> float:
        """Severity times confidence: what candidates are ranked by."""
        return SEVERITY_WEIGHTS[self.severity] * self.confidence


class Problem(msgspec.Struct, frozen=True):
    """A file that an analyser could not look at, or not wholly, and why."""

    path: str
    reason: str
    detail: str = ""


class NotAudited(msgspec.Struct, frozen=True):
    """A declared dependency whose known vulnerabilities nobody looked up. It is not clean; it is unknown."""

    name: str
    version: str | None
    path: str
    line: int
    reason: str


class LeftOut(msgspec.Struct, frozen=True):
    """How many candidates of a rule a limit kept out of the result."""

    rule: str
    count: int


class AnalysisResult(msgspec.Struct, frozen=True):
    """All one analyser says about some files, ranked by weight, then by place."""

    analyser: str
    candidates: tuple[Candidate, ...] = ()
    covered: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    tool_versions: dict[str, str] = {}
    left_out: tuple[LeftOut, ...] = ()
    suppressed: int = 0  # what the code itself marks as accepted (nosec, allowlist)
    not_audited: tuple[NotAudited, ...] = ()
    notes: tuple[str, ...] = ()


def rank(candidates: list[Candidate], count_max: int) -> tuple[tuple[Candidate, ...], tuple[LeftOut, ...]]:
    """Return the heaviest candidates in order, and what did not fit by rule."""
    ordered = sorted(candidates, key=lambda found: (-found.weight, found.path, found.line, found.rule, found.message))
    counts: dict[str, int] = {}
    for dropped in ordered[count_max:]:
        counts[dropped.rule] = counts.get(dropped.rule, 0) + 1
    return tuple(ordered[:count_max]), tuple(LeftOut(rule, count) for rule, count in sorted(counts.items()))
