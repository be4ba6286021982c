"""The folder that a run's files go into: each whole or not at all, and none outside of it."""

import contextlib
import os
from pathlib import Path

from holdfast.integration.tools.stock.files.beneath import Beneath
from holdfast.integration.tools.stock.files.limits import FileLimits
from holdfast.integration.tools.stock.files.path import segments
from holdfast.integration.tools.stock.files.writing import Writing
from holdfast.kernel.errors import InputError


class Folder:
    """One folder. Its methods block: call them in a thread."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._beneath = Beneath(root)
        self._writing = Writing(self._beneath, FileLimits())

    def make(self) -> None:
        """Make it, if it is not there. Raises InputError."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"expected a folder at '{self.root}', found: {error.strerror}: name another") from error

    def put(self, path: str, data: bytes, key: str) -> None:
        """Put a file there, in the place of one of that name. Raises ToolFailure and OutcomeUnknown."""
        self._writing.change(path, key, lambda _: data)

    def remove(self, path: str) -> None:
        """Take a file away, if it is there. Raises ToolFailure."""
        *parents, name = segments(path)
        if self._writing.present(path) is None:
            return
        with self._beneath.folder(path, tuple(parents)) as folder, contextlib.suppress(FileNotFoundError):
            os.unlink(name, dir_fd=folder)
            os.fsync(folder)

    def read(self, path: str) -> bytes | None:
        """Return what a file holds, None if there is none. Raises ToolFailure."""
        return self._writing.present(path)
