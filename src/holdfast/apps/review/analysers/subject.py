"""What an analyser is given to look at, and what it says it saw there: subjects, rules, sightings."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from holdfast.apps.review.analysers.candidate import NotAudited, Problem, Severity
from holdfast.apps.review.source.files import Role


@dataclass(frozen=True, slots=True)
class Subject:
    """One file with its text."""

    path: str
    language: str
    role: Role
    text: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A check with a name that stays: what it is called, how bad it is, and what to say about it."""

    id: str
    title: str
    severity: Severity
    message: str
    cwe: int | None = None


@dataclass(frozen=True, slots=True)
class Sighting:
    """A rule that applies to some lines; ``quote`` narrows the excerpt to bytes of the first line."""

    rule: Rule
    line: int
    end_line: int
    confidence: float
    source: str
    severity: Severity | None = None
    detail: str = ""
    quote: tuple[int, int] | None = None


@dataclass(slots=True)
class Inspection:
    """All that was seen in one subject."""

    sightings: list[Sighting] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    suppressed: int = 0


@dataclass(slots=True)
class Conclusion:
    """What can be said only after all subjects were seen; sightings come with the subject they are in."""

    sightings: list[tuple[Subject, Sighting]] = field(default_factory=list)
    not_audited: list[NotAudited] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Inspector(Protocol):
    """A check of one file after the other. It may keep what it needs to conclude; it is made anew for every job."""

    def inspect(self, subject: Subject) -> Inspection:
        """Look at one file. Whatever it raises becomes a problem of that file."""
        ...

    def conclude(self) -> Conclusion:
        """Say what only shows across files."""
        ...

    def versions(self) -> dict[str, str]:
        """Name the tools used and their versions."""
        ...


def in_order(sightings: Iterable[Sighting]) -> list[Sighting]:
    """Return sightings by place, one a rule and line: the surest of those that fall together."""
    best: dict[tuple[int, str], Sighting] = {}
    for seen in sightings:
        key = (seen.line, seen.rule.id)
        if key not in best or best[key].confidence < seen.confidence:
            best[key] = seen
    return [best[key] for key in sorted(best)]
