"""What runs share: values of a tenant's app by name, each with its version, written in the commit of the step that did.

A write names the version that it is based on. One that is stale is refused, before anything of its commit is written:
no value is ever lost because somebody had read it a little earlier. A value that was removed keeps its version, so that
who writes it anew is known to have seen that. Versions count from 1 without gaps; 0 is that of a name never written.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

import msgspec

from holdfast.kernel.ids import RunId


class SharedWrite(msgspec.Struct, frozen=True, gc=False):
    """A shared value as a commit sets it; it becomes version ``base + 1``."""

    tenant: str
    app: str
    name: str
    base: int
    """The version it is based on: what the store has, or the commit is refused."""
    body: bytes | None
    """JSON of the value; None if it is removed."""


class SharedValue(msgspec.Struct, frozen=True, gc=False):
    """A shared value as the store has it."""

    name: str
    version: int
    body: bytes | None
    """JSON of the value; None if it was removed, or erased with the person that the run was about."""
    run: RunId
    """The run that has written it."""
    at: float


class SharedStore(Protocol):
    """Reads what runs share."""

    async def shared(self, tenant: str, app: str, names: Sequence[str] | None = None) -> Sequence[SharedValue]:
        """Return, in one look, what was ever written under those names, by default under any, in their order."""


class Place(NamedTuple):
    """Where a shared value lies."""

    tenant: str
    app: str
    name: str


class Look:
    """A look at shared values that is under way: ``is_stale`` once one of them was written meanwhile."""

    __slots__ = ("is_stale", "places")

    def __init__(self, places: Iterable[Place]) -> None:
        self.places = frozenset(places)
        self.is_stale = False


class Board:
    """What the runs of one process are about to write: two of them never base a write on the same version.

    A store refuses such a commit, but by then other steps of the run may have gone on; here it is known before. Holds
    what is in commits under way, and no more.
    """

    def __init__(self) -> None:
        self._pending: set[Place] = set()
        self._looks: set[Look] = set()

    def look(self, places: Iterable[Place]) -> Look:
        """Begin to look at ``places``; end it with ``looked``."""
        look = Look(places)
        self._looks.add(look)
        return look

    def looked(self, look: Look) -> None:
        """End a look."""
        self._looks.discard(look)

    def is_pending(self, place: Place) -> bool:
        """Whether a write of it is on its way into the store."""
        return place in self._pending

    def reserve(self, places: Iterable[Place]) -> None:
        """Say that ``places``, none of which is pending, are about to be written."""
        self._pending.update(places)

    def release(self, places: Iterable[Place]) -> None:
        """Say that a write of ``places`` is in the store, or never will be."""
        gone = frozenset(places)
        self._pending -= gone
        for look in self._looks:
            look.is_stale = look.is_stale or not look.places.isdisjoint(gone)


def place_of(write: SharedWrite) -> Place:
    """Return where ``write`` goes."""
    return Place(write.tenant, write.app, write.name)
