"""What happens to the child runs of a run: started, begun, recalled, ended."""

from holdfast.journal.events.event import JournalEvent
from holdfast.kernel.ids import PayloadId, RunId
from holdfast.kernel.limits import Budget, Spend
from holdfast.kernel.outcomes import Fault, Outcome


class ChildStarted(JournalEvent, frozen=True, tag="child.started/1"):
    """A node is about to begin a run of its own. Durable before it does: from here on the budget is lent."""

    node: str
    number: int
    """Which time a run is begun at this node, from 1."""
    child: RunId
    """Its id, derived from the parent's, the node and the number: begun twice it is one run."""
    app: str
    budget: Budget
    """The child's limits. What they allow counts as taken from the parent's budget until the child has ended."""
    input: PayloadId | None = None
    """JSON of what it is given."""


class ChildBegun(JournalEvent, frozen=True, tag="child.begun/1"):
    """The child run is durable."""

    node: str
    child: RunId


class ChildRecalled(JournalEvent, frozen=True, tag="child.recalled/1"):
    """Nobody waits for the child any more. Its commit carries a letter to the child: it is to end before its time."""

    node: str
    child: RunId
    reason: str
    abandons_doubts: bool = False


class ChildEnded(JournalEvent, frozen=True, tag="child.ended/1"):
    """The child has ended: what it gave is kept here, and what it spent takes the place of what it was lent."""

    node: str
    child: RunId
    outcome: Outcome
    spend: Spend
    result: PayloadId | None = None
    """JSON of its result, as the parent keeps it."""
    fault: Fault | None = None
