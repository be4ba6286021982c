"""What is on the disk: as the machine sees it while power is on, and as a power cut leaves it."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import assert_never

from tests.proof.power_loss.tape import Flushed, FolderFlushed, Made, Operation, Removed, Resized, Wrote

SECTOR_BYTES = 512
"""A disk writes this much in whole or not at all."""

Image = dict[str, bytes]
"""The files that a restarted machine finds."""


class Nothing:
    """A disk that keeps only what was flushed."""

    def of_file(self, waiting: Sequence[Wrote | Resized]) -> Sequence[Wrote | Resized]:
        return ()

    def of_folder(self, waiting: Sequence[Made | Removed]) -> Sequence[Made | Removed]:
        return ()


class Something:
    """A disk that keeps, of what was not flushed, whatever chance will have: in any order, and half of a write."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)

    def of_file(self, waiting: Sequence[Wrote | Resized]) -> Sequence[Wrote | Resized]:
        kept: list[Wrote | Resized] = []
        for operation in waiting:
            match self._random.randrange(3), operation:
                case 0, _:
                    pass
                case 1, Wrote():
                    kept += (sector for sector in _sectors(operation) if self._random.random() < 0.5)
                case _:
                    kept.append(operation)
        return kept

    def of_folder(self, waiting: Sequence[Made | Removed]) -> Sequence[Made | Removed]:
        """File systems journal what happens to a folder, in order: a beginning of it survives."""
        return waiting[: self._random.randint(0, len(waiting))]


Luck = Nothing | Something


@dataclass(slots=True)
class _File:
    flushed: bytearray = field(default_factory=bytearray)
    waiting: list[Wrote | Resized] = field(default_factory=list)

    def flush(self) -> None:
        _do(self.flushed, self.waiting)
        self.waiting.clear()

    def left(self, luck: Luck) -> bytes:
        content = bytearray(self.flushed)
        _do(content, luck.of_file(self.waiting))
        return bytes(content)


class Platter:
    """Takes the operations of a tape one by one. At any moment ``left`` says what a power cut would leave."""

    def __init__(self) -> None:
        self.flushes = 0
        """How often what is sure to stay has changed."""
        self._present: dict[str, _File] = {}
        self._for_good: dict[str, _File] = {}
        self._waiting: list[tuple[Made | Removed, _File]] = []

    def take(self, operation: Operation) -> None:
        """Do ``operation``."""
        match operation:
            case Made(name):
                self._present[name] = _File()
                self._waiting.append((operation, self._present[name]))
            case Removed(name):
                self._waiting.append((operation, self._present.pop(name)))
            case Wrote(name) | Resized(name):
                self._present[name].waiting.append(operation)
            case Flushed(name):
                self._present[name].flush()
                self.flushes += 1
            case FolderFlushed():
                _come_and_go(self._for_good, self._waiting)
                self._waiting.clear()
                self.flushes += 1
            case _:
                assert_never(operation)

    def left(self, luck: Luck) -> Image:
        """Return the files that are there after a power cut now, if the disk has this ``luck``."""
        folder = dict(self._for_good)
        _come_and_go(folder, self._waiting[: len(luck.of_folder([operation for operation, _ in self._waiting]))])
        return {name: file.left(luck) for name, file in folder.items()}


def _come_and_go(folder: dict[str, _File], operations: Sequence[tuple[Made | Removed, _File]]) -> None:
    for operation, file in operations:
        match operation:
            case Made(name):
                folder[name] = file
            case Removed(name):
                folder.pop(name, None)


def _do(content: bytearray, operations: Sequence[Wrote | Resized]) -> None:
    for operation in operations:
        match operation:
            case Wrote(_, offset, data):
                content.extend(bytes(max(0, offset - len(content))))
                content[offset : offset + len(data)] = data
            case Resized(_, length_bytes):
                del content[length_bytes:]
                content.extend(bytes(length_bytes - len(content)))


def _sectors(whole: Wrote) -> Iterator[Wrote]:
    """Cut a write at the disk's own borders."""
    start, end = whole.offset, whole.offset + len(whole.data)
    while start < end:
        border = min(end, (start // SECTOR_BYTES + 1) * SECTOR_BYTES)
        yield Wrote(whole.name, start, whole.data[start - whole.offset : border - whole.offset])
        start = border
