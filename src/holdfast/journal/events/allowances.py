"""What happens to a run whose next call no allowance of its operator has room for: it waits, and goes on."""

from holdfast.journal.events.event import JournalEvent


class AllowanceAwaited(JournalEvent, frozen=True, tag="allowance.awaited/1"):
    """An allowance is spent, and what is to be done at a node waits until it is renewed."""

    node: str
    """The agent whose model call waits; the app, where the whole run waits to begin."""
    allowance: str
    """Whose it is, in words."""
    reason: str
    """How much of it is spent."""
    renews_at: float


class AllowanceRenewed(JournalEvent, frozen=True, tag="allowance.renewed/1"):
    """The instant has come: the call is tried."""

    node: str
