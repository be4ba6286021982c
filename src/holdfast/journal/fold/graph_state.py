"""What the fold knows of a node whose steps run as soon as those before them have succeeded."""

import msgspec

from holdfast.journal.events.plans import PlannedStep
from holdfast.kernel.ids import PayloadId
from holdfast.kernel.outcomes import Fault


class Judged(msgspec.Struct, frozen=True, gc=False):
    """What came of holding a step against what was expected of it."""

    step: str
    at: int
    """The version of the event that says so: it counts for a step that had ended before."""
    fault: Fault | None = None


class PlanState(msgspec.Struct, frozen=True, gc=False):
    """Where a plan stands: the version that is carried out, and the one in the making."""

    is_open: bool = False
    """Whether another version is in the making."""
    drafts: int = 0
    """How many drafts were asked for: no two have the same number."""
    tries: int = 0
    """How many of them for the version in the making."""
    told: PayloadId | None = None
    """What the planner was told for the last of them."""
    checks: int = 0
    """How often a draft, or a change to one, was checked."""
    checked_at: int = 0
    """The version of the event that last said so: it counts for a draft that had ended before."""
    edits: int = 0
    """How often somebody has changed the last draft."""
    problems: PayloadId | None = None
    """What is wrong with what was checked last; None if nothing is."""
    found: int = 0
    """How many problems those are."""
    by: str = ""
    """Who wrote what was checked last; empty if the planner did."""
    plan: PayloadId | None = None
    """What can be carried out of what was written for the version in the making, if anything can."""
    version: int = 0
    """The version that is carried out; 0 while there is none."""
    adopted: PayloadId | None = None
    """That version in words."""
    steps: tuple[str, ...] = ()
    """The places of its steps, in order."""
    known: dict[str, PlannedStep] = {}
    """By place every step of every version."""


class GraphState(msgspec.Struct, frozen=True, gc=False):
    """How the steps of a graph hang together, and what was found of them."""

    after: dict[str, tuple[str, ...]] = {}
    """By a step's name those that it comes directly after."""
    judged: tuple[Judged, ...] = ()
    """The last verdict on each step that has one."""
    plan: PlanState | None = None
    """Where the plan stands, if its steps are planned."""
