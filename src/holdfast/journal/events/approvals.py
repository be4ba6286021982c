"""What happens to a call that people must say yes to before it is made: they are asked, and each decides."""

import enum

import msgspec

from holdfast.journal.events.event import JournalEvent
from holdfast.kernel.ids import PayloadId


class Ruling(enum.StrEnum):
    """What somebody decides of a call."""

    APPROVE = "approve"
    """It may be made, with exactly the arguments that were shown."""
    EDIT = "edit"
    """It may be made, with other arguments: whoever had approved the ones before has not approved these."""
    REJECT = "reject"
    """It is not made."""


class Need(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Whose yes is needed."""

    of: str = "operator"
    """``operator``, or ``user``: the end user for whom the run acts."""
    roles: tuple[str, ...] = ()
    """Whoever says it must have one of them; empty: anybody of that kind."""
    approvals: int = 1
    """How many different people must say it."""


class ApprovalAsked(JournalEvent, frozen=True, tag="approval.asked/1"):
    """A call waits: it is made only once people have said yes to it, bound to what they are shown."""

    node: str
    turn: int
    """The agent's turn; 0 for a node that is itself a tool or function."""
    call: int
    """The call's place in its turn, from 1; 0 for a node that is itself a tool or function."""
    number: int
    """Which question of the run it is, from 1: a decision names it, and counts for no other."""
    tool: str
    definition: str
    """The content hash of the tool as it would be called."""
    digest: str
    """What a yes is bound to: the digest of that definition and of the canonical arguments."""
    asked: PayloadId
    """JSON of the escalation: what is shown to whoever decides."""
    needs: tuple[Need, ...]
    """All of these must be satisfied."""
    deadline: float | None = None
    """The instant from which nobody is asked any more."""
    abandons: bool = False
    """At the deadline the node fails; else the call is refused."""


class ApprovalDecided(JournalEvent, frozen=True, tag="approval.decided/1"):
    """Somebody has decided of a call that waits, or the deadline has."""

    node: str
    turn: int
    call: int
    number: int
    ruling: Ruling
    by: str
    """Who decided: a person, or ``deadline``."""
    digest: str
    """What it is bound to; after an edit the digest of what is to be called instead."""
    of: str = "operator"
    """As whom: an operator, or the end user."""
    roles: tuple[str, ...] = ()
    """The roles that they have."""
    note: str = ""
    arguments: PayloadId | None = None
    """The arguments that are to be called with instead, as canonical JSON, if they were edited."""
    settles: bool = False
    """With this one nothing is waited for any more."""
    decided_at: float | None = None
    """When it was decided; it is recorded when the run next looks."""
