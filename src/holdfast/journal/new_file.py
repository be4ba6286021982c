"""Files that appear whole or not at all: written beside their place, flushed, then given their name."""

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from holdfast.kernel.errors import InputError, JournalError
from holdfast.kernel.faults import Point, Reach, pass_by

PARTIAL = ".partial"


@contextmanager
def new_file(path: Path, reach: Reach = pass_by) -> Iterator[Path]:
    """Yield the place to write to, made for its owner alone; what is there when the block ends becomes ``path``.

    An existing file is never overwritten: InputError. After a failure or a crash there is no file at ``path``; a crash
    may leave ``path`` with ``.partial`` at its end, which the next attempt removes. Raises JournalError for a disk
    that refuses.
    """
    partial = path.with_name(path.name + PARTIAL)
    _refuse(path)
    try:
        partial.unlink(missing_ok=True)
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            yield partial
            _flush(partial)
            reach(Point.FILE_BEFORE_NAMED)
            os.link(partial, path)  # unlike a renaming, refused if somebody was quicker
        finally:
            partial.unlink(missing_ok=True)
        _flush(path.parent)
        reach(Point.FILE_AFTER_NAMED)
    except FileExistsError:
        _refuse(path)
        raise
    except OSError as failure:
        raise JournalError(f"cannot write {path}: {failure.strerror or failure}; choose another place") from failure


def _refuse(path: Path) -> None:
    if os.path.lexists(path):
        raise InputError(f"expected no file at {path}, found one: nothing is overwritten, choose another name")


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError) if path.is_dir() else contextlib.nullcontext():
            os.fsync(descriptor)  # some file systems flush no folders
    finally:
        os.close(descriptor)
