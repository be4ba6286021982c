"""What a driver needs of the runtime for the runs that its own has to do with: the port ``Kin``."""

from collections.abc import Mapping
from typing import Protocol

import msgspec

from holdfast.journal.events.bus import Cause
from holdfast.journal.events.runs import Ancestor
from holdfast.kernel.ids import RunId
from holdfast.kernel.limits import Budget
from holdfast.orchestration.application.app import App


class Lineage(msgspec.Struct, frozen=True, kw_only=True):
    """Whose child a run is."""

    run: RunId
    """Its own id, which follows from the parent's."""
    parent: RunId
    parent_step: str
    depth: int
    ancestors: tuple[Ancestor, ...] = ()
    """The runs above it, the parent last."""
    simulates: bool = False
    """Whether the parent sends no effects: then nor does the child."""
    cause: Cause | None = None
    """The event that the parent was begun for, or has received last: the child's too."""


class ChildRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What a run asks of an app."""

    lineage: Lineage
    app: str
    input: object
    budget: Budget
    tenant: str
    session: str | None
    model: str | None
    models: Mapping[str, str]
    is_batch: bool = False
    user: str | None = None


class Kin(Protocol):
    """Finds apps, begins child runs and has runs driven."""

    def find(self, app: str) -> App:
        """Return the app of that name. Raises DefinitionError."""

    async def begin(self, request: ChildRequest) -> None:
        """Make the run durable; the same one twice is one run.

        Raises InputError and DefinitionError for one that cannot be begun, JournalError.
        """

    async def stir(self, run: RunId) -> None:
        """Have ``run`` driven where it is to be: mail has come to it, or it was just begun."""

    def rouse(self) -> None:
        """Say that an event was published, or that a reaction to one is over. A word lost makes others late."""
