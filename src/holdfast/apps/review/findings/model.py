"""What a finding is: the values that grounding, merging, tracing and the reports share."""

import enum
import hashlib

import msgspec

from holdfast.apps.review.findings.severity import Severity
from holdfast.apps.review.findings.weakness import family, weakness_group

FINGERPRINT_CHARS = 20
TRACER = "security trace"
"""How the tracer is named where opinions are listed."""


class Claim(msgspec.Struct, frozen=True, order=True):
    """What one source said. A merged finding keeps every claim it was merged from, so that none is lost."""

    id: str
    source: str
    """The specialist."""
    rule: str
    severity: Severity
    confidence: float
    analysers: tuple[str, ...] = ()
    """The tools whose result it rests on; two sources that rest on the same tool are one voice."""


class Opinion(msgspec.Struct, frozen=True):
    """One side of a conflict."""

    source: str
    said: str


class Conflict(msgspec.Struct, frozen=True):
    """Something the sources do not agree on, with what each of them said."""

    about: str
    opinions: tuple[Opinion, ...]


class Verdict(enum.StrEnum):
    """What the tracer concluded."""

    CONFIRMED = "confirmed"
    DOWNGRADED = "downgraded"
    UNCLEAR = "unclear"


class TraceStep(msgspec.Struct, frozen=True):
    """A place on the way from source to sink."""

    path: str
    line: int
    evidence: str
    note: str = ""


class Trace(msgspec.Struct, frozen=True):
    """The tracer's conclusion about one finding."""

    verdict: Verdict
    reasons: str
    steps: tuple[TraceStep, ...] = ()
    """From source to sink."""
    severity: Severity | None = None
    """What it should be instead, where it is downgraded."""
    steps_dropped: int = 0
    """Steps whose quoted code does not stand where they said."""


class Finding(msgspec.Struct, frozen=True):
    """Something worth mending, at a place where its quoted evidence stands.

    Once grounded, ``line`` to ``end_line`` are exactly the lines of ``evidence``.
    """

    rule: str
    title: str
    severity: Severity
    confidence: float
    path: str
    line: int
    end_line: int
    evidence: str
    message: str
    fix: str = ""
    cwe: str | None = None
    claims: tuple[Claim, ...] = ()
    trace: Trace | None = None

    @property
    def fingerprint(self) -> str:
        """The same for the same weakness in the same words in the same file, wherever in the file it has moved to."""
        kind = weakness_group(self.cwe) if self.cwe else family(self.rule)
        text = "\0".join((kind, self.path, squeeze(self.evidence)))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:FINGERPRINT_CHARS]

    @property
    def score(self) -> float:
        """Severity × confidence: what findings are ranked by."""
        return self.severity.weight * self.confidence

    @property
    def sources(self) -> tuple[str, ...]:
        """Every specialist and analyser that said so, in alphabetical order."""
        return tuple(sorted({name for claim in self.claims for name in (claim.source, *claim.analysers)}))

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """What the sources, and the tracer, do not agree on."""
        worst: dict[str, Severity] = {}
        for claim in self.claims:
            known = worst.get(claim.source)
            worst[claim.source] = claim.severity if known is None or claim.severity.is_at_least(known) else known
        if self.trace is not None and self.trace.severity is not None:
            worst[TRACER] = self.trace.severity
        if len(set(worst.values())) < 2:
            return ()
        ordered = sorted(worst.items(), key=lambda said: (said[1].order, said[0]))
        return (Conflict("severity", tuple(Opinion(source, said.value) for source, said in ordered)),)


class Gap(msgspec.Struct, frozen=True, order=True):
    """Something that was left out of the review, and why: a file, a language, a dependency, a branch."""

    what: str
    why: str


def stated_by(finding: Finding, source: str, analysers: tuple[str, ...] = ()) -> Finding:
    """Return ``finding`` as the claim of one source."""
    claim = Claim(finding.fingerprint, source, finding.rule, finding.severity, finding.confidence, analysers)
    return msgspec.structs.replace(finding, claims=(claim,))


def squeeze(text: str) -> str:
    """Return ``text`` with every run of white space as one space: how quoted code is compared."""
    return " ".join(text.split())
