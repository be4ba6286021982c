"""What an operator asks of a store beside running runs: move one, copy all of them, remove what ended long ago."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from holdfast.journal.port import Delivered, NewRun, Payload, Recorded, Store
from holdfast.kernel.errors import JournalError
from holdfast.kernel.ids import CommitId, PayloadId, RunId

Progress = Callable[[int, int], None]
"""Told how much is done, and of how much; from any thread."""


class Archive(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a store holds of one run. Snapshots are a cache and no part of it.

    Payloads keep the ids that the tenant's key of the first store made: events point at them, wherever the run goes.
    """

    run: RunId
    new: NewRun
    created_at: float
    updated_at: float
    epoch: int
    status: str
    is_over: bool
    begun_by: CommitId
    commit_id: CommitId
    """The last commit that brought events."""
    events: tuple[Recorded, ...]
    payloads: tuple[Payload, ...]
    """In the order of their ids."""
    letters: tuple[Delivered, ...]
    """The whole inbox, for positions go on from it."""


def check_same(archive: Archive, present: Archive) -> None:
    """Raise JournalError unless ``present``, the run of that id which is here already, is just ``archive``."""
    if _essence(present) != _essence(archive):
        raise JournalError(
            f"expected run {archive.run} to be new here or just as in the file, found it with {len(present.events)} "
            f"events where the file has {len(archive.events)}: import it into another store"
        )


def _essence(archive: Archive) -> tuple[object, ...]:
    return archive.new, archive.events, archive.payloads, archive.letters


class Removed(msgspec.Struct, frozen=True):
    """How much a removal took out."""

    runs: int = 0
    events: int = 0
    payloads: int = 0
    bytes: int = 0
    """Of the bodies of events and payloads."""

    def __add__(self, other: "Removed") -> "Removed":
        return Removed(
            self.runs + other.runs,
            self.events + other.events,
            self.payloads + other.payloads,
            self.bytes + other.bytes,
        )


class Compacted(msgspec.Struct, frozen=True):
    """What giving space back came to. ``is_whole`` is False when another process drove: freed pages are used again."""

    bytes_before: int
    bytes_after: int
    is_whole: bool


class Archives(Protocol):
    """Takes runs out of a store whole, and into another."""

    async def archive(self, run: RunId) -> Archive:
        """Return all that is held of ``run``, as of one moment. Raises RunNotFound."""

    async def restore(self, archive: Archive) -> bool:
        """Take a run in; False if exactly that is here already. Raises JournalError if it is here and differs.

        A run that is not over comes to rest: nobody drives it before somebody resumes it, for it may go on elsewhere.
        """

    async def backup(self, path: Path, progress: Progress) -> None:
        """Write a copy of everything, as of one moment, to a new file at ``path`` while runs go on.

        Raises InputError if the file exists, JournalError for a store that has no file or a disk that refuses.
        """


class Retention(Protocol):
    """Removes runs that ended long ago."""

    async def ended(self, before: float, count_max: int) -> Sequence[RunId]:
        """Return runs whose last commit was before that instant and that are over, oldest first; none whose parent,
        if it is here, is still going."""

    async def weigh(self, runs: Sequence[RunId]) -> Removed:
        """Return what ``remove`` would take out."""

    async def remove(self, runs: Sequence[RunId]) -> Removed:
        """Remove those of ``runs`` that are over, with all that belongs to them; what is not is passed over."""

    async def trim(self, runs: Sequence[RunId]) -> Removed:
        """Remove payloads that no event points at from those of ``runs`` that are over."""

    async def compact(self) -> Compacted:
        """Give the space of what was removed back to the disk, as far as nobody else drives."""


class Emptying(Protocol):
    """Takes content out of runs and leaves the runs."""

    async def discard(self, run: RunId, payloads: Sequence[PayloadId]) -> Removed:
        """Remove those payloads of ``run`` if it is over."""

    async def empty(self, runs: Sequence[RunId], ended_as: str) -> Removed:
        """Take out all that ``runs`` hold, and leave that they were: versions, instants, status.

        Bodies of events and letters become ``sealing.envelope.ERASED``; payloads, snapshots, titles and request ids go.
        A run that is not over ends as ``ended_as``, and whoever drives it has lost it. What is empty stays as it is.
        """


class KeptStore(Store, Archives, Retention, Emptying, Protocol):
    """A store with all that an operator needs."""
