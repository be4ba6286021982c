"""An SQLite file system that does as it is told and writes down, on a tape, all that would have to reach the disk.

Only a flush it does not do: power is never really cut, so waiting for the disk would prove nothing more.
"""

from pathlib import Path

import apsw
from typing_extensions import Buffer

from tests.proof.power_loss.tape import Flushed, FolderFlushed, Made, Removed, Resized, Tape, Wrote

_OWN_FOLDER_FLUSH = apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_MAIN_JOURNAL
"""What SQLite flushes the folder for, with the first flush of a file that it has made."""
_KEPT = apsw.SQLITE_OPEN_MAIN_DB | _OWN_FOLDER_FLUSH
"""What outlives a transaction; the rest are scratch files that nobody looks at after a restart."""


class TapedDisk(apsw.VFS):
    """The machine's own file system, overheard. Open databases with ``vfs=disk.name``."""

    def __init__(self, tape: Tape) -> None:
        self.name = f"taped-{id(tape):x}"
        self.tape = tape
        self._known: set[str] = set()
        super().__init__(self.name, base="")

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802  # SQLite's
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        if path is None or not flags[0] & _KEPT:
            return apsw.VFSFile("", name, flags)
        short = Path(path).name
        is_new = short not in self._known
        file = _TapedFile(self.tape, short, name, flags, flushes_folder=is_new and bool(flags[0] & _OWN_FOLDER_FLUSH))
        if is_new:
            self._known.add(short)
            self.tape.note(Made(short))
        return file

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802  # SQLite's
        super().xDelete(filename, syncdir)
        short = Path(filename).name
        self._known.discard(short)
        self.tape.note(Removed(short))
        if syncdir:
            self.tape.note(FolderFlushed())


class _TapedFile(apsw.VFSFile):
    def __init__(
        self, tape: Tape, short: str, name: str | apsw.URIFilename | None, flags: list[int], *, flushes_folder: bool
    ) -> None:
        super().__init__("", name, flags)
        self._tape, self._name, self._flushes_folder = tape, short, flushes_folder

    def xWrite(self, data: Buffer, offset: int) -> None:  # noqa: N802  # SQLite's
        self._tape.note(Wrote(self._name, offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802  # SQLite's
        self._tape.note(Resized(self._name, newsize))
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:  # noqa: N802  # SQLite's
        self._tape.note(Flushed(self._name))
        if self._flushes_folder:
            self._flushes_folder = False
            self._tape.note(FolderFlushed())
