"""A large change in parts that an agent can read: bounded, readable by name, the same every time."""

import re
from collections.abc import Iterator, Sequence

import msgspec

from holdfast.apps.review.change.model import Change, LineRange

SHARD_LINES_MAX = 400
SHARD_FILES_MAX = 12
LABEL_CHARS_MAX = 60

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


class ShardPart(msgspec.Struct, frozen=True):
    """New lines of one file."""

    path: str
    added: tuple[LineRange, ...]

    @property
    def added_lines(self) -> int:
        """How many lines there are to review."""
        return sum(map(len, self.added))


class Shard(msgspec.Struct, frozen=True):
    """A part of a change. The key tells its place and where in the tree it lies: ``02-src.web``."""

    key: str
    parts: tuple[ShardPart, ...]

    @property
    def added_lines(self) -> int:
        """How many lines there are to review."""
        return sum(part.added_lines for part in self.parts)


def split_change(
    change: Change, *, lines_max: int = SHARD_LINES_MAX, files_max: int = SHARD_FILES_MAX
) -> tuple[Shard, ...]:
    """Return the new lines of a change in shards of at most ``lines_max`` lines in ``files_max`` files.

    Every new line is in exactly one shard. Files stay whole and in order wherever they fit, so neighbours share one.
    """
    packed: list[list[ShardPart]] = []
    room = 0
    for file in sorted(change.files, key=lambda file: (file.path, file.status)):
        for part in _parts(file.path, file.added, lines_max):
            if not packed or part.added_lines > room or len(packed[-1]) >= files_max:
                packed.append([])
                room = lines_max
            packed[-1].append(part)
            room -= part.added_lines
    width = len(str(len(packed)))
    return tuple(Shard(f"{n:0{width}}-{_label(parts)}", tuple(parts)) for n, parts in enumerate(packed, 1))


def _parts(path: str, added: Sequence[LineRange], lines_max: int) -> Iterator[ShardPart]:
    """Cut the ranges of a file where they fill a shard; the last part is what remains."""
    taken: list[LineRange] = []
    room = lines_max
    for whole in added:
        first = whole.first
        while first <= whole.last:
            last = min(whole.last, first + room - 1)
            taken.append(LineRange(first, last))
            room -= last - first + 1
            first = last + 1
            if room == 0:
                yield ShardPart(path, tuple(taken))
                taken, room = [], lines_max
    if taken:
        yield ShardPart(path, tuple(taken))


def _label(parts: Sequence[ShardPart]) -> str:
    """Return the path all parts share, in characters that may stand in the key of a step."""
    folders = [part.path.split("/") for part in parts]
    shared: list[str] = []
    for names in zip(*folders, strict=False):
        if len(set(names)) > 1:
            break
        shared.append(names[0])
    return _UNSAFE.sub("_", ".".join(shared))[:LABEL_CHARS_MAX] or "root"
