"""The only door to the disk: reads below one folder, and nowhere else.

A path is walked component by component with ``openat`` and ``O_NOFOLLOW``, from a folder whose identity was taken when
it was opened. No symlink is ever followed, so neither ``..``, nor a link, nor a component swapped between a check and
its use can lead out. Only regular files are opened, without blocking: a FIFO or a device is refused.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from holdfast.apps.review.source.names import raw, shown
from holdfast.apps.review.source.refusals import Reason, Refusal
from holdfast.kernel.errors import InputError

PATH_PARTS_MAX = 200
READ_BYTES_STEP = 1 << 20

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_REASONS = {
    errno.ENOENT: Reason.MISSING,
    errno.ENAMETOOLONG: Reason.MISSING,
    errno.ENOTDIR: Reason.MISSING,
    errno.ELOOP: Reason.SYMLINK,
}


class Entry(msgspec.Struct, frozen=True):
    """One name in a folder: its path as shown, and the file type bits of its mode."""

    path: str
    mode: int

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder itself; a link to one is not."""
        return stat.S_ISDIR(self.mode)


class Root(msgspec.Struct, frozen=True):
    """A folder that was opened for review. Reading never leaves it, whatever path is asked for."""

    path: str
    device: int
    inode: int

    @classmethod
    def at(cls, path: str) -> "Root":
        """Take the identity of a folder. Raises InputError if there is none, or it cannot be opened."""
        try:
            resolved = os.path.realpath(path, strict=True)
            descriptor = os.open(resolved, _FOLDER)
        except OSError as error:
            raise InputError(_not_a_root(path, error)) from error
        except ValueError as error:
            raise InputError(f"expected the path of a folder, found {path!a}: give an existing folder") from error
        try:
            status = os.fstat(descriptor)
            os.scandir(descriptor).close()
        except OSError as error:
            raise InputError(_not_a_root(path, error)) from error
        finally:
            os.close(descriptor)
        return cls(resolved, status.st_dev, status.st_ino)

    def read(self, path: str, *, bytes_max: int) -> bytes | Refusal:
        """Return the whole content of a regular file, or why it is not given. A larger file is not read at all."""
        parts = _parts(path)
        if isinstance(parts, Refusal):
            return parts
        try:
            with self._folder(parts[:-1]) as folder, _regular(parts[-1], folder) as (descriptor, status):
                if status.st_size > bytes_max:
                    return Refusal(Reason.TOO_LARGE, f"{status.st_size:,} bytes, the limit is {bytes_max:,}")
                return _read(descriptor, bytes_max)
        except _NotRegular:
            return Refusal(Reason.NOT_REGULAR)
        except OSError as error:
            return _refusal(error)

    def mode(self, path: str) -> int | Refusal:
        """Return the mode of what stands at the path, a link's own if it is a link; nothing is opened but folders."""
        parts = _parts(path)
        if isinstance(parts, Refusal):
            return parts
        try:
            with self._folder(parts[:-1]) as folder:
                return os.stat(parts[-1], dir_fd=folder, follow_symlinks=False).st_mode
        except OSError as error:
            return _refusal(error)

    def link(self, path: str) -> str | Refusal:
        """Return where a link points, as text, without following it."""
        parts = _parts(path)
        if isinstance(parts, Refusal):
            return parts
        try:
            with self._folder(parts[:-1]) as folder:
                return shown(os.readlink(parts[-1], dir_fd=folder))
        except OSError as error:
            return _refusal(error)

    def entries(self, path: str) -> tuple[Entry, ...] | Refusal:
        """Return what a folder holds, in order of name; an empty path is the root itself."""
        parts = _parts(path) if path else ()
        if isinstance(parts, Refusal):
            return parts
        try:
            with self._folder(parts) as folder:
                names = sorted(map(os.fsencode, os.listdir(folder)))
                return tuple(_entry(path, name, folder) for name in names)
        except OSError as error:
            return _refusal(error)

    @contextmanager
    def _folder(self, parts: tuple[bytes, ...]) -> Iterator[int]:
        """Give a descriptor of the folder these parts lead to, through folders only."""
        descriptor = os.open(self.path, _FOLDER)
        try:
            status = os.fstat(descriptor)
            if (status.st_dev, status.st_ino) != (self.device, self.inode):
                raise FileNotFoundError(errno.ENOENT, "the folder under review was replaced")
            for part in parts:
                deeper = os.open(part, _FOLDER, dir_fd=descriptor)
                os.close(descriptor)
                descriptor = deeper
            yield descriptor
        finally:
            os.close(descriptor)


class _NotRegular(Exception):
    """What stands there is a folder, a FIFO, a device or a socket."""


def _parts(path: str) -> tuple[bytes, ...] | Refusal:
    try:
        parts = tuple(raw(path).split(b"/"))
    except InputError as error:
        return Refusal(Reason.MISSING, str(error))
    if len(parts) > PATH_PARTS_MAX:
        return Refusal(Reason.LIMIT, f"deeper than {PATH_PARTS_MAX} folders")
    if any(part in (b"", b".", b"..") or b"\0" in part for part in parts):
        return Refusal(Reason.OUTSIDE, "a path is relative to the root, without '.', '..' or empty parts")
    return parts


@contextmanager
def _regular(name: bytes, folder: int) -> Iterator[tuple[int, os.stat_result]]:
    """Open a regular file. Its type is asked before opening (a device may act on open) and again of what was opened."""
    before = os.stat(name, dir_fd=folder, follow_symlinks=False)
    if stat.S_ISLNK(before.st_mode):
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    if not stat.S_ISREG(before.st_mode):
        raise _NotRegular
    descriptor = os.open(name, _FILE, dir_fd=folder)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise _NotRegular
        yield descriptor, status
    finally:
        os.close(descriptor)


def _read(descriptor: int, bytes_max: int) -> bytes | Refusal:
    pieces: list[bytes] = []
    left = bytes_max
    while piece := os.read(descriptor, READ_BYTES_STEP):
        left -= len(piece)
        if left < 0:
            return Refusal(Reason.TOO_LARGE, f"it grew past {bytes_max:,} bytes while it was read")
        pieces.append(piece)
    return b"".join(pieces)


def _entry(folder_path: str, name: bytes, folder: int) -> Entry:
    path = f"{folder_path}/{shown(name)}" if folder_path else shown(name)
    try:
        return Entry(path, os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    except OSError:
        return Entry(path, 0)  # gone or hidden meanwhile: whoever reads it gets the refusal


def _refusal(error: OSError) -> Refusal:
    reason = _REASONS.get(error.errno or 0, Reason.UNREADABLE)
    return Refusal(reason, error.strerror or type(error).__name__)


def _not_a_root(path: str, error: OSError) -> str:
    shown_path = shown(os.fsencode(path))
    match error.errno:
        case errno.ENOENT | errno.ENAMETOOLONG:
            return f"expected a folder to review, found nothing at '{shown_path}': check the path"
        case errno.ENOTDIR:
            return f"expected a folder to review, found a file at '{shown_path}': give the folder it is in"
        case errno.ELOOP:
            return f"expected a folder to review, found a circle of links at '{shown_path}': give the folder itself"
        case _:
            return f"expected a readable folder, found '{shown_path}' ({error.strerror}): allow reading and entering it"
