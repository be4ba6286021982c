"""Looking at the files beneath a folder: listing, reading by the page, searching."""

import contextlib
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from holdfast.integration.tools.contract import ToolFailure
from holdfast.integration.tools.stock.files.beneath import Beneath, Segments
from holdfast.integration.tools.stock.files.limits import FileLimits, content, digest_of, text_of
from holdfast.integration.tools.stock.files.path import is_own, segments

FOLDER_ENTRIES_MAX = 20_000
"""Of one folder, looked at: a larger one is not listed."""
AROUND_CHARACTERS = 200
_KINDS = ((stat.S_ISREG, "file"), (stat.S_ISDIR, "folder"), (stat.S_ISLNK, "link"))


@dataclass(frozen=True, slots=True)
class Entry:
    """What a folder holds; a link and whatever is ``other`` cannot be opened."""

    name: str
    kind: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a folder, by name; ``next_after`` is what to go on after, empty at the end."""

    entries: list[Entry]
    next_after: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a file: ``next_offset`` says where the next begins, None at the end."""

    text: str
    offset: int
    next_offset: int | None
    bytes_total: int
    digest: str
    """Of the whole file: hand it on when you change the file."""


@dataclass(frozen=True, slots=True)
class Match:
    """A line that holds what was searched for."""

    path: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """Where it stands; ``left_out`` says what was not looked at, and is empty if nothing was left out."""

    matches: list[Match]
    left_out: str = ""


class Reading:
    """Looks at files; changes nothing."""

    def __init__(self, beneath: Beneath, limits: FileLimits) -> None:
        self._beneath, self._limits = beneath, limits

    def listing(self, folder: str, after: str) -> Listing:
        """Return the entries of ``folder`` behind the name ``after``. Raises ToolFailure."""
        entries = [entry for entry in self._entries(folder, segments(folder)) if entry.name > after]
        page = entries[: self._limits.entries_max]
        return Listing(page, page[-1].name if len(page) < len(entries) else "")

    def page(self, path: str, offset: int) -> Page:
        """Return the page of a file that begins at byte ``offset``. Raises ToolFailure."""
        with self._beneath.file(path, segments(path)) as opened:
            whole = content(opened, path, self._limits)
        if offset > len(whole):
            raise ToolFailure(f"{path}: offset {offset} lies beyond its end, it has {len(whole)} bytes")
        end = _page_end(whole, offset, self._limits.page_bytes_max)
        text = text_of(whole[offset:end], path)
        return Page(text, offset, None if end == len(whole) else end, len(whole), digest_of(whole))

    def search(self, wanted: str, folder: str, stop: Callable[[], bool]) -> Found:
        """Return the lines beneath ``folder`` that hold ``wanted``, in any case. Raises ToolFailure."""
        matches, skipped, files, bytes_left = list[Match](), 0, 0, self._limits.searched_bytes_max
        for found in self._walk(segments(folder)):
            path = "/".join(found)
            files += 1
            if files > self._limits.files_searched_max or bytes_left <= 0 or stop():
                return Found(matches, f"the search ended before {path}: search a folder beneath this one")
            try:
                text = self.text(path)
            except ToolFailure:
                skipped += 1
                continue
            bytes_left -= len(text.encode())
            for match in _matches(path, text, wanted.casefold()):
                if len(matches) == self._limits.matches_max:
                    return Found(
                        matches, f"there are more, from {path} line {match.line} on: search for something rarer"
                    )
                matches.append(match)
        return Found(matches, f"{skipped} files are too large, no text, or cannot be opened" if skipped else "")

    def paths(self) -> Iterator[str]:
        """Yield the plain files beneath the folder. Raises ToolFailure if it cannot be opened."""
        return ("/".join(found) for found in self._walk(()))

    def text(self, path: str) -> str:
        """Return the whole text of a file. Raises ToolFailure."""
        with self._beneath.file(path, segments(path)) as opened:
            return text_of(content(opened, path, self._limits), path)

    def _entries(self, path: str, parts: Segments) -> list[Entry]:
        found = list[Entry]()
        with self._beneath.folder(path, parts) as opened, os.scandir(opened) as entries:
            for entry in entries:
                if len(found) == FOLDER_ENTRIES_MAX:
                    raise ToolFailure(f"{path or '.'}: it holds more than {FOLDER_ENTRIES_MAX} entries")
                if entry.name.isprintable() and not is_own(entry.name):
                    with contextlib.suppress(FileNotFoundError):  # it has gone meanwhile
                        state = entry.stat(follow_symlinks=False)
                        found.append(Entry(entry.name, _kind(state.st_mode), state.st_size))
        return sorted(found, key=lambda entry: entry.name)

    def _walk(self, start: Segments) -> Iterator[Segments]:
        """Yield the plain files beneath ``start``, folder by folder; what has gone meanwhile is passed over."""
        waiting = [start]
        while waiting:
            folder = waiting.pop()
            try:
                entries = self._entries("/".join(folder), folder)
            except ToolFailure:
                if folder == start:
                    raise
                continue
            yield from ((*folder, entry.name) for entry in entries if entry.kind == "file")
            waiting += [(*folder, entry.name) for entry in reversed(entries) if entry.kind == "folder"]


def _kind(mode: int) -> str:
    return next((name for is_such, name in _KINDS if is_such(mode)), "other")


def _page_end(data: bytes, offset: int, bytes_max: int) -> int:
    """Return where a page ends: behind a line if one ends in it, else between two characters."""
    end = offset + bytes_max
    if end >= len(data):
        return len(data)
    line_end = data.rfind(b"\n", offset, end) + 1
    if line_end > offset:
        return line_end
    while end > offset + 1 and data[end] & 0xC0 == 0x80:  # within a character
        end -= 1
    return end


def _matches(path: str, text: str, wanted: str) -> Iterator[Match]:
    for number, line in enumerate(text.split("\n"), 1):
        at = line.casefold().find(wanted)
        if at >= 0:
            yield Match(path, number, line[max(0, at - AROUND_CHARACTERS) : at + len(wanted) + AROUND_CHARACTERS])
