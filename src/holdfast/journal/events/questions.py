"""What happens to a question that a run puts to a person: it is asked, and answered."""

from holdfast.journal.events.event import JournalEvent
from holdfast.kernel.ids import PayloadId


class QuestionAsked(JournalEvent, frozen=True, tag="question.asked/1"):
    """The run needs somebody's decision at a node."""

    node: str
    number: int
    """Which question of the run it is, from 1: an answer names it, and is heard by no other."""
    asked: PayloadId
    """JSON of what is asked: what was tried, what is needed, the evidence."""
    options: tuple[str, ...] = ()
    """What can be chosen; none if the answer is free."""
    deadline: float | None = None
    """The instant from which nobody is waited for any more."""
    default: str | None = None
    """What is chosen at the deadline; None: nothing is."""


class QuestionAnswered(JournalEvent, frozen=True, tag="question.answered/1"):
    """Somebody has decided, or the deadline has."""

    node: str
    number: int
    choice: str
    by: str
    """Who decided: a person, or ``deadline``."""
    note: str = ""
    value: PayloadId | None = None
    """JSON of what was given beside the choice."""
