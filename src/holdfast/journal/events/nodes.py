"""What happens to the nodes of a flow: entered, decided, left."""

from holdfast.journal.events.event import JournalEvent
from holdfast.kernel.ids import PayloadId
from holdfast.kernel.outcomes import Fault, Outcome


class NodeEntered(JournalEvent, frozen=True, tag="node.entered/1"):
    """The scheduler began a node."""

    node: str
    """The node's path."""
    kind: str
    input: PayloadId | None = None
    """JSON of the input, for nodes that take one."""
    deadline: float | None = None
    """The instant at which the node times out."""
    branches: tuple[str, ...] = ()
    """In order, the names of a parallel's branches, a fallback's rungs, a vote's voters, a graph's steps or a handoff's
    members: its value names them."""
    wakes_at: float | None = None
    """The instant that the node waits for."""
    shared: PayloadId | None = None
    """JSON of all that runs share, with versions: what everything inside sees of it."""
    after: tuple[tuple[str, ...], ...] = ()
    """For each step of a graph, in the order of ``branches``, the names of those that it comes directly after."""


class BranchTaken(JournalEvent, frozen=True, tag="node.branch_taken/1"):
    """The guards of a branch were evaluated; ``case`` is the name of the child that runs, None if none does.

    Of a loop it says that what it is there for has not come yet: ``case`` is the number of the round that is next.
    """

    node: str
    case: str | None


class ItemsMapped(JournalEvent, frozen=True, tag="node.items_mapped/1"):
    """The items of a map were evaluated: a key and an input each, in order.

    Of a vote: the voters that have answered, and of each what its answer is compared by.
    """

    node: str
    keys: tuple[str, ...]
    items: tuple[PayloadId, ...]


class HandedOver(JournalEvent, frozen=True, tag="node.handed_over/1"):
    """A contract of a handoff held for what the member gave that had its turn: another has the next one."""

    node: str
    """The path of the handoff."""
    number: int
    """Which turn has ended, from 1."""
    giver: str
    taker: str
    contract: str
    carried: PayloadId
    """JSON of all that the taker is told."""


class NodeLeft(JournalEvent, frozen=True, tag="node.left/1"):
    """A node ended."""

    node: str
    outcome: Outcome
    result: PayloadId | None = None
    """JSON of a leaf's result; what a composite gives is composed of its children's."""
    fault: Fault | None = None
