"""From ``BASE..HEAD`` as a user writes it to the change it names."""

import re
from itertools import accumulate
from pathlib import Path

import msgspec

from holdfast.apps.review.change.git import Git
from holdfast.apps.review.change.model import Change, ChangedFile, FileKind, FileStatus, LineRange
from holdfast.apps.review.change.patch import parse_patch
from holdfast.apps.review.change.revision import RevisionReader
from holdfast.kernel.errors import InputError

CONTEXT_LINES = 3

_RANGE = re.compile(r"(?P<base>.*?)(?P<dots>\.{2,3})(?P<head>.*)", re.DOTALL)
_DIFF = (
    *("diff-tree", "-r", "--patch", "--no-commit-id", "--relative", "--no-color", "--no-ext-diff", "--no-textconv"),
    *(f"--unified={CONTEXT_LINES}", "--inter-hunk-context=0", "--find-renames", "--full-index", "--submodule=short"),
    *("--src-prefix=a/", "--dst-prefix=b/", "--end-of-options"),
)


class RevisionRange(msgspec.Struct, frozen=True):
    """Two revisions as a user names them. With ``from_fork`` the base is where the head's branch left it."""

    base: str
    head: str
    from_fork: bool


def parse_range(text: str) -> RevisionRange:
    """Return the range written as ``BASE..HEAD`` or ``BASE...HEAD``; an empty side means HEAD, as with git."""
    match = _RANGE.fullmatch(text.strip())
    if match is None or not (match["base"] or match["head"]):
        raise InputError(f"expected a change written as BASE..HEAD, such as main..HEAD, found {text!r}")
    return RevisionRange(match["base"] or "HEAD", match["head"] or "HEAD", match["dots"] == "...")


def pin(root: Path, revisions: str) -> str:
    """Return the range as ``BASE..HEAD`` of full commit ids, which names the same change for ever.

    Raise InputError if ``root`` is in no git repository, or a revision is unknown.
    """
    named = parse_range(revisions)
    git = Git(root)
    base, head = git.commit(named.base), git.commit(named.head)
    if named.from_fork:
        expected = f"expected {named.base!r} and {named.head!r} to have a common ancestor"
        base = git.run(["merge-base", base, head], expected).decode("ascii").strip()
    return f"{base}..{head}"


def read_change(root: Path, revisions: str) -> Change:
    """Return what changed below ``root`` between two revisions, files in the order of their paths; perhaps none did.

    Raise InputError if ``root`` is in no git repository, or a revision is unknown.
    """
    base, _, head = pin(root, revisions).partition("..")
    files = parse_patch(Git(root).run([*_DIFF, base, head], f"expected the change {revisions!r}"))
    reader = RevisionReader(root, head)
    seen = (_as_people_see_it(file, reader) for file in files)
    return Change(base, head, tuple(sorted(seen, key=lambda file: (file.path, file.status))))


def _as_people_see_it(file: ChangedFile, reader: RevisionReader) -> ChangedFile:
    if file.status is FileStatus.DELETED:
        return file
    match file.kind:
        case FileKind.BINARY:
            return _with_its_text(file, reader)
        case FileKind.TEXT:
            contents = reader.read_bytes(file.path)
            return _recounted(file, contents) if isinstance(contents, bytes) else file
        case FileKind.SYMLINK | FileKind.SUBMODULE:
            return file


def _with_its_text(file: ChangedFile, reader: RevisionReader) -> ChangedFile:
    """Undo a declaration (``*.py binary`` in ``.gitattributes``) that would hide text from the review."""
    lines = reader.read_lines(file.path)
    if not lines:
        return file
    everything = (LineRange(1, len(lines)),)
    return msgspec.structs.replace(file, kind=FileKind.TEXT, added=everything, was_taken_for_binary=True)


def _recounted(file: ChangedFile, contents: bytes) -> ChangedFile:
    """Count lines as editors and compilers do, which end one at a lone carriage return too; git does not.

    Else code behind such a return would stand on lines that the change does not seem to touch.
    """
    if contents.count(b"\r") == contents.count(b"\r\n"):
        return file
    widths = [1 + line.removesuffix(b"\r").count(b"\r") for line in contents.split(b"\n")]
    starts = [1, *accumulate(widths, initial=1)]
    hunks = tuple(msgspec.structs.replace(hunk, new_first=starts[hunk.new_first]) for hunk in file.hunks)
    added = tuple(LineRange(starts[one.first], starts[one.last + 1] - 1) for one in file.added)
    return msgspec.structs.replace(file, hunks=hunks, added=added)
