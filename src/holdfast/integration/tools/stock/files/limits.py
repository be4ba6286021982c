"""What the file tools may cost, and what all of them say of a file."""

import hashlib
import os
from dataclasses import dataclass

from holdfast.integration.tools.contract import ToolFailure

DIGEST_BYTES = 16
PIECE_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class FileLimits:
    """The most that one call reads or writes."""

    file_bytes_max: int = 5_000_000
    """Of a file that is read, searched or written; a larger one is refused."""
    page_bytes_max: int = 12_000
    entries_max: int = 500
    """Of a folder, listed at once."""
    files_searched_max: int = 2_000
    searched_bytes_max: int = 50_000_000
    matches_max: int = 50
    seconds_max: float = 20.0


def content(descriptor: int, path: str, limits: FileLimits) -> bytes:
    """Return all of an open file. Raises ToolFailure for one that is too large, also if it grows meanwhile."""
    pieces, size = list[bytes](), 0
    while piece := os.pread(descriptor, PIECE_BYTES, size):
        size += len(piece)
        if size > limits.file_bytes_max:
            raise ToolFailure(f"{path}: expected a file of at most {limits.file_bytes_max} bytes, found a larger one")
        pieces.append(piece)
    return b"".join(pieces)


def digest_of(data: bytes) -> str:
    """Return what tells one content of a file from another."""
    return hashlib.blake2b(data, digest_size=DIGEST_BYTES).hexdigest()


def text_of(data: bytes, path: str) -> str:
    """Return ``data`` as text. Raises ToolFailure for what is none."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise ToolFailure(f"{path}: expected text in UTF-8, found other bytes at {error.start}") from error
