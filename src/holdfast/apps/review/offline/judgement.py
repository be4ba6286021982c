"""What a reader makes of one candidate with the code around it in view: how bad, how sure, or nothing at all."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import msgspec
from msgspec.structs import replace

from holdfast.apps.review.offline.callers import Callee, CallSite
from holdfast.apps.review.offline.candidates import SEVERITIES, Candidate
from holdfast.apps.review.offline.flow import Lines, Trail, trail_of
from holdfast.apps.review.offline.idioms import Origin
from holdfast.apps.review.offline.places import Part, is_accepted, is_comment, is_in_docstring, is_placeholder, part_of

CONFIDENCE_MIN, CONFIDENCE_MAX = 0.05, 0.97
SURE_OF_SOURCE = 0.92
UNREAD = 0.9
CLEANED = 0.55
IN_TESTS, IN_SAMPLES = "It stands in test code.", "It stands in a sample or documentation."

FLOW = frozenset(
    (22, 23, 36, 73, 74, 77, 78, 79, 80, 88, 89, 90, 94, 95, 96, 98, 117, 434, 502, 564, 601, 611, 643, 918, 943, 1336)
)
"""Weaknesses that are as bad as the source of a value."""
SECRETS = frozenset((256, 257, 259, 260, 312, 321, 522, 540, 798))
"""Weaknesses that are something secret standing in the code."""
ANYWHERE = frozenset((838, 1059))
"""Weaknesses that a comment or docstring can have too: hidden text, and what is told of a file at its first line."""

Sites = Mapping[Callee, Sequence[CallSite]]
"""The calls that were read of functions."""


class Judged(msgspec.Struct, frozen=True):
    """A candidate that stands, and what reading has added."""

    candidate: Candidate
    severity: str
    confidence: float
    remarks: tuple[str, ...] = ()
    callee: Callee | None = None
    """The function whose callers decide the value, where one does."""

    @property
    def order(self) -> tuple[float, str, int, str]:
        """Sorts the worst and surest first."""
        weight = 4.0 ** SEVERITIES.index(self.severity) * self.confidence
        return -weight, self.candidate.path, self.candidate.line, self.candidate.rule


class Dismissed(msgspec.Struct, frozen=True):
    """A candidate that reading has cleared."""

    candidate: Candidate
    why: str


def judge(candidate: Candidate, lines: Lines, sites: Sites = MappingProxyType({})) -> Judged | Dismissed:
    """Judge ``candidate`` by the lines read of its file, and by the calls known of the function it stands in."""
    line = lines.get(candidate.line, "")
    is_secret = candidate.weakness in SECRETS
    if line and is_accepted(line):
        return Dismissed(candidate, "marked as accepted in the code")
    is_of_code = not is_secret and candidate.weakness not in ANYWHERE
    if line and is_of_code and (is_comment(line) or is_in_docstring(lines, candidate.line)):
        return Dismissed(candidate, "a comment or docstring")
    judged = Judged(candidate, candidate.severity, candidate.confidence)
    if not line:
        judged = _changed(judged, "The code around it was not read.", times=UNREAD)
    elif candidate.weakness in FLOW:
        judged = _followed(judged, trail_of(lines, candidate.line, candidate.last_line), sites)
    if is_secret and is_placeholder(line or candidate.excerpt):
        judged = _changed(judged, "It looks like a placeholder, or is looked up elsewhere.", severity="info", times=0.4)
    match part_of(candidate.path):
        case Part.SHIPPED:
            return _bounded(judged)
        case Part.TEST:
            return _bounded(_changed(judged, IN_TESTS, severity=milder(judged.severity, 2), times=0.5))
        case Part.SAMPLE:
            return _bounded(_changed(judged, IN_SAMPLES, severity=milder(judged.severity, 1), times=0.7))


def milder(severity: str, levels: int) -> str:
    """Return the severity so many levels lower, at least info."""
    return SEVERITIES[max(0, SEVERITIES.index(severity) - levels)]


def _followed(judged: Judged, trail: Trail, sites: Sites) -> Judged:
    """Say what following the value to its source has shown."""
    candidate = judged.candidate
    is_open = trail.origin is Origin.PARAMETER and part_of(candidate.path) is Part.SHIPPED
    callee = Callee(trail.function, candidate.path, trail.is_method) if is_open else None
    reaching = [site for site in sites.get(callee, ()) if site.passes_request] if callee else []
    if trail.cleaned_by:
        judged = _changed(judged, f"On its way the value passes {trail.cleaned_by}.", times=CLEANED)
    elif reaching:
        called = f"{reaching[0].path}:{reaching[0].line}"
        severity = "critical" if candidate.severity == "high" else candidate.severity
        judged = _surer(judged, f"{trail.function} is called with a value of a request ({called}).", severity)
    elif trail.origin is Origin.REQUEST:
        at = f" in line {trail.hops[0].line}" if trail.hops else ""
        judged = _surer(judged, f"The value comes from a request{at}.", candidate.severity)
    elif trail.origin is Origin.COMMAND_LINE:
        judged = _changed(judged, "The value comes from the command line: who starts the program decides it.")
    elif callee is not None:
        judged = _changed(judged, f"Whoever calls {callee.name} decides the value.")
    return replace(judged, callee=callee)


def _surer(judged: Judged, remark: str, severity: str) -> Judged:
    surer = replace(judged, severity=severity, confidence=max(judged.confidence, SURE_OF_SOURCE))
    return _changed(surer, remark)


def _changed(judged: Judged, remark: str, *, severity: str | None = None, times: float = 1.0) -> Judged:
    return replace(
        judged,
        severity=severity or judged.severity,
        confidence=judged.confidence * times,
        remarks=(*judged.remarks, remark),
    )


def _bounded(judged: Judged) -> Judged:
    return replace(judged, confidence=round(max(CONFIDENCE_MIN, min(CONFIDENCE_MAX, judged.confidence)), 2))
