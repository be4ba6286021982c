"""Changing files beneath a folder: whole, atomically, and only from the content that the caller has seen."""

import contextlib
import os
import stat

from holdfast.integration.tools.contract import OutcomeUnknown, ToolFailure
from holdfast.integration.tools.postcondition import Complete, Missing, ReadBack
from holdfast.integration.tools.stock.files.beneath import Beneath
from holdfast.integration.tools.stock.files.changes import Change, Written, written
from holdfast.integration.tools.stock.files.limits import FileLimits, content, digest_of
from holdfast.integration.tools.stock.files.path import OWN_PREFIX, OWN_SUFFIX, segments

NEW_FILE_MODE = 0o666


class Writing:
    """Writes beside the file, makes it durable, and puts it in its place: a reader sees the old content or the new."""

    def __init__(self, beneath: Beneath, limits: FileLimits) -> None:
        self._beneath, self._limits = beneath, limits

    def change(self, path: str, key: str, change: Change) -> Written:
        """Put the changed content in the file's place. Raises ToolFailure if nothing was done, else OutcomeUnknown."""
        *parents, name = segments(path) or ("",)
        if not name:
            raise ToolFailure("expected the path of a file, found the folder itself")
        before = self.present(path)
        after = change(before)
        if len(after) > self._limits.file_bytes_max:
            most = self._limits.file_bytes_max
            raise ToolFailure(f"{path}: it would have {len(after)} bytes, expected at most {most}")
        with self._beneath.made(path, tuple(parents)) as folder:
            _put(folder, name, f"{OWN_PREFIX}{digest_of(key.encode())}{OWN_SUFFIX}", after, is_new=before is None)
        return written(path, after)

    def present(self, path: str) -> bytes | None:
        """Return the content of a file, None if there is no such file. Raises ToolFailure."""
        try:
            with self._beneath.file(path, segments(path)) as opened:
                return content(opened, path, self._limits)
        except ToolFailure as failure:
            if isinstance(failure.__cause__, FileNotFoundError):
                return None
            raise

    def read_back(self, result: Written) -> ReadBack:
        """Say whether the file holds what was written."""
        found = self.present(result.path)
        if found is not None and digest_of(found) == result.digest:
            return Complete()
        return Missing(f"{result.path} {'is not there' if found is None else 'holds something else'}")

    def resource(self, path: str) -> str:
        """Return what a change of ``path`` has alone, however the path is written."""
        return f"file:{self._beneath.root}/{'/'.join(segments(path))}"


def _put(folder: int, name: str, beside: str, data: bytes, *, is_new: bool) -> None:
    """Raises OSError and ToolFailure where nothing was done, OutcomeUnknown where that is not certain."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(beside, dir_fd=folder)  # left by an attempt that was killed
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    opened = os.open(beside, flags, NEW_FILE_MODE, dir_fd=folder)
    try:
        with os.fdopen(opened, "wb") as file:
            if not is_new:
                _keep_mode(opened, folder, name)
            file.write(data)
            file.flush()
            os.fsync(opened)
        if is_new:
            _put_new(folder, name, beside)
        else:
            os.rename(beside, name, src_dir_fd=folder, dst_dir_fd=folder)
    finally:
        with contextlib.suppress(OSError):  # what is left beside it is in nobody's way
            os.unlink(beside, dir_fd=folder)
    try:
        os.fsync(folder)
    except OSError as error:
        raise OutcomeUnknown(f"{name} is in its place, and may not outlive a power cut: {error.strerror}") from error


def _keep_mode(opened: int, folder: int, name: str) -> None:
    mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
    if stat.S_ISREG(mode):  # not that of a link swapped in meanwhile, which lets everybody write
        os.fchmod(opened, mode & 0o777)


def _put_new(folder: int, name: str, beside: str) -> None:
    """Unlike a rename, a link never takes the place of a file that somebody has made meanwhile."""
    try:
        os.link(beside, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    except FileExistsError as error:
        raise ToolFailure(f"{name} has been made meanwhile", hint="read it before you write it") from error
