"""What happens to a run in flight when its code has changed: it is migrated to the present definitions."""

import msgspec

from holdfast.journal.events.event import JournalEvent


class RunMigrated(JournalEvent, frozen=True, tag="run.migrated/1"):
    """A declared migration has said what of the run goes on where; from here on it runs under other definitions."""

    by: str
    """The migration's name."""
    definitions: dict[str, str]
    """What runs from here on, by content hash, as in RunStarted."""
    models: dict[str, str]
    """The model each agent runs on from here on, by the agent's name."""
    renamed: dict[str, str] = msgspec.field(default_factory=dict)
    """Paths of nodes, and the ones they have from here on; what lies below moves along."""
    dropped: tuple[str, ...] = ()
    """Paths of nodes that count as never entered, with all that lies below."""
    branches: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    """The names of the branches that parallels have from here on, by their new path."""
