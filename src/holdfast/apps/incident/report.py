"""What an investigation ends with: the cause and its evidence, or that none was found; and what was ruled out."""

import enum

from pydantic import BaseModel, ConfigDict

from holdfast.apps.incident.findings import Explanation, Fact, Hypothesis, Kind, Standing
from holdfast.apps.incident.knowing import Known, Weighed


class Status(enum.StrEnum):
    """How much of it is shown."""

    FOUND = "found"
    PARTIAL = "partial"
    """The cause is shown, but some of what was said for it is not, and was left out."""
    NOT_FOUND = "not_found"


class Ruled(BaseModel):
    """A hypothesis that is not the cause, or of which it stayed open whether it is."""

    model_config = ConfigDict(extra="forbid")

    cause: str
    component: str
    standing: Standing
    why: list[Fact]


class Report(BaseModel):
    """The report."""

    model_config = ConfigDict(extra="forbid")

    status: Status
    component: str | None = None
    kind: Kind | None = None
    cause: str = ""
    onset: str | None = None
    change: str | None = None
    evidence: list[Fact] = []
    remedy: str = ""
    ruled_out: list[Ruled] = []
    left_open: list[Ruled] = []
    first: Hypothesis | None = None
    """What was supposed first."""
    rounds: int = 0
    supposed: int = 0
    """How many hypotheses there were in all."""
    unsupported: int = 0
    """How many claims were left out, for what they cite does not show them."""


def found(explanation: Explanation, kept: list[Fact], known: Known) -> Report:
    """Return the report of a cause with the evidence that held."""
    lost = len(explanation.evidence) - len(kept)
    told = explanation.model_dump(exclude={"evidence"})
    return not_found(known).model_copy(
        update={
            **told,
            "status": Status.PARTIAL if lost else Status.FOUND,
            "evidence": kept,
            "left_open": [],
            "unsupported": known.unsupported + lost,
        }
    )


def not_found(known: Known) -> Report:
    """Return the report of an investigation that ended without a cause."""
    return Report(
        status=Status.NOT_FOUND,
        ruled_out=[_ruled(each) for each in known.of(Standing.REFUTED)],
        left_open=[_ruled(each) for each in (*known.of(Standing.STANDS), *known.of(Standing.OPEN))],
        first=known.weighed[0].hypothesis if known.weighed else None,
        rounds=known.rounds,
        supposed=len(known.weighed),
        unsupported=known.unsupported,
    )


def _ruled(weighed: Weighed) -> Ruled:
    hypothesis = weighed.hypothesis
    return Ruled(cause=hypothesis.cause, component=hypothesis.component, standing=weighed.standing, why=weighed.reasons)
