"""What processes write down so that it survives them: one line for each thing that happened, in one file."""

import os
from pathlib import Path

import msgspec


class Note(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that happened in life ``life``."""

    what: str
    name: str = ""
    more: str = ""
    life: int = 0


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Note)


class Diary:
    """An append-only file: a line is there whole or not at all, whenever its writer dies."""

    def __init__(self, path: Path, life: int = 0) -> None:
        self._path, self._life = path, life

    def write(self, what: str, name: str = "", more: str = "") -> None:
        """Note that this happened in the present life."""
        line = _encoder.encode(Note(what, name, more, self._life)) + b"\n"
        file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, line)
        finally:
            os.close(file)

    def read(self) -> list[Note]:
        """Return everything noted so far, in order."""
        if not self._path.exists():
            return []
        return [_decoder.decode(line) for line in self._path.read_bytes().splitlines()]

    def count(self, what: str, name: str) -> int:
        """Return how often this was noted."""
        return sum(note.what == what and note.name == name for note in self.read())
