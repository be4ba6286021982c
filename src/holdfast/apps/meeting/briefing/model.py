"""The briefing and what leads to it: the plan of analyses, the sections, the editor's draft."""

import enum

from pydantic import Field

from holdfast.apps.meeting.findings.model import Report, Strict

SUMMARY_MAX = 6
DECISIONS_MAX = 5


class Analyst(enum.StrEnum):
    """Who can be asked for an analysis, in the order of the briefing."""

    FINANCIAL = "financial"
    SHIPPING = "shipping"
    INCIDENTS = "incidents"


class Planned(Strict):
    """One analysis."""

    analyst: Analyst
    question: str = Field(min_length=1, max_length=1_000)


class Plan(Strict):
    """What a meeting needs."""

    title: str = Field(min_length=1, max_length=120)
    analyses: list[Planned] = Field(min_length=1, max_length=len(Analyst))


class Draft(Strict):
    """What the editor makes of the reports: the sum of them, and what the meeting has to decide."""

    summary: list[str] = Field(min_length=1, max_length=SUMMARY_MAX)
    decisions: list[str] = Field(default_factory=list, max_length=DECISIONS_MAX)


class Rung(enum.StrEnum):
    """What a section comes from."""

    LIVE = "live"
    LAST = "last"
    NONE = "none"


class LeftOut(Strict):
    """A statement that is not in the briefing, and why."""

    analyst: str
    text: str
    why: str


class Section(Strict):
    """One analysis as the briefing has it."""

    analyst: Analyst
    rung: Rung
    report: Report | None = None
    is_checked: bool = False
    """Whether every figure in it was computed anew from the data."""
    why: str = ""
    """Why it is not the live analysis."""


class Checked(Strict):
    """The sections, with what of them the data do not show taken out."""

    sections: list[Section]
    left_out: list[LeftOut] = Field(default_factory=list)


class Briefing(Strict):
    """The briefing."""

    title: str
    company: str
    as_of: str
    request: str
    summary: list[str]
    decisions: list[str]
    sections: list[Section]
    left_out: list[LeftOut] = Field(default_factory=list)
    notes: list[str] = Field(default_factory=list)
    """What is missing, or older than it should be."""
    file: str = ""
    """Where it was written."""

    @property
    def figures(self) -> int:
        """How many of the figures that its points state were computed anew."""
        checked = (each.report for each in self.sections if each.report and each.is_checked)
        return sum(len(point.figures) for report in checked for point in report.points)
