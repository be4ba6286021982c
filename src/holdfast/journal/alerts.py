"""What somebody should know at once: events of a run that are told to a listener, once they are durable.

Nothing depends on it. A process that dies in between tells nobody; the journal holds them all the same.
"""

from collections.abc import Callable

import msgspec

from holdfast.journal.events import ApprovalAsked, BudgetLow, ModelSwitched, QuestionAsked, ReservationExceeded
from holdfast.kernel.ids import RunId

Alarming = BudgetLow | ModelSwitched | ReservationExceeded | ApprovalAsked | QuestionAsked
ALARMING = (BudgetLow, ModelSwitched, ReservationExceeded, ApprovalAsked, QuestionAsked)
"""The same, as it is asked for of every event."""


class Alert(msgspec.Struct, frozen=True):
    """Something that happened to a run, and when."""

    run: RunId
    app: str
    tenant: str
    at: float
    event: Alarming


OnAlert = Callable[[Alert], None]
"""Told of each alert in the process that drives the run."""


def tell_nobody(_alert: Alert) -> None:
    """What is told where nobody listens."""
