"""The files of a repository as they are at one revision, read from git's objects, never from the work tree."""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

import msgspec

from holdfast.apps.review.change.git import Git
from holdfast.apps.review.source.classify import bytes_max_of
from holdfast.apps.review.source.names import shown
from holdfast.apps.review.source.refusals import Reason, Refusal, Skipped
from holdfast.apps.review.source.text import decode, lines_of

BATCH_BYTES_MAX = 4_000_000
"""Reading one file brings its neighbours along up to this much, so that a search through all files asks git seldom."""
KEPT_BYTES_MAX = 64_000_000

_REGULAR = (b"100644", b"100755", b"100664")
_NOT_READ = {b"120000": Refusal(Reason.SYMLINK), b"160000": Refusal(Reason.NOT_REGULAR, "a submodule, not entered")}

_FORGED = (b"", b".", b"..")
_INCOMPLETE = Refusal(Reason.MISSING, "the repository's objects are incomplete")


class _Blob(msgspec.Struct, frozen=True):
    path: str
    id: str
    size_bytes: int


class RevisionReader:
    """Lists and reads the regular files below ``root`` at a revision. Safe to call from several threads.

    Paths, encodings, line ends and size limits are those of the work tree's reader, so that either can stand for the
    other.
    """

    def __init__(self, root: Path, revision: str) -> None:
        """Raise InputError unless ``root`` is in a git repository that knows ``revision``."""
        self._git = Git(root)
        self.commit = self._git.commit(revision)
        self._blobs: list[_Blob] = []
        self._refusals: dict[str, Refusal] = {}
        self._list()
        self._places = {blob.path: place for place, blob in enumerate(self._blobs)}
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._kept_bytes = 0
        self._lock = threading.Lock()

    def list_files(self) -> tuple[str, ...]:
        """Return the paths of all regular files that are small enough to be read, sorted."""
        return tuple(self._places)

    def skipped(self) -> tuple[Skipped, ...]:
        """Return what is not among the files: links, submodules, what is too large."""
        refusals = sorted(self._refusals.items())
        return tuple(Skipped(path, refusal.reason, refusal.detail) for path, refusal in refusals)

    def read_bytes(self, path: str) -> bytes | Refusal:
        """Return the contents of a file, or why they cannot be had."""
        if path not in self._places:
            return self._refusals.get(path, Refusal(Reason.MISSING))
        with self._lock:
            if path not in self._kept:
                self._fetch(path)
            return self._kept.get(path, _INCOMPLETE)

    def read(self, path: str) -> tuple[str, ...] | Refusal:
        """Return the lines of a file without line ends, or why it has none."""
        contents = self.read_bytes(path)
        text = contents if isinstance(contents, Refusal) else decode(contents)
        return text if isinstance(text, Refusal) else lines_of(text)

    def read_lines(self, path: str) -> tuple[str, ...] | None:
        """Return the lines of a file without line ends, None if it cannot be read."""
        lines = self.read(path)
        return None if isinstance(lines, Refusal) else lines

    def _list(self) -> None:
        listing = self._git.run(["ls-tree", "-r", "-z", "-l", self.commit], "expected the files of a commit")
        for entry in filter(None, listing.split(b"\0")):
            about, _, name = entry.partition(b"\t")
            mode, _, blob_id, size = about.split()
            path = shown(name)
            if any(part in _FORGED or part.lower() == b".git" for part in name.split(b"/")):
                self._refusals[path] = Refusal(Reason.OUTSIDE, "no name a commit may hold")
            elif mode not in _REGULAR:
                self._refusals[path] = _NOT_READ.get(mode, Refusal(Reason.NOT_REGULAR))
            elif not size.isdigit():
                self._refusals[path] = _INCOMPLETE
            elif int(size) > bytes_max_of(path):
                self._refusals[path] = Refusal(Reason.TOO_LARGE, f"{int(size):,} bytes")
            else:
                self._blobs.append(_Blob(path, blob_id.decode("ascii"), int(size)))
        self._blobs.sort(key=lambda blob: blob.path)

    def _fetch(self, path: str) -> None:
        """Read a file and those listed after it with one call, then forget the oldest beyond what may be kept."""
        batch = list(self._batch(path))
        asked = "".join(f"{blob.id}\n" for blob in batch).encode("ascii")
        answer = self._git.run(["cat-file", "--batch"], "expected the contents of files", fed=asked)
        at = 0
        for blob in batch:
            start = answer.index(b"\n", at) + 1
            if answer.endswith(b" missing", at, start - 1):
                at = start
                continue
            self._kept[blob.path] = answer[start : start + blob.size_bytes]
            self._kept_bytes += blob.size_bytes
            at = start + blob.size_bytes + 1
        while self._kept_bytes > KEPT_BYTES_MAX and next(iter(self._kept)) != path:
            _, forgotten = self._kept.popitem(last=False)
            self._kept_bytes -= len(forgotten)

    def _batch(self, path: str) -> Iterator[_Blob]:
        total_bytes = 0
        for blob in self._blobs[self._places[path] :]:
            total_bytes += blob.size_bytes
            if total_bytes > BATCH_BYTES_MAX and blob.path != path:
                return
            if blob.path not in self._kept:
                yield blob
