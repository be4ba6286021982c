"""Keys in memory: for tests, and for a store that ends with its process too."""

from collections.abc import Sequence
from pathlib import Path

from holdfast.journal.sealing.port import KEY_BYTES, SubjectKey
from holdfast.journal.stores.keys.naming import new_key_id
from holdfast.kernel.clock import Clock
from holdfast.kernel.errors import JournalError
from holdfast.kernel.randomness import Randomness, SystemRandomness

_SYSTEM = SystemRandomness()


class MemoryKeys:
    """Keeps the keys in a dict. See ``sealing.port.KeptKeys``."""

    def __init__(self, clock: Clock, randomness: Randomness = _SYSTEM) -> None:
        self._clock, self._randomness = clock, randomness
        self._keys: dict[str, SubjectKey] = {}
        self._subjects: dict[tuple[str, str], list[str]] = {}

    async def open(self) -> None:
        """Nothing has to be made ready."""

    async def make(self, tenant: str, subject: str) -> SubjectKey:
        had = self._subjects.setdefault((tenant, subject), [])
        if had and self._keys[had[-1]].key is not None:
            return self._keys[had[-1]]
        made = SubjectKey(new_key_id(self._randomness), self._randomness.bytes(KEY_BYTES))
        self._keys[made.key_id] = made
        had.append(made.key_id)
        return made

    async def find(self, key_id: str) -> SubjectKey | None:
        return self._keys.get(key_id)

    async def of_subject(self, tenant: str, subject: str) -> Sequence[SubjectKey]:
        return tuple(self._keys[key_id] for key_id in self._subjects.get((tenant, subject), ()))

    async def destroy(self, key_id: str) -> None:
        if (found := self._keys.get(key_id)) is not None and found.key is not None:
            self._keys[key_id] = SubjectKey(key_id, None, self._clock.now())

    async def backup(self, path: Path) -> bool:
        raise JournalError("expected keys in a file, found them in memory: there is nothing to back up")

    async def close(self) -> None:
        """Nothing is held."""
