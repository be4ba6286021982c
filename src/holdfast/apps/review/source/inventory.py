"""What a repository holds: every listed path is either a file that can be read as text, or skipped with its reason."""

import hashlib
import stat
from collections.abc import Iterable

import msgspec

from holdfast.apps.review.source.classify import bytes_max_of, classify
from holdfast.apps.review.source.files import SourceFile
from holdfast.apps.review.source.guard import Root
from holdfast.apps.review.source.links import name_link
from holdfast.apps.review.source.listing import list_paths
from holdfast.apps.review.source.refusals import Refusal, Skipped


class Inventory(msgspec.Struct, frozen=True):
    """Files and skipped paths, each in order of path, and how they were found (``git`` or ``walk``)."""

    files: tuple[SourceFile, ...]
    skipped: tuple[Skipped, ...]
    listed_by: str
    notes: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing at all to review."""
        return not self.files

    @property
    def digest(self) -> str:
        """Return a hash over all paths and contents: two equal ones are the same state of the repository."""
        whole = hashlib.sha256()
        for file in self.files:
            whole.update(f"{file.path}\0{file.sha256}\0".encode())
        return whole.hexdigest()


def take_inventory(root: Root, tracked: tuple[str, ...] | None = None) -> Inventory:
    """Read every listed file once, and say what it is; ``tracked`` are the files git knows, if somebody has asked."""
    listing = list_paths(root, tracked)
    files: list[SourceFile] = []
    skipped = list(listing.skipped)
    for path in listing.paths:
        match _look_at(root, path):
            case SourceFile() as file:
                files.append(file)
            case Skipped() as left_out:
                skipped.append(left_out)
    return Inventory(tuple(files), _by_path(skipped), listing.source, listing.notes)


def _look_at(root: Root, path: str) -> SourceFile | Skipped:
    mode = root.mode(path)
    if isinstance(mode, Refusal):
        return Skipped(path, mode.reason, mode.detail)
    if stat.S_ISLNK(mode):
        return name_link(root, path)
    data = root.read(path, bytes_max=bytes_max_of(path))
    if isinstance(data, Refusal):
        return Skipped(path, data.reason, data.detail)
    return classify(path, data)


def _by_path(skipped: Iterable[Skipped]) -> tuple[Skipped, ...]:
    return tuple(sorted(skipped, key=lambda left_out: left_out.path))
