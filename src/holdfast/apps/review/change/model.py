"""What a change is: files, hunks and the lines that are new at its head."""

import enum

import msgspec


class LineRange(msgspec.Struct, frozen=True, order=True):
    """Lines ``first`` to ``last``, both included, from 1."""

    first: int
    last: int

    def __len__(self) -> int:
        return self.last - self.first + 1


class FileStatus(enum.StrEnum):
    """What happened to a file."""

    ADDED = "added"
    MODIFIED = "modified"
    DELETED = "deleted"
    RENAMED = "renamed"


class FileKind(enum.StrEnum):
    """What a file is at the head, or was where it is deleted. Only text has lines to comment."""

    TEXT = "text"
    BINARY = "binary"
    SYMLINK = "symlink"
    SUBMODULE = "submodule"


class Hunk(msgspec.Struct, frozen=True):
    """A stretch of changed lines with the lines around them."""

    old_first: int
    new_first: int
    """The number of its first line at the head."""
    lines: tuple[str, ...]
    """Each with its mark in front: a space, ``+`` or ``-``."""
    section: str = ""
    """What git thinks the hunk stands in, such as a function's first line."""


class ChangedFile(msgspec.Struct, frozen=True):
    """One file of a change."""

    path: str
    """At the head; where the file is deleted, at the base."""
    status: FileStatus
    kind: FileKind
    old_path: str | None = None
    """Where it is renamed, its path at the base."""
    old_mode: str = ""
    new_mode: str = ""
    """Modes as git writes them (``100755``); empty on the side where the file is not."""
    hunks: tuple[Hunk, ...] = ()
    added: tuple[LineRange, ...] = ()
    """The lines that are new at the head, in order, apart from each other."""
    removed_lines: int = 0
    was_taken_for_binary: bool = False
    """Git takes it for binary though it is text, so there are no hunks: all its lines count as new."""

    @property
    def added_lines(self) -> int:
        """How many lines are new at the head."""
        return sum(map(len, self.added))


class Change(msgspec.Struct, frozen=True):
    """Everything between two revisions."""

    base: str
    """Full commit id."""
    head: str
    """Full commit id; the contents of files are read from here."""
    files: tuple[ChangedFile, ...]

    @property
    def added_lines(self) -> int:
        """How many lines are new at the head."""
        return sum(file.added_lines for file in self.files)


def numbered(hunk: Hunk) -> tuple[str, ...]:
    """Return the lines of a hunk for reading, each with its number at the head; removed lines have none."""
    number = hunk.new_first
    shown: list[str] = []
    for line in hunk.lines:
        if line.startswith("-"):
            shown.append(f"{'':>6} {line}")
        else:
            shown.append(f"{number:>6} {line}")
            number += 1 + line.count("\r")
    return tuple(shown)


def ranges_of(lines: list[int]) -> tuple[LineRange, ...]:
    """Return rising line numbers as ranges: ``1, 2, 3, 7`` as ``1–3, 7–7``."""
    ranges: list[LineRange] = []
    for line in lines:
        if ranges and line == ranges[-1].last + 1:
            ranges[-1] = LineRange(ranges[-1].first, line)
        else:
            ranges.append(LineRange(line, line))
    return tuple(ranges)
