"""What happens to plans: somebody is asked for one, it is held against what is allowed, and it is adopted."""

import enum

import msgspec

from holdfast.journal.events.event import JournalEvent
from holdfast.kernel.ids import PayloadId


class StepKind(enum.StrEnum):
    """What a step of a plan can use."""

    AGENT = "agent"
    TOOL = "tool"
    FUNCTION = "function"


class PlannedStep(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A step of an adopted plan: all that it takes to know when it runs and what is called. Its words lie elsewhere."""

    name: str
    place: str
    """Its name in the path: its own, and with the version of the plan where something else lies there (``fetch.2``)."""
    kind: StepKind
    what: str
    """The agent, tool or function that it uses."""
    content: str = ""
    """Digest of what it is to do."""
    after: tuple[str, ...] = ()
    """The names of the steps that must have succeeded before."""
    is_judged: bool = False
    """Whether its result is held against an expression."""
    share: float | None = None
    """Which part of what the plan may spend is meant for it."""


class PlanAsked(JournalEvent, frozen=True, tag="plan.asked/1"):
    """The planner is to write a draft."""

    node: str
    draft: int
    input: PayloadId
    """JSON of what it is told: the task, what a plan may use, what is done, what was wrong with the last one."""


class PlanChecked(JournalEvent, frozen=True, tag="plan.checked/1"):
    """A draft, or a person's change to it, was held against what is allowed and possible."""

    node: str
    draft: int
    plan: PayloadId | None = None
    """JSON of the plan, what is finished included; None if it cannot be carried out."""
    problems: PayloadId | None = None
    """JSON of the list of what is wrong with it."""
    found: int = 0
    """How many problems those are."""
    by: str = ""
    """Who has changed it; empty if it is the planner's."""


class PlanAdopted(JournalEvent, frozen=True, tag="plan.adopted/1"):
    """From now on these steps are carried out. What was finished before stays where it is."""

    node: str
    number: int
    """Which version it is, from 1."""
    plan: PayloadId
    """JSON of the plan."""
    steps: tuple[PlannedStep, ...]
    by: str = ""
    """Who has approved it, or changed it last; empty if nobody was asked."""
