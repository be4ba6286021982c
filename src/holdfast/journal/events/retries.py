"""What happens when something is tried again: a node after a while, a run that had failed because somebody asks."""

import msgspec

from holdfast.journal.events.event import JournalEvent
from holdfast.kernel.limits import Budget
from holdfast.kernel.outcomes import Fault


class NodeRetried(JournalEvent, frozen=True, tag="node.retried/1"):
    """A try of a node failed, and another follows."""

    node: str
    attempt: int
    """The try that failed, from 1."""
    retry_at: float
    """The instant of the next one; how long that is was drawn."""
    fault: Fault


class RetryDue(JournalEvent, frozen=True, tag="node.retry_due/1"):
    """The wait for a node's next try is over."""

    node: str
    attempt: int
    """The try that had failed."""
    by: str = ""
    """Who did not want to wait any longer; empty: the instant has come."""


class SentBefore(msgspec.Struct, frozen=True, omit_defaults=True):
    """An effect with a key that was sent from a node which is done again: its key goes on speaking of the same thing.

    Key and arguments are bound to each other: the same tool with the same arguments is sent under the key again.
    """

    node: str
    tool: str
    arguments: str
    """Digest of the canonical arguments."""
    key: str
    key_until: float | None = None
    is_void: bool = False
    """It is certain that nothing was done under this key: it is never used again."""


class RunRequeued(JournalEvent, frozen=True, kw_only=True, tag="run.requeued/1"):
    """A run that had failed goes on: what succeeded is kept."""

    by: str
    note: str = ""
    from_step: str = ""
    """The step from which all is done again; empty: it goes on where it failed."""
    reopened: tuple[str, ...] = ()
    """Nodes that go on where they stand, or are tried once more."""
    dropped: tuple[str, ...] = ()
    """Nodes that, with all below them, are as if they had never been entered."""
    sent: tuple[SentBefore, ...] = ()
    """What was sent below the dropped ones."""
    budget: Budget | None = None
    """Limits that are raised to this, of the run and of its agents."""
