"""The edge: what an agent must answer, checked by pydantic and turned into our own values once."""

import re
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from holdfast.apps.review.findings.grounding import path_inside
from holdfast.apps.review.findings.model import Finding, Gap, Trace, TraceStep, Verdict, squeeze, stated_by
from holdfast.apps.review.findings.severity import Severity
from holdfast.apps.review.findings.weakness import cwe_named

FINDINGS_PER_ANSWER_MAX = 100
STEPS_PER_TRACE_MAX = 30
EVIDENCE_CHARS_MAX = 2_000
PROSE_CHARS_MAX = 4_000
TITLE_CHARS_MAX = 200
LINE_MAX = 10_000_000
PERCENT, PERCENT_MIN = 100, 2
"""A confidence between these is one in per cent; what lies a little above 1 is a mistake."""

_NOT_IN_A_RULE = re.compile(r"[^a-z0-9./]+")


def _lowered(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _tidied_rule(value: object) -> object:
    if not isinstance(value, str):
        return value
    return "/".join(part.strip("-") for part in _NOT_IN_A_RULE.sub("-", value.lower()).split("/") if part.strip("-"))


def _tidied_cwe(value: object) -> object:
    match value:
        case int() | str():
            return cwe_named(str(value))
        case _:
            return value


def _as_share(value: object) -> object:
    """Take 85 for what it means: not every server holds a number to its bounds, and small models think in per cent."""
    return value / PERCENT if isinstance(value, int | float) and PERCENT_MIN <= value <= PERCENT else value


_Level = Annotated[Severity, BeforeValidator(_lowered)]
_Rule = Annotated[str, BeforeValidator(_tidied_rule), Field(min_length=1, max_length=80)]
_Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=TITLE_CHARS_MAX)]
_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)]
_Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=PROSE_CHARS_MAX)]
_Path = Annotated[str, Field(min_length=1, max_length=1_000, description="Relative to the root, as the tools gave it.")]
_Line = Annotated[int, Field(ge=1, le=LINE_MAX, description="The line on which the quoted evidence starts, from 1.")]
_Evidence = Annotated[
    str,
    Field(
        min_length=1,
        max_length=EVIDENCE_CHARS_MAX,
        description="The code itself, word for word, from that line on. A quote that does not stand there is dropped.",
    ),
]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FindingAnswer(_Answer):
    """One thing worth mending, at one place."""

    rule: Annotated[_Rule, Field(description="family/name in lower case, such as injection/sql-string.")]
    title: Annotated[_Title, Field(description="What is wrong, in under ten words.")]
    severity: Annotated[_Level, Field(description="How bad it is if it is real.")]
    confidence: Annotated[
        float, BeforeValidator(_as_share), Field(ge=0, le=1, description="How sure you are that it is real: 0 to 1.")
    ]
    path: _Path
    line: _Line
    evidence: _Evidence
    message: Annotated[_Prose, Field(min_length=1, description="Why it matters here: what can happen, and how.")]
    fix: Annotated[_Prose, Field(description="How to mend it, in a sentence or two.")] = ""
    cwe: Annotated[str | None, BeforeValidator(_tidied_cwe), Field(description="The CWE, such as CWE-89.")] = None
    analysers: list[Annotated[str, Field(min_length=1, max_length=60)]] = Field(
        default_factory=list,
        max_length=10,
        description="The analysers whose result this rests on; empty if you saw it in the code yourself.",
    )


class GapAnswer(_Answer):
    """Something that was not looked at."""

    what: Annotated[_Name, Field(description="A file, a language, a dependency or an area.")]
    why: Annotated[_Prose, Field(min_length=1, description="Why it was left out.")]


class SpecialistAnswer(_Answer):
    """What a specialist hands in when it has finished."""

    findings: list[FindingAnswer] = Field(
        max_length=FINDINGS_PER_ANSWER_MAX, description="The worst first; empty if nothing was found."
    )
    notes: Annotated[_Prose, Field(description="Anything a reader of the report should know; usually empty.")] = ""
    not_covered: list[GapAnswer] = Field(
        default_factory=list, max_length=200, description="What belongs to this speciality and was not looked at."
    )
    not_audited: list[GapAnswer] = Field(
        default_factory=list, max_length=2_000, description="Dependencies no vulnerability database answered for."
    )


class TraceStepAnswer(_Answer):
    """One place on the way from source to sink."""

    path: _Path
    line: _Line
    evidence: _Evidence
    note: Annotated[_Prose, Field(description="What happens to the value here.")] = ""


class TraceVerdict(_Answer):
    """What the tracer hands in about one critical finding."""

    verdict: Annotated[Verdict, BeforeValidator(_lowered)] = Field(
        description="confirmed: untrusted input reaches the sink; downgraded: it does not, or less can happen; "
        "unclear: the code does not say."
    )
    reasons: Annotated[_Prose, Field(min_length=1, description="Why, in terms of the steps.")]
    steps: list[TraceStepAnswer] = Field(
        default_factory=list, max_length=STEPS_PER_TRACE_MAX, description="From the source of the value to the sink."
    )
    severity: Annotated[_Level | None, Field(description="Needed when downgraded: what it should be instead.")] = None

    @model_validator(mode="after")
    def _a_downgrade_names_its_level(self) -> "TraceVerdict":
        if self.verdict is Verdict.DOWNGRADED and self.severity is None:
            raise ValueError("a downgraded verdict needs 'severity': one of high, medium, low, info")
        return self


def findings_from(answer: SpecialistAnswer, specialist: str) -> tuple[Finding, ...]:
    """Return the findings of an answer as the claims of ``specialist``; not grounded yet."""
    return tuple(_finding(said, specialist) for said in answer.findings)


def gaps_from(answers: list[GapAnswer]) -> tuple[Gap, ...]:
    """Return what a specialist says it did not look at."""
    return tuple(Gap(squeeze(said.what), squeeze(said.why)) for said in answers)


def trace_from(answer: TraceVerdict) -> Trace:
    """Return the tracer's answer; its steps are not grounded yet."""
    steps = (TraceStep(step.path, step.line, step.evidence, squeeze(step.note)) for step in answer.steps)
    is_downgrade = answer.verdict is Verdict.DOWNGRADED
    return Trace(answer.verdict, answer.reasons, tuple(steps), answer.severity if is_downgrade else None)


def _finding(said: FindingAnswer, specialist: str) -> Finding:
    evidence = said.evidence.strip("\r\n")
    finding = Finding(
        rule=said.rule if "/" in said.rule else f"{specialist}/{said.rule}",
        title=squeeze(said.title),
        severity=said.severity,
        confidence=said.confidence,
        path=path_inside(said.path) or said.path,
        line=said.line,
        end_line=said.line + evidence.count("\n"),
        evidence=evidence,
        message=said.message,
        fix=said.fix,
        cwe=said.cwe,
    )
    return stated_by(finding, specialist, tuple(sorted({squeeze(name) for name in said.analysers})))
