"""What the analysers have said: their candidates, joined where two say the same, and where to read about them."""

from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from holdfast.apps.review.offline.seen import Result

BEFORE_LINES, AFTER_LINES = 30, 8
"""How much is read around a candidate: the way its value came is above it."""
WINDOW_LINES_MAX = 150
SEVERITIES = ("info", "low", "medium", "high", "critical")
_WEIGHTS = dict(zip(SEVERITIES, (1.0, 2.0, 4.0, 7.0, 10.0), strict=True))


class Candidate(msgspec.Struct, frozen=True):
    """Something that an analyser saw. ``excerpt`` is quoted from its line."""

    rule: str
    path: str
    line: int
    severity: str = "medium"
    confidence: float = 0.5
    title: str = ""
    message: str = ""
    end_line: int = 0
    excerpt: str = ""
    cwe: int | str | None = None
    analysers: tuple[str, ...] = ()

    @property
    def weight(self) -> float:
        """Severity times confidence: what is read and told first."""
        return _WEIGHTS.get(self.severity, 1.0) * self.confidence

    @property
    def weakness(self) -> int:
        """The number of its CWE, 0 if it has none."""
        digits = "".join(char for char in str(self.cwe or "") if char.isdecimal())
        return int(digits) if digits else 0

    @property
    def last_line(self) -> int:
        return max(self.line, self.end_line)


class Window(msgspec.Struct, frozen=True, order=True):
    """Lines of a file to read."""

    path: str
    first: int
    last: int


def candidates_of(results: Iterable[Result]) -> list[Candidate]:
    """Return the candidates in the results of analysers, the weightiest first, each once."""
    found: dict[tuple[str, int, str], Candidate] = {}
    for result in results:
        analyser = str(result.fields.get("analyser") or result.arguments.get("name") or "")
        for item in result.items("candidates"):
            candidate = _read(item, analyser)
            if candidate is None:
                continue
            key = (candidate.path, candidate.line, candidate.rule)
            known = found.get(key)
            found[key] = _joined(known, candidate) if known else candidate
    return sorted(found.values(), key=lambda one: (-one.weight, one.path, one.line, one.rule))


def windows(candidates: Iterable[Candidate], count_max: int) -> list[Window]:
    """Return what to read for the weightiest candidates: neighbours in one window, at most ``count_max`` windows."""
    chosen: list[Window] = []
    for candidate in candidates:
        first, last = max(1, candidate.line - BEFORE_LINES), candidate.last_line + AFTER_LINES
        wanted = Window(candidate.path, first, min(last, first + WINDOW_LINES_MAX - 1))
        place = next((place for place, window in enumerate(chosen) if _fit_together(window, wanted)), None)
        if place is not None:
            known = chosen[place]
            chosen[place] = Window(known.path, min(known.first, wanted.first), max(known.last, wanted.last))
        elif len(chosen) < count_max:
            chosen.append(wanted)
    return sorted(chosen)


def _fit_together(one: Window, other: Window) -> bool:
    if one.path != other.path:
        return False
    lines = max(one.last, other.last) - min(one.first, other.first) + 1
    return lines <= WINDOW_LINES_MAX and one.first <= other.last + 1 and other.first <= one.last + 1


def _read(item: object, analyser: str) -> Candidate | None:
    try:
        candidate = msgspec.convert(item, Candidate, strict=False)
    except msgspec.ValidationError:
        return None
    names = candidate.analysers or ((analyser,) if analyser else ())
    severity = candidate.severity.lower()
    return replace(candidate, analysers=names, severity=severity if severity in SEVERITIES else "medium")


def _joined(one: Candidate, other: Candidate) -> Candidate:
    surer = max(one, other, key=lambda candidate: candidate.weight)
    return replace(surer, analysers=tuple(sorted({*one.analysers, *other.analysers})))
