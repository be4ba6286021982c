"""A run's state as bytes, kept beside its events so that a long journal need not be folded again from its beginning.

A snapshot is a cache. It names the fold that made it, by a hash of the code that a state comes from, and carries a seal
over its bytes: one of another fold, or damaged, counts as none, and the journal is folded in full.
"""

import hashlib
import typing
import zlib
from importlib import resources
from typing import Any, Protocol

import msgspec
from rpds import HashTrieMap

from holdfast.journal.fold import fold
from holdfast.journal.fold.state import RunState
from holdfast.journal.port import Journal, Snapshot, Snapshots
from holdfast.kernel.ids import RunId, digest
from holdfast.version import VERSION

SNAPSHOT_EVERY = 500
"""How many events a run records at the least between two snapshots."""
TAIL_SHARE = 8
"""A longer run takes one whenever an eighth of it is new: all its snapshots together stay in proportion to the run."""

SOURCES = ("holdfast.journal.fold", "holdfast.journal.events", "holdfast.kernel")
"""The packages that a state comes from: the fold and all it imports, but for what is named in ``SOURCE_FILES``."""
SOURCE_FILES = ("bus.py", "codec.py", "leases.py", "ledger.py", "port.py", "shared.py", "snapshots.py")
"""The same of ``holdfast.journal`` itself."""

PACKING = 1
SEAL_BYTES = 16


class Keeps(Journal, Snapshots, Protocol):
    """A journal that keeps snapshots beside it."""


class Current(msgspec.Struct, frozen=True):
    """A run's state after everything recorded, and the version of the snapshot it was had from, 0 if from none."""

    state: RunState
    snapshot_version: int


async def current(journal: Keeps, run: RunId) -> Current:
    """Return the state of ``run``. Raises RunNotFound, and JournalError for a journal that cannot be read."""
    latest = await journal.latest(run)
    if latest.snapshot is None:
        return Current(fold(latest.tail), 0)
    if (state := thaw(latest.snapshot, run)) is None:
        return Current(fold(await journal.read(run)), 0)
    return Current(fold(latest.tail, state), latest.snapshot.version)


def is_due(version: int, snapshot_version: int) -> bool:
    """Whether a run that has ``version`` events, the last snapshot after ``snapshot_version``, is to take one."""
    new = version - snapshot_version
    return new >= SNAPSHOT_EVERY and new >= version // TAIL_SHARE


def freeze(state: RunState) -> Snapshot:
    """Return a snapshot of ``state``."""
    body = zlib.compress(_encoder.encode(state), PACKING)
    return Snapshot(state.version, FOLD_VERSION, _seal(state.run, state.version, body) + body)


def thaw(snapshot: Snapshot, run: RunId) -> RunState | None:
    """Return the state in ``snapshot``; None if another fold made it, or if it is not whole."""
    seal, body = snapshot.body[:SEAL_BYTES], snapshot.body[SEAL_BYTES:]
    if snapshot.fold != FOLD_VERSION or seal != _seal(run, snapshot.version, body):
        return None
    kept = _decoder.decode(zlib.decompress(body))
    # Any: what was decoded has the fields of a RunState, by the same names.
    fields: dict[str, Any] = {name: getattr(kept, name) for name in RunState.__struct_fields__}
    return RunState(**fields | {name: HashTrieMap(fields[name]) for name in _MAPS})


def _hash_of_sources() -> str:
    journal = resources.files("holdfast.journal")
    files = [journal.joinpath(name) for name in SOURCE_FILES]
    for package in SOURCES:
        inside = resources.files(package).iterdir()
        files += sorted((each for each in inside if each.name.endswith(".py")), key=lambda each: each.name)
    return digest(VERSION.encode(), *(each.read_bytes() for each in files if each.is_file()))


def _seal(run: RunId, version: int, body: bytes) -> bytes:
    return hashlib.blake2b(f"{run}/{version}/".encode() + body, digest_size=SEAL_BYTES).digest()


FOLD_VERSION = _hash_of_sources()
"""A hash of the code that a state comes from. Read with the code itself: later, the files may be a newer version's."""

_hints = typing.get_type_hints(RunState, localns={"HashTrieMap": dict})
_MAPS = tuple(name for name, told in RunState.__annotations__.items() if "HashTrieMap" in str(told))
# msgspec knows no persistent maps: they are written as dicts, and read into a struct that has dicts in their places.
_KeptState = msgspec.defstruct("KeptState", list(_hints.items()))
_encoder = msgspec.msgpack.Encoder(enc_hook=dict)
_decoder: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(_KeptState)
