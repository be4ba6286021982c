"""Which run is sealed under which key: asked of the index and the keys once, remembered within bounds."""

from collections import OrderedDict
from typing import TypeVar

from holdfast.journal.port import Head, RunIndex
from holdfast.journal.sealing.envelope import disclose
from holdfast.journal.sealing.port import MakeCipher, SubjectKey, SubjectKeys
from holdfast.journal.sealing.sealer import Sealer, erased_told
from holdfast.kernel.errors import Erased, KeyMissing, RunNotFound
from holdfast.kernel.ids import RunId
from holdfast.kernel.randomness import Randomness

RUNS_REMEMBERED_MAX = 2_000
SEALERS_REMEMBERED_MAX = 1_000

K = TypeVar("K")
V = TypeVar("V")


class Seals:
    """Finds the sealer of a run. What the index and the keys say of a run never changes, but for its erasure."""

    def __init__(self, index: RunIndex, keys: SubjectKeys, make_cipher: MakeCipher, randomness: Randomness) -> None:
        self.keys = keys
        self._index = index
        self._make_cipher, self._randomness = make_cipher, randomness
        self._key_ids: OrderedDict[RunId, str | None] = OrderedDict()
        self._sealers: OrderedDict[tuple[str, RunId], Sealer] = OrderedDict()

    async def of_run(self, run: RunId) -> Sealer | None:
        """Return the sealer of ``run``, None if it lies in the clear or does not exist. Raises as ``under`` does."""
        if run in self._key_ids:
            key_id = self._key_ids[run]
        else:
            try:
                key_id = self.learn(await self._index.head(run))
            except RunNotFound:
                return None
        return None if key_id is None else await self.under(key_id, run)

    async def under(self, key_id: str, run: RunId) -> Sealer:
        """Return the sealer for ``run`` under that key. Raises Erased if it was destroyed, KeyMissing if not here."""
        if sealer := self._sealers.get((key_id, run)):
            return sealer
        found = await self.keys.find(key_id)
        if found is None:
            raise KeyMissing(
                f"run {run} is sealed under key {key_id}, which is not among the keys of this store: put the keys "
                "that were backed up apart back in their place; if there are none, what it held is lost"
            )
        return self.made(found, run)

    async def for_body(self, run: RunId, sealed: bytes) -> Sealer:
        """Return the sealer that opens ``sealed``, a body that belongs to ``run``. Raises as ``under`` does."""
        if (found := disclose(sealed)) is None:
            raise Erased(erased_told(run))
        return await self.under(found.key_id, run)

    def made(self, key: SubjectKey, run: RunId) -> Sealer:
        """Return the sealer for ``run`` under ``key``. Raises Erased if the key was destroyed."""
        sealer = Sealer(run, key, self._make_cipher, self._randomness)
        _remember(self._sealers, (key.key_id, run), sealer, SEALERS_REMEMBERED_MAX)
        return sealer

    def learn(self, head: Head) -> str | None:
        """Remember which key the run is sealed under, and return its id; None for a run in the clear."""
        _remember(self._key_ids, head.run, head.seal, RUNS_REMEMBERED_MAX)
        return head.seal

    def learn_clear(self, run: RunId) -> None:
        """Remember that ``run`` lies in the clear."""
        _remember(self._key_ids, run, None, RUNS_REMEMBERED_MAX)

    def is_clear(self, run: RunId) -> bool:
        """Whether ``run`` is known to lie in the clear: what nearly every commit asks, without a wait."""
        return self._key_ids.get(run, "") is None

    def is_known(self, run: RunId) -> bool:
        """Whether ``run`` was found in the store, and is still remembered."""
        return run in self._key_ids

    def forget_runs(self, *runs: RunId) -> None:
        """Forget what is known of ``runs``: they are not in the store any more."""
        for run in runs:
            self._key_ids.pop(run, None)

    def forget_key(self, key_id: str) -> None:
        """Forget everything that could open what was sealed under this key."""
        for known in [known for known in self._sealers if known[0] == key_id]:
            del self._sealers[known]


def _remember(into: OrderedDict[K, V], key: K, value: V, count_max: int) -> None:
    into[key] = value
    into.move_to_end(key)
    while len(into) > count_max:
        into.popitem(last=False)
