"""Laying out the files of a revision in a folder, for tools that read from a disk."""

import os
from pathlib import Path

from holdfast.apps.review.change.revision import RevisionReader
from holdfast.apps.review.source.names import raw
from holdfast.apps.review.source.refusals import Reason, Refusal, Skipped

EXPORT_BYTES_MAX = 2_000_000_000
"""A commit can name one large file a million times: beyond this, files are left out and named."""


def export_revision(reader: RevisionReader, folder: Path, *, bytes_max: int = EXPORT_BYTES_MAX) -> tuple[Skipped, ...]:
    """Write every file of the revision below ``folder``, which must be new and private; return what was left out.

    The reader lists neither links nor names that lead elsewhere, so nothing is written outside ``folder``.
    """
    skipped = list(reader.skipped())
    bytes_left = bytes_max
    for path in reader.list_files():
        contents = reader.read_bytes(path)
        if isinstance(contents, bytes) and len(contents) > bytes_left:
            contents = Refusal(Reason.LIMIT, f"the files of the revision are larger than {bytes_max:,} bytes together")
        if isinstance(contents, bytes):
            contents = _written(os.path.join(os.fsencode(folder), raw(path)), contents)
        if isinstance(contents, Refusal):
            skipped.append(Skipped(path, contents.reason, contents.detail))
        else:
            bytes_left -= len(contents)
    return tuple(sorted(skipped, key=lambda one: one.path))


def _written(place: bytes, contents: bytes) -> bytes | Refusal:
    """Write a file that does not exist yet; a forged commit can name one path both as a file and as a folder."""
    try:
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place, "xb") as file:
            file.write(contents)
    except OSError as error:
        return Refusal(Reason.UNREADABLE, f"it cannot be laid out: {error.strerror}")
    return contents
