"""Which payloads a journal points at: found in events of every kind, also in those this version does not know."""

from collections.abc import Iterable

import msgspec

from holdfast.journal.port import Recorded
from holdfast.kernel.ids import PayloadId


def unreferenced(recorded: Iterable[Recorded], kept: Iterable[PayloadId]) -> set[PayloadId]:
    """Return those of ``kept`` that no event names anywhere; none if an event cannot be read, for it may name any."""
    orphans = set(kept)
    for entry in recorded:
        if not orphans:
            break
        try:
            orphans -= _texts(msgspec.msgpack.decode(entry.body))
        except msgspec.DecodeError:
            return set()
    return orphans


def _texts(value: object) -> set[object]:
    """Every text in a decoded event."""
    match value:
        case str():
            return {value}
        case dict():
            return set().union(*map(_texts, value.values()))
        case list():
            return set().union(*map(_texts, value))
        case _:
            return set()
