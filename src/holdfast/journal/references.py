"""Which payloads a journal points at: found in events of every kind, also in those this version does not know."""

from collections.abc import Iterable

import msgspec

from holdfast.journal.payloads import ID_BYTES
from holdfast.journal.port import Recorded
from holdfast.kernel.errors import UnknownEvent
from holdfast.kernel.ids import PayloadId

_ID_DIGITS = 2 * ID_BYTES
_HEXADECIMAL = frozenset("0123456789abcdef")


def named(recorded: Iterable[Recorded]) -> set[PayloadId]:
    """Return every text in the events that may be a payload's id; which of them are, the store knows.

    Raises UnknownEvent for an event that cannot be read.
    """
    found: set[PayloadId] = set()
    for entry in recorded:
        try:
            texts = _texts(msgspec.msgpack.decode(entry.body))
        except msgspec.DecodeError as error:
            raise UnknownEvent(f"expected an event at version {entry.version}, found none that can be read") from error
        found.update(PayloadId(text) for text in texts if len(text) == _ID_DIGITS and _HEXADECIMAL.issuperset(text))
    return found


def unreferenced(recorded: Iterable[Recorded], kept: Iterable[PayloadId]) -> set[PayloadId]:
    """Return those of ``kept`` that no event names anywhere; none if an event cannot be read, for it may name any."""
    orphans: set[str] = set(kept)
    for entry in recorded:
        if not orphans:
            break
        try:
            orphans -= _texts(msgspec.msgpack.decode(entry.body))
        except msgspec.DecodeError:
            return set()
    return {PayloadId(orphan) for orphan in orphans}


def _texts(value: object) -> set[str]:
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
