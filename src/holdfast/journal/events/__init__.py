"""Every event a journal can hold: the closed union ``Event``.

An event says what *happened*, in the past tense, and carries only what the fold and the projections need; content lies
in payloads that it points at. A field is only ever added, with a default; a changed meaning is a new event and tag.
"""

from holdfast.journal.events.allowances import AllowanceAwaited, AllowanceRenewed
from holdfast.journal.events.approvals import ApprovalAsked, ApprovalDecided
from holdfast.journal.events.budgets import BudgetLow, ModelSwitched, ReservationExceeded, ShareGiven
from holdfast.journal.events.bus import EventAwaited, EventPublished, EventReceived, EventRefused, EventsHeld
from holdfast.journal.events.children import ChildBegun, ChildEnded, ChildRecalled, ChildStarted
from holdfast.journal.events.circles import LoopSuspected
from holdfast.journal.events.forks import RunForked
from holdfast.journal.events.graphs import StepJudged
from holdfast.journal.events.nodes import BranchTaken, HandedOver, ItemsMapped, NodeEntered, NodeLeft
from holdfast.journal.events.plans import PlanAdopted, PlanAsked, PlanChecked
from holdfast.journal.events.questions import QuestionAnswered, QuestionAsked
from holdfast.journal.events.retries import NodeRetried, RetryDue, RunRequeued
from holdfast.journal.events.runs import (
    CancelRequested,
    DriverChanged,
    DriverLeft,
    LifecycleMoved,
    MailRead,
    ResourcesFailed,
    RunEnded,
    RunParked,
    RunReviewed,
    RunStarted,
)
from holdfast.journal.events.scripts import ScriptAdvanced
from holdfast.journal.events.steps import (
    DoubtProbed,
    DoubtSettled,
    StepEnded,
    StepIntended,
    StepInterrupted,
    StepRetried,
)
from holdfast.journal.events.turns import (
    ModelCalled,
    ModelFailed,
    ModelInterrupted,
    ModelOutrun,
    ModelReconciled,
    ModelReplied,
)
from holdfast.journal.events.versions import RunMigrated

Event = (
    RunStarted
    | LifecycleMoved
    | DriverChanged
    | DriverLeft
    | CancelRequested
    | MailRead
    | RunParked
    | ResourcesFailed
    | RunReviewed
    | RunEnded
    | NodeEntered
    | BranchTaken
    | ItemsMapped
    | NodeLeft
    | ModelCalled
    | ModelReplied
    | ModelFailed
    | ModelOutrun
    | ModelInterrupted
    | ModelReconciled
    | LoopSuspected
    | StepIntended
    | StepEnded
    | StepInterrupted
    | StepRetried
    | DoubtProbed
    | DoubtSettled
    | QuestionAsked
    | QuestionAnswered
    | NodeRetried
    | RetryDue
    | RunRequeued
    | ChildStarted
    | ChildBegun
    | ChildRecalled
    | ChildEnded
    | ScriptAdvanced
    | RunMigrated
    | RunForked
    | BudgetLow
    | ModelSwitched
    | ReservationExceeded
    | AllowanceAwaited
    | AllowanceRenewed
    | ApprovalAsked
    | ApprovalDecided
    | StepJudged
    | PlanAsked
    | PlanChecked
    | PlanAdopted
    | HandedOver
    | ShareGiven
    | EventPublished
    | EventAwaited
    | EventReceived
    | EventRefused
    | EventsHeld
)

__all__ = [
    "AllowanceAwaited",
    "AllowanceRenewed",
    "ApprovalAsked",
    "ApprovalDecided",
    "BranchTaken",
    "BudgetLow",
    "CancelRequested",
    "ChildBegun",
    "ChildEnded",
    "ChildRecalled",
    "ChildStarted",
    "DoubtProbed",
    "DoubtSettled",
    "DriverChanged",
    "DriverLeft",
    "Event",
    "EventAwaited",
    "EventPublished",
    "EventReceived",
    "EventRefused",
    "EventsHeld",
    "HandedOver",
    "ItemsMapped",
    "LifecycleMoved",
    "LoopSuspected",
    "MailRead",
    "ModelCalled",
    "ModelFailed",
    "ModelInterrupted",
    "ModelOutrun",
    "ModelReconciled",
    "ModelReplied",
    "ModelSwitched",
    "NodeEntered",
    "NodeLeft",
    "NodeRetried",
    "PlanAdopted",
    "PlanAsked",
    "PlanChecked",
    "QuestionAnswered",
    "QuestionAsked",
    "ReservationExceeded",
    "ResourcesFailed",
    "RetryDue",
    "RunEnded",
    "RunForked",
    "RunMigrated",
    "RunParked",
    "RunRequeued",
    "RunReviewed",
    "RunStarted",
    "ScriptAdvanced",
    "ShareGiven",
    "StepEnded",
    "StepIntended",
    "StepInterrupted",
    "StepJudged",
    "StepRetried",
]
