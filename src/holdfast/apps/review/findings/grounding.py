"""Whether a finding's quoted evidence stands where it says: what does not is dropped, counted and named."""

import enum
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import msgspec

from holdfast.apps.review.findings.model import Finding, squeeze

LINES_OFF_MAX = 3
"""How far from the named line the evidence may stand; the line number is then corrected."""
EVIDENCE_CHARS_MIN = 3
"""Characters other than white space below which a quote could stand anywhere."""
SPAN_LINES_MAX = 80
"""Lines a quote may stretch over, blank ones included."""
ELIDED = "…"
"""In a quote it stands for a run of characters without white space: the tools show secrets and long lines cut so."""
ELIDED_CHARS_MAX = 2_000
"""What one such mark may stand for."""
OPENINGS_MAX = 200
"""At how many places the words before the first mark are looked for."""

ReadLines = Callable[[str], Sequence[str] | None]
"""Path → its lines without line ends, None where there is no such readable file."""

_DRIVE = re.compile(r"[A-Za-z]:")


class DropReason(enum.StrEnum):
    """Why a finding was not accepted."""

    OUTSIDE_ROOT = "the path leads out of the repository"
    UNKNOWN_FILE = "no such readable file"
    EMPTY_EVIDENCE = "the evidence is too short to prove anything"
    ELSEWHERE = "the evidence stands elsewhere in the file"
    NOT_THERE = "the evidence does not stand in the file"
    OUTSIDE_CHANGE = "outside the change"


class Dropped(msgspec.Struct, frozen=True):
    """A finding that was not accepted."""

    finding: Finding
    reason: DropReason


class Span(msgspec.Struct, frozen=True):
    """Where a quote stands: first and last line, from 1."""

    line: int
    end_line: int


def ground(findings: Iterable[Finding], read_lines: ReadLines) -> tuple[tuple[Finding, ...], tuple[Dropped, ...]]:
    """Return the findings whose evidence stands in the code, at the lines it stands on, and those that were dropped.

    Each file is read once. Order is kept; every finding is in exactly one of the two.
    """
    read: dict[str, Sequence[str] | None] = {}
    accepted: list[Finding] = []
    dropped: list[Dropped] = []
    for finding in findings:
        path = path_inside(finding.path)
        if path is not None and path not in read:
            read[path] = read_lines(path)
        match _settled(finding, path, read[path] if path is not None else None):
            case Finding() as grounded:
                accepted.append(grounded)
            case DropReason() as reason:
                dropped.append(Dropped(finding, reason))
    return tuple(accepted), tuple(dropped)


def _settled(finding: Finding, path: str | None, lines: Sequence[str] | None) -> Finding | DropReason:
    if path is None:
        return DropReason.OUTSIDE_ROOT
    if lines is None:
        return DropReason.UNKNOWN_FILE
    if not says_something(finding.evidence):
        return DropReason.EMPTY_EVIDENCE
    span = locate(lines, finding.line, finding.evidence)
    if span is None:
        stands = squeeze(finding.evidence) in squeeze("\n".join(lines))
        return DropReason.ELSEWHERE if stands else DropReason.NOT_THERE
    return msgspec.structs.replace(
        finding, path=path, line=span.line, end_line=span.end_line, evidence=finding.evidence.strip("\r\n")
    )


def says_something(evidence: str) -> bool:
    """Whether a quote is long enough, and more than punctuation."""
    squeezed = squeeze(evidence.replace(ELIDED, " "))
    return len(squeezed.replace(" ", "")) >= EVIDENCE_CHARS_MIN and any(char.isalnum() for char in squeezed)


def locate(lines: Sequence[str], line: int, evidence: str) -> Span | None:
    """Return where ``evidence`` stands at ``line``, or else nearest to it within ``LINES_OFF_MAX``; None if nowhere.

    White space does not count: a quote may be flattened to one line, and blank lines may be left out.
    """
    quote = squeeze(evidence)
    for distance in range(LINES_OFF_MAX + 1):
        for start in dict.fromkeys((line - 1 - distance, line - 1 + distance)):
            if 0 <= start < len(lines) and (span := _span_from(lines, start, quote)) is not None:
                return span
    return None


def _span_from(lines: Sequence[str], start: int, quote: str) -> Span | None:
    """Return the span of a quote whose first word stands on the line with index ``start``."""
    first = squeeze(lines[start])
    if not quote or not first:
        return None
    chars_max = len(first) + len(quote) + ELIDED_CHARS_MAX * quote.count(ELIDED)
    ends: list[tuple[int, int]] = []
    text = ""
    for index in range(start, min(start + SPAN_LINES_MAX, len(lines))):
        text = squeeze(f"{text} {lines[index]}")
        ends.append((len(text), index))
        if len(text) >= chars_max:
            break
    found = _find(text, quote)
    if found is None or found[0] >= len(first):
        return None
    last = next(index for length, index in ends if length >= found[1])
    return Span(start + 1, last + 1)


def _find(text: str, quote: str) -> tuple[int, int] | None:
    """Return from where to where ``quote`` stands in ``text``: as it is, or with what it elides."""
    found = text.find(quote)
    if found >= 0:
        return found, found + len(quote)
    opening, *pieces = quote.split(ELIDED)
    if not pieces or not opening:
        return None
    start = -1
    for _ in range(OPENINGS_MAX):
        start = text.find(opening, start + 1)
        if start < 0:
            return None
        end = _end_of(text, start + len(opening), pieces)
        if end is not None:
            return start, end
    return None


def _end_of(text: str, end: int, pieces: Iterable[str]) -> int | None:
    """Return where the last of the pieces ends, if each comes after nothing but a run without white space."""
    for piece in pieces:
        place = text.find(piece, end, end + ELIDED_CHARS_MAX + len(piece))
        if place < 0 or " " in text[end:place]:
            return None
        end = place + len(piece)
    return end


def path_inside(path: str) -> str | None:
    """Return ``path`` without ``.`` parts if it stays inside the root, None if it leads out of it or names nothing."""
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if path.startswith("/") or ".." in parts or "\0" in path or not parts or _DRIVE.match(path):
        return None
    return "/".join(parts)


def count_dropped(dropped: Iterable[Dropped]) -> dict[str, int]:
    """Return how many findings were dropped for each reason, the most frequent first."""
    counts = Counter(one.reason.value for one in dropped)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
