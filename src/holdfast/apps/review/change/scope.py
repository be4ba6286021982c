"""What a review of a change may speak about: its new lines, and nothing else."""

from bisect import bisect_right
from collections.abc import Iterable

from holdfast.apps.review.change.model import Change, ChangedFile, FileKind, FileStatus, LineRange
from holdfast.apps.review.change.revision import RevisionReader
from holdfast.apps.review.findings.grounding import Dropped, DropReason
from holdfast.apps.review.findings.model import Finding, Gap
from holdfast.apps.review.source.refusals import Refusal


def keep_changed(findings: Iterable[Finding], change: Change) -> tuple[tuple[Finding, ...], tuple[Dropped, ...]]:
    """Return the findings whose lines overlap new lines of the change, and the others as dropped. Order is kept."""
    added: dict[str, tuple[LineRange, ...]] = {file.path: file.added for file in change.files if file.added}
    kept: list[Finding] = []
    dropped: list[Dropped] = []
    for finding in findings:
        if _overlaps(added.get(finding.path, ()), finding.line, finding.end_line):
            kept.append(finding)
        else:
            dropped.append(Dropped(finding, DropReason.OUTSIDE_CHANGE))
    return tuple(kept), tuple(dropped)


def _overlaps(ranges: tuple[LineRange, ...], first: int, last: int) -> bool:
    """Whether any of the ranges, which rise and lie apart, shares a line with ``first`` to ``last``."""
    place = bisect_right(ranges, last, key=lambda one: one.first)
    return place > 0 and ranges[place - 1].last >= first


def not_commented(change: Change, reader: RevisionReader) -> tuple[Gap, ...]:
    """Return the files of a change that have no line to comment, each with the reason."""
    gaps = ((file, _why_not(file, reader)) for file in change.files)
    return tuple(Gap(file.path, why) for file, why in gaps if why is not None)


def _why_not(file: ChangedFile, reader: RevisionReader) -> str | None:
    match file:
        case ChangedFile(status=FileStatus.DELETED):
            return "deleted"
        case ChangedFile(kind=FileKind.BINARY):
            return "binary"
        case ChangedFile(kind=FileKind.SYMLINK):
            return "a symbolic link, not followed"
        case ChangedFile(kind=FileKind.SUBMODULE):
            return "a submodule, not entered"
        case ChangedFile(added=(), removed_lines=removed) if removed:
            return f"only removes lines ({removed})"
        case ChangedFile(added=(), status=FileStatus.RENAMED):
            return "only renamed"
        case ChangedFile(added=(), status=FileStatus.ADDED):
            return "empty"
        case ChangedFile(added=()):
            return f"only its mode changed, from {file.old_mode} to {file.new_mode}"
        case _:
            lines = reader.read(file.path)
            return str(lines) if isinstance(lines, Refusal) else None
