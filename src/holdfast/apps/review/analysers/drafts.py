"""From what was seen to what is told: excerpts without secrets, less weight in tests, silence where it is asked for."""

import re
from collections.abc import Iterable

from holdfast.apps.review.analysers.candidate import Candidate, Severity
from holdfast.apps.review.analysers.credentials.detect import secrets_in
from holdfast.apps.review.analysers.credentials.judge import confidence_of
from holdfast.apps.review.analysers.subject import Sighting, Subject
from holdfast.apps.review.source.files import Role

EXCERPT_CHARS_MAX = 240
ASIDE_SHARE = 0.5  # of the confidence is left for what is found in tests and samples

_ACCEPTED = re.compile(
    r"#\s*nosec\b|//\s*nosec\b|#\s*noqa:[^#]*\bS\d{3}\b|//\s*NOSONAR|eslint-disable-(?:next-)?line\s+security"
)
_SOFTER: dict[Severity, Severity] = {
    "critical": "medium",
    "high": "low",
    "medium": "low",
    "low": "info",
    "info": "info",
}


def draft(analyser: str, subject: Subject, sightings: Iterable[Sighting]) -> tuple[list[Candidate], int]:
    """Return candidates for the sightings in a file, and how many its authors marked as accepted."""
    candidates: list[Candidate] = []
    accepted = 0
    for seen in sightings:
        if any(map(_ACCEPTED.search, subject.lines[seen.line - 1 : seen.line])):
            accepted += 1
        else:
            candidates.append(_candidate(analyser, subject, seen))
    return candidates, accepted


def _candidate(analyser: str, subject: Subject, seen: Sighting) -> Candidate:
    severity = seen.severity or seen.rule.severity
    is_aside = subject.role in (Role.TEST, Role.SAMPLE)
    return Candidate(
        rule=seen.rule.id,
        title=seen.rule.title,
        severity=_SOFTER[severity] if is_aside else severity,
        confidence=round(seen.confidence * (ASIDE_SHARE if is_aside else 1), 3),
        path=subject.path,
        line=seen.line,
        end_line=min(max(seen.line, seen.end_line), max(1, len(subject.lines))),
        excerpt=excerpt_of(subject, seen.line, seen.quote),
        message=f"{seen.detail} {seen.rule.message}".strip(),
        analyser=analyser,
        source=seen.source,
        cwe=seen.rule.cwe,
    )


def excerpt_of(subject: Subject, number: int, quote: tuple[int, int] | None) -> str:
    """Return a part of a line as it stands there, ending a few characters into the first secret it would show."""
    if not 1 <= number <= len(subject.lines):
        return ""
    line = subject.lines[number - 1]
    if quote is None:
        start, end = len(line) - len(line.lstrip()), len(line.rstrip())
    else:
        data = line.encode()
        start, end = (len(data[:column].decode("utf-8", "ignore")) for column in quote)
        start += len(line[start:end]) - len(line[start:end].lstrip())
    start = max(start, end - EXCERPT_CHARS_MAX) if quote else start
    end = min(end, start + EXCERPT_CHARS_MAX)
    for secret in secrets_in(subject.path, subject.language, line):
        first = line.find(secret.value, start, end + len(secret.value)) if confidence_of(secret, line) > 0 else -1
        if first >= 0:
            end = min(end, first + secret.revealed_end - secret.start)
    return line[start:end]
