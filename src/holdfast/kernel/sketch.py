"""How alike two texts are, told from a few hashes of the pieces of each.

The sketch of a text are the least hashes of its pieces: two texts share about as large a part of their sketches as of
their pieces (Broder, "On the resemblance and containment of documents", 1997).
"""

import zlib

PIECE_BYTES = 4
SKETCH_SIZE = 16
SKETCHED_BYTES_MAX = 4_096
"""How much of a text is looked at."""
ALIKE_SHARE_LEAST = 0.6
"""Texts that have that share of their pieces in common are nearly the same."""


def sketch_of(text: bytes) -> tuple[int, ...]:
    """Return the sketch of ``text``, in order."""
    head = text[:SKETCHED_BYTES_MAX]
    pieces = {head[start : start + PIECE_BYTES] for start in range(max(1, len(head) - PIECE_BYTES + 1))}
    return tuple(sorted(map(zlib.crc32, pieces))[:SKETCH_SIZE])


def are_alike(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether two sketches are of texts that are nearly the same."""
    least = sorted({*one, *other})[:SKETCH_SIZE]
    shared = sum(piece in one and piece in other for piece in least)
    return bool(least) and shared >= ALIKE_SHARE_LEAST * len(least)
