"""Secrets in the code: found by detect-secrets, judged here, and never repeated."""

import re
from collections.abc import Iterator
from importlib.metadata import version

from holdfast.apps.review.analysers.credentials.detect import Secret, secrets_in
from holdfast.apps.review.analysers.credentials.judge import confidence_of
from holdfast.apps.review.analysers.credentials.kinds import kind_of
from holdfast.apps.review.analysers.subject import Conclusion, Inspection, Sighting, Subject, in_order

_ALLOWED = re.compile(r"pragma: ?(?:allow|white)list[ -]secret|gitleaks:allow")
_ALLOWED_NEXT = re.compile(r"pragma: ?(?:allow|white)list[ -]nextline[ -]secret")
_PROSE = frozenset(("Markdown", "reStructuredText", "Text"))
_BODY = re.compile(r"[A-Za-z0-9+/=]{40}")
_HEADER = re.compile(r"-----BEGIN |^PuTTY-User-Key")
BODY_LINES_MAX = 6  # within so many lines after its header a private key shows its body
_PROSE_SHARE = 0.5  # what a text shows is often an example


class CredentialsInspector:
    """Looks for secrets in every readable text, whatever the language."""

    def inspect(self, subject: Subject) -> Inspection:
        """Look at each line; one its authors marked as allowed is counted, not told."""
        found = Inspection()
        previous = ""
        for number, line in enumerate(subject.lines, start=1):
            sightings = list(_in_line(subject, number, line)) if line else []
            if sightings and (_ALLOWED.search(line) or _ALLOWED_NEXT.search(previous)):
                found.suppressed += len(sightings)
            else:
                found.sightings += sightings
            previous = line
        found.sightings = in_order(found.sightings)
        return found

    def conclude(self) -> Conclusion:
        """Say nothing: every file is taken by itself."""
        return Conclusion()

    def versions(self) -> dict[str, str]:
        """Name detect-secrets."""
        return {"detect-secrets": version("detect-secrets")}


def _is_whole(secret: Secret, subject: Subject, number: int) -> bool:
    """Whether a private key has a body after its header; a header alone is how programs recognise one."""
    if not secret.is_header:
        return True
    following = subject.lines[number - 1 : number + BODY_LINES_MAX]
    return bool(_HEADER.search(following[0])) and any(map(_BODY.search, following))


def _in_line(subject: Subject, number: int, line: str) -> Iterator[Sighting]:
    """Yield the secrets of a line; where several kinds claim the same text, the surest has it."""
    found = secrets_in(subject.path, subject.language, line)
    judged = [(confidence_of(secret, line), secret) for secret in found if _is_whole(secret, subject, number)]
    taken: list[Secret] = []
    for confidence, secret in sorted(judged, key=lambda pair: (-pair[0], pair[1].start)):
        if confidence > 0 and not any(secret.start < other.end and other.start < secret.end for other in taken):
            taken.append(secret)
            kind = kind_of(secret.kind)
            is_weak = subject.language in _PROSE and not kind.is_by_format
            start = max((other.end for _, other in judged if other.end <= secret.start), default=0)
            yield Sighting(
                kind.rule,
                number,
                number,
                confidence * (_PROSE_SHARE if is_weak else 1),
                f"detect-secrets: {secret.kind}",
                quote=(len(line[:start].encode()), len(line[: secret.revealed_end].encode())),
            )
