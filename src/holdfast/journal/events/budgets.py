"""What happens to budgets: one runs low, an agent goes on cheaper, a call takes more than a call can."""

from holdfast.journal.events.event import JournalEvent
from holdfast.kernel.limits import Budget


class BudgetLow(JournalEvent, frozen=True, tag="budget.low/1"):
    """Four fifths of a limit are taken. Told once of each limit, and again when a raised one runs low."""

    owner: str
    """Whose limit it is: ``run``, or the agent as ``agent NAME``."""
    limit: str
    """The limit as ``Budget`` names it."""
    spent: float
    allowed: float
    node: str = ""
    """The agent's node; empty for the run's own budget."""


class ModelSwitched(JournalEvent, frozen=True, tag="budget.model/1"):
    """From its next call on the agent is served by the model that it declares for when money runs low."""

    node: str
    model: str
    before: str
    """The model it was served by."""
    reason: str


class ReservationExceeded(JournalEvent, frozen=True, tag="budget.exceeded/1"):
    """A provider reports more for a call than was reserved, and so more than it can have taken.

    A limit may be overshot by it. Either the bound of the input is wrong for this provider, or it did not keep to the
    most tokens that a reply may have, or its price is set too low.
    """

    node: str
    turn: int
    attempt: int
    reserved: int
    tokens: int
    reserved_usd: float | None = None
    usd: float | None = None


class ShareGiven(JournalEvent, frozen=True, tag="budget.share/1"):
    """A node is about to be entered that may spend, with all below it, no more than its ``limits``."""

    node: str
    limits: Budget
