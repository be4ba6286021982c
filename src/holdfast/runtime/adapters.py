"""Names the concrete stores: which adapter a URL stands for."""

from pathlib import Path
from typing import Protocol

from holdfast.journal.port import Store
from holdfast.journal.sealing.keeping import SealingStore
from holdfast.journal.sealing.port import Cipher, KeptKeys
from holdfast.journal.stores.keys import FileKeys, MemoryKeys
from holdfast.journal.stores.keys.file import SUFFIX
from holdfast.journal.stores.memory import MemoryStore
from holdfast.journal.stores.sqlite import SqliteStore
from holdfast.kernel.clock import Clock
from holdfast.kernel.errors import InputError
from holdfast.kernel.faults import Reach
from holdfast.kernel.randomness import Randomness


class SharedFile(Protocol):
    """A store that several processes open, of which one drives."""

    async def become_driver(self) -> bool:
        """Take the right to drive, or say that another process has it."""

    def change_counter(self) -> int:
        """Return a number that changes with every write of any process. Raises JournalError."""

    async def changes_of_others(self) -> int:
        """Return a number that differs whenever another process has written since the last call. Raises as above."""


def shared_file(store: Store) -> SharedFile | None:
    """Return ``store``, or the one behind its seals, if other processes may have it open too."""
    behind = store.inner if isinstance(store, SealingStore) else store
    return behind if isinstance(behind, SqliteStore) else None


def kept(store: Store) -> SealingStore:
    """Return ``store`` with what an operator needs of it. Raises InputError if it does not offer that."""
    if isinstance(store, SealingStore):
        return store
    raise InputError(f"expected a store of Holdfast's own, found {type(store).__name__}: use its own tools")


def store_file(store: Store) -> Path | None:
    """Return the file of a store that is one, None for any other."""
    behind = store.inner if isinstance(store, SealingStore) else store
    return behind.path if isinstance(behind, SqliteStore) else None


def keys_file(store: Path) -> Path:
    """Return where the keys of data subjects are kept whose runs are in the file ``store``."""
    return store.with_name(store.name + SUFFIX)


def sealed_store(
    given: str | Store, keys: KeptKeys | None, clock: Clock, randomness: Randomness, reach: Reach
) -> Store:
    """Return the store that a URL names, or the given one, with seals before it; one of another make stays as it is.

    Raises InputError for a URL that names none.
    """
    store = _store_at(given, clock, randomness, reach) if isinstance(given, str) else given
    match store:
        case SqliteStore():
            keys = keys or FileKeys(keys_file(store.path), clock, randomness, reach)
            return SealingStore(store, keys, _aes_gcm, randomness)
        case MemoryStore():
            return SealingStore(store, keys or MemoryKeys(clock, randomness), _aes_gcm, randomness)
        case _:
            return store


def _store_at(url: str, clock: Clock, randomness: Randomness, reach: Reach) -> Store:
    if url == "memory:":
        return MemoryStore(clock, randomness=randomness, on_point=reach)
    if url.startswith("sqlite:///"):
        path = url.removeprefix("sqlite:///")
        return SqliteStore(path, clock, drives=False, randomness=randomness, on_point=reach)
    raise InputError(f"expected a store such as sqlite:///holdfast.db or memory:, found {url!r}")


def _aes_gcm(key: bytes) -> Cipher:
    from holdfast.journal.sealing.aes import AesGcm  # dear to load, and needed only where a run is about a person

    return AesGcm(key)
