"""Stores whose runs are all about one person, though the suite that calls them knows nothing of it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from msgspec.structs import replace

from holdfast.journal.port import Commit, CommitResult, Head, NewRun
from holdfast.journal.sealing.aes import AesGcm
from holdfast.journal.sealing.keeping import SealingStore
from holdfast.journal.sealing.port import KeptKeys
from holdfast.journal.stores.keys import FileKeys, MemoryKeys
from holdfast.journal.stores.memory import MemoryDisk, MemoryStore
from holdfast.journal.stores.sqlite import SqliteStore
from holdfast.journal.upkeep import Archive, KeptStore
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.faults import Reach, pass_by
from holdfast.kernel.ids import RunId
from holdfast.kernel.randomness import SystemRandomness

SUBJECT = "anna@example.org"


def sealing(inner: KeptStore, keys: KeptKeys) -> SealingStore:
    return SealingStore(inner, keys, AesGcm, SystemRandomness())


def about(new: NewRun, subject: str = SUBJECT) -> NewRun:
    return replace(new, subject=subject)


class AboutOnePerson(SealingStore):
    """Gives every run a subject on its way in, and tells of none on its way out."""

    async def commit(self, commit: Commit) -> CommitResult:
        begins = None if commit.begins is None else about(commit.begins)
        return await super().commit(replace(commit, begins=begins))

    async def head(self, run: RunId) -> Head:
        return replace(await super().head(run), seal=None, subject=None)

    async def archive(self, run: RunId) -> Archive:
        archive = await super().archive(run)
        return replace(archive, new=replace(archive.new, subject=None))

    async def restore(self, archive: Archive) -> bool:
        return await super().restore(replace(archive, new=about(archive.new)))


class Disk(Protocol):
    """What outlives a sealing store: the store's disk and the keys."""

    clock: VirtualClock

    def inner(self, reach: Reach = pass_by) -> KeptStore: ...

    def keys(self, reach: Reach = pass_by) -> KeptKeys: ...


@dataclass
class InMemory:
    """A memory disk with keys beside it."""

    clock: VirtualClock = field(default_factory=VirtualClock)
    disk: MemoryDisk = field(default_factory=MemoryDisk)
    kept: MemoryKeys | None = None

    def inner(self, reach: Reach = pass_by) -> MemoryStore:
        return MemoryStore(self.clock, self.disk, on_point=reach)

    def keys(self, reach: Reach = pass_by) -> MemoryKeys:
        self.kept = self.kept or MemoryKeys(self.clock)
        return self.kept


@dataclass
class InFiles:
    """A database file with a file of keys beside it."""

    path: Path
    clock: VirtualClock = field(default_factory=VirtualClock)

    def inner(self, reach: Reach = pass_by) -> SqliteStore:
        return SqliteStore(self.path, self.clock, on_point=reach)

    def keys(self, reach: Reach = pass_by) -> FileKeys:
        return FileKeys(self.path.with_name(self.path.name + ".keys"), self.clock, on_point=reach)
