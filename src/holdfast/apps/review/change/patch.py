"""Reading what ``git diff-tree --patch`` prints.

The package unidiff (1.0) was tried and passed over: given bytes, one that is no UTF-8 fails the whole patch; given text
opened as usual, so does a lone carriage return; names that git quotes stay quoted, and modes are not told. A hostile
change could use any of these to stop or mislead its own review.
"""

import re

import msgspec

from holdfast.apps.review.change.model import ChangedFile, FileKind, FileStatus, Hunk, ranges_of
from holdfast.apps.review.change.quoting import decoded, header_name, names_of_equal_pair, unquoted
from holdfast.apps.review.source.names import shown
from holdfast.kernel.errors import InputError

_HUNK = re.compile(rb"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@ ?(.*)", re.DOTALL)
_KINDS = {"120000": FileKind.SYMLINK, "160000": FileKind.SUBMODULE}
_START = b"diff --git "


class _Header(msgspec.Struct):
    """What stands above the hunks of one file, filled in line by line."""

    start: bytes
    old: bytes | None = None
    new: bytes | None = None
    old_mode: str = ""
    new_mode: str = ""
    is_added: bool = False
    is_deleted: bool = False
    is_renamed: bool = False
    is_binary: bool = False


def parse_patch(patch: bytes) -> tuple[ChangedFile, ...]:
    """Return the files of a patch in the order they stand in it; raise InputError if it is cut off or malformed."""
    lines = patch.split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    files: list[ChangedFile] = []
    at = 0
    while at < len(lines):
        if not lines[at].startswith(_START):
            raise InputError(f"expected the start of a file in the diff, found {_shown(lines[at])}")
        file, at = _file(lines, at)
        files.append(file)
    return tuple(files)


def _file(lines: list[bytes], at: int) -> tuple[ChangedFile, int]:
    header = _Header(lines[at])
    at += 1
    while at < len(lines) and not lines[at].startswith((_START, b"@@ ")):
        _read_header_line(header, lines[at])
        at += 1
    hunks: list[Hunk] = []
    added: list[int] = []
    removed = 0
    while at < len(lines) and lines[at].startswith(b"@@ "):
        hunk, at = _hunk(lines, at)
        hunks.append(hunk)
        added += _added_lines(hunk)
        removed += sum(line.startswith("-") for line in hunk.lines)
    file = _without_hunks(header)
    if file.kind is FileKind.TEXT:
        file = msgspec.structs.replace(file, hunks=tuple(hunks), added=ranges_of(added), removed_lines=removed)
    return file, at


def _read_header_line(header: _Header, line: bytes) -> None:
    key, _, rest = line.partition(b" ")
    match key:
        case b"---":
            header.old = header_name(rest, b"a/")
        case b"+++":
            header.new = header_name(rest, b"b/")
        case b"old":
            header.old_mode = rest.removeprefix(b"mode ").decode("ascii", "replace")
        case b"new" if rest.startswith(b"file mode "):
            header.is_added, header.new_mode = True, rest[len(b"file mode ") :].decode("ascii", "replace")
        case b"new":
            header.new_mode = rest.removeprefix(b"mode ").decode("ascii", "replace")
        case b"deleted":
            header.is_deleted, header.old_mode = True, rest[len(b"file mode ") :].decode("ascii", "replace")
        case b"rename" if rest.startswith(b"from "):
            header.is_renamed, header.old = True, unquoted(rest[len(b"from ") :])
        case b"rename" if rest.startswith(b"to "):
            header.is_renamed, header.new = True, unquoted(rest[len(b"to ") :])
        case b"index" if b" " in rest:
            header.old_mode = header.new_mode = rest.rpartition(b" ")[2].decode("ascii", "replace")
        case b"Binary" | b"GIT":
            header.is_binary = True
        case _:
            pass


def _without_hunks(header: _Header) -> ChangedFile:
    same = names_of_equal_pair(header.start.removeprefix(_START))
    old, new = header.old or same, header.new or same
    if header.is_added:
        status, path = FileStatus.ADDED, new
    elif header.is_deleted:
        status, path = FileStatus.DELETED, old
    else:
        status, path = FileStatus.RENAMED if header.is_renamed else FileStatus.MODIFIED, new
    if path is None:
        raise InputError(f"expected the name of a file in the diff, found {_shown(header.start)}")
    kind = _KINDS.get(header.new_mode or header.old_mode, FileKind.BINARY if header.is_binary else FileKind.TEXT)
    return ChangedFile(
        path=shown(path),
        status=status,
        kind=kind,
        old_path=shown(old) if header.is_renamed and old is not None else None,
        old_mode=header.old_mode,
        new_mode=header.new_mode,
    )


def _hunk(lines: list[bytes], at: int) -> tuple[Hunk, int]:
    """Read one hunk by the counts in its header, so that content which looks like a header is content."""
    match = _HUNK.fullmatch(lines[at])
    if match is None:
        raise InputError(f"expected the header of a hunk in the diff, found {_shown(lines[at])}")
    old_first, new_first = int(match[1]), int(match[3])
    old_left, new_left = int(match[2] or 1), int(match[4] or 1)
    body: list[str] = []
    at += 1
    while old_left > 0 or new_left > 0:
        if at == len(lines):
            raise InputError("the diff ends inside a hunk: it was cut off, ask for it again")
        mark = lines[at][:1] or b" "
        if mark == b"\\":
            at += 1
            continue
        if mark not in (b" ", b"+", b"-"):
            raise InputError(f"expected a line of a hunk in the diff, found {_shown(lines[at])}")
        old_left -= mark != b"+"
        new_left -= mark != b"-"
        body.append(decoded(mark + lines[at][1:].removesuffix(b"\r")))
        at += 1
    while at < len(lines) and lines[at].startswith(b"\\"):
        at += 1
    return Hunk(old_first, new_first, tuple(body), decoded(match[5].strip())), at


def _added_lines(hunk: Hunk) -> list[int]:
    number = hunk.new_first
    added: list[int] = []
    for line in hunk.lines:
        if line.startswith("+"):
            added.append(number)
        number += not line.startswith("-")
    return added


def _shown(line: bytes) -> str:
    return ascii(decoded(line[:80]))
