"""Opens what lies beneath a folder and nothing else: no way up, no symbolic link, no device, no pipe.

No path is resolved and then compared, for it may be another one by the time it is opened. The kernel resolves it under
the folder (openat2, Linux from 5.6), or each part is opened in the one before it, symbolic links refused.
"""

import contextlib
import ctypes
import errno
import functools
import os
import stat
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

from holdfast.integration.tools.contract import ToolFailure

Segments = tuple[str, ...]
Opener = Callable[[int, Segments, int, int], int]
"""Opens a path beneath an open folder, with flags and a mode. Raises OSError."""

_OPENAT2 = 437  # the same on x86-64 and arm64
_NO_MAGIC_LINKS, _NO_SYMLINKS, _BENEATH = 0x02, 0x04, 0x08
_HERE = -100  # AT_FDCWD
_WARY = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY
_LOOK_ONLY = os.O_PATH | os.O_CLOEXEC | os.O_NOFOLLOW if hasattr(os, "O_PATH") else 0
_FOLDER = os.O_RDONLY | os.O_DIRECTORY

_TOLD = {
    errno.ENOENT: "there is no such file or folder",
    errno.ENOTDIR: "a part of it is no folder",
    errno.ELOOP: "a part of it is a symbolic link",
    errno.EXDEV: "it leads out of the folder",
    errno.EISDIR: "it is a folder",
    errno.EACCES: "it may not be opened",
    errno.EPERM: "it may not be opened",
    errno.ENAMETOOLONG: "it is too long",
    errno.EROFS: "it is on a disk that is only read",
    errno.ENOSPC: "the disk is full",
}


class Beneath:
    """A folder and what lies beneath it. It is opened anew for each use, and may be a link itself."""

    def __init__(self, root: str | Path, opener: Opener | None = None) -> None:
        self.root = Path(root).absolute()
        self._open = opener or best_opener()

    @contextlib.contextmanager
    def file(self, path: str, segments: Segments) -> Iterator[int]:
        """Lend a plain file, open for reading. Raises ToolFailure for whatever else is there."""
        with self._root(path) as root, told(path):
            if not segments:
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            if _LOOK_ONLY:
                with _closing(self._open(root, segments, _LOOK_ONLY, 0)) as seen:
                    _check_plain(path, seen)  # before it is opened in earnest: a device does things when it is
            with _closing(self._open(root, segments, os.O_RDONLY | _WARY, 0)) as opened:
                _check_plain(path, opened)
                yield opened

    @contextlib.contextmanager
    def folder(self, path: str, segments: Segments) -> Iterator[int]:
        """Lend a folder, open for reading. Raises ToolFailure."""
        with self._root(path) as root, told(path), _closing(self._folder(root, segments)) as opened:
            yield opened

    @contextlib.contextmanager
    def made(self, path: str, segments: Segments) -> Iterator[int]:
        """Lend a folder, with all the folders on the way to it, made where they are missing. Raises ToolFailure."""
        with self._root(path) as root, told(path), contextlib.ExitStack() as opened:
            at = root
            for segment in segments:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(segment, dir_fd=at)
                    os.fsync(at)
                at = opened.enter_context(_closing(self._open(at, (segment,), _FOLDER | _WARY, 0)))
            yield at

    def _folder(self, root: int, segments: Segments) -> int:
        return self._open(root, segments, _FOLDER | _WARY, 0) if segments else os.dup(root)

    @contextlib.contextmanager
    def _root(self, path: str) -> Iterator[int]:
        with told(path, "the folder of these tools cannot be opened: "), _closing(os.open(self.root, _FOLDER)) as root:
            yield root


def by_kernel(folder: int, segments: Segments, flags: int, mode: int) -> int:
    """Open by openat2: the kernel itself refuses what leads out, at the moment it is opened."""
    how = struct.pack("=QQQ", flags, mode, _BENEATH | _NO_MAGIC_LINKS | _NO_SYMLINKS)
    path = os.fsencode("/".join(segments))
    opened: int = _libc().syscall(ctypes.c_long(_OPENAT2), folder, path, how, ctypes.c_size_t(len(how)))
    if opened < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return opened


def by_walking(folder: int, segments: Segments, flags: int, mode: int) -> int:
    """Open each part in the one before it, following no symbolic link: for systems without openat2."""
    *parents, last = segments
    with contextlib.ExitStack() as opened:
        at = folder
        for parent in parents:
            at = opened.enter_context(_closing(os.open(parent, _FOLDER | _WARY, dir_fd=at)))
        found = os.open(last, flags | os.O_NOFOLLOW, mode, dir_fd=at)
        try:
            _check_no_link(found)
        except OSError:
            os.close(found)
            raise
        return found


@functools.cache
def best_opener() -> Opener:
    """Return the kernel's if it has one and lets us use it, else the walk."""
    how = struct.pack("=QQQ", _FOLDER | os.O_CLOEXEC, 0, 0)
    libc = _libc()
    if not hasattr(libc, "syscall") or os.uname().sysname != "Linux":
        return by_walking
    opened: int = libc.syscall(ctypes.c_long(_OPENAT2), _HERE, b".", how, ctypes.c_size_t(len(how)))
    if opened < 0:
        return by_walking
    os.close(opened)
    return by_kernel


@contextlib.contextmanager
def told(path: str, before: str = "") -> Iterator[None]:
    """Raise ToolFailure for what the system refuses, in words that a model can act on."""
    try:
        yield
    except OSError as error:
        reason = _TOLD.get(error.errno or 0, error.strerror or "it failed")
        raise ToolFailure(f"{path or '.'}: {before}{reason}", hint="list the folder to see what is there") from error


@functools.cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


@contextlib.contextmanager
def _closing(descriptor: int) -> Iterator[int]:
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _check_plain(path: str, descriptor: int) -> None:
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if stat.S_ISLNK(mode):
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    if not stat.S_ISREG(mode):
        raise ToolFailure(f"{path}: it is no plain file", hint="devices, pipes and sockets are not read")


def _check_no_link(descriptor: int) -> None:
    """A descriptor that is only to look by is given for a link itself."""
    if stat.S_ISLNK(os.fstat(descriptor).st_mode):
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
