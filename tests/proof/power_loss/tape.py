"""What a store asked of its disk, in order, and what it promised in between: the history that a power cut ends."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from holdfast.journal.port import Claim, Commit, Letter
from holdfast.journal.upkeep import Archive
from holdfast.kernel.ids import RunId


@dataclass(frozen=True, slots=True)
class Made:
    """A file came into the folder, empty."""

    name: str


@dataclass(frozen=True, slots=True)
class Removed:
    """A file was taken out of the folder."""

    name: str


@dataclass(frozen=True, slots=True)
class Wrote:
    """Bytes were put into a file; only a flush makes them stay."""

    name: str
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Resized:
    """A file was cut to a size; only a flush makes that stay."""

    name: str
    length_bytes: int


@dataclass(frozen=True, slots=True)
class Flushed:
    """All that was asked of a file so far is on the disk."""

    name: str


@dataclass(frozen=True, slots=True)
class FolderFlushed:
    """All files that came and went so far have come and gone for good."""


@dataclass(frozen=True, slots=True)
class TenantKey:
    """The store said that this is the tenant's key."""

    tenant: str
    key: bytes


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The store was asked to remove the run: what it promised of it may be gone from here on."""

    run: RunId


@dataclass(frozen=True, slots=True)
class Gone:
    """The store said that nothing is left of the run."""

    run: RunId


Operation = Made | Removed | Wrote | Resized | Flushed | FolderFlushed
Promise = Commit | Claim | Letter | TenantKey | Archive | Gone
"""What was acknowledged to a caller, and so must be there whatever happens next."""


@dataclass(slots=True)
class Tape:
    """Grows while a store works; a power cut at a point is the tape up to there, for what comes after cannot matter."""

    entries: list[Operation | Promise | Withdrawn] = field(default_factory=list)
    commits: list[Commit] = field(default_factory=list)
    """All that the store was asked to write, acknowledged or not: each must be there in whole or not at all."""

    def note(self, entry: Operation | Promise | Withdrawn) -> None:
        self.entries.append(entry)

    @property
    def operations(self) -> Iterator[Operation]:
        """The points at which power can fail."""
        return (entry for entry in self.entries if isinstance(entry, Operation))
