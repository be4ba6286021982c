"""Erasing a person: the key first, durably, then what it opened, run by run. What breaks off, a second call ends."""

from collections.abc import Sequence

import msgspec

from holdfast.journal.port import Head, RunFilter
from holdfast.journal.sealing.keeping import SealingStore
from holdfast.journal.sealing.port import SubjectKey
from holdfast.journal.upkeep import Removed
from holdfast.kernel.clock import Clock
from holdfast.kernel.errors import InputError, JournalError
from holdfast.kernel.ids import RunId

HEADS_AT_ONCE = 1_000
RUNS_MAX = 1_000_000
"""How many runs of one subject an erasure looks at."""
RUNS_AT_ONCE = 20
"""How many runs one transaction empties: commits of live runs wait for it."""
PASSES_MAX = 5
"""How often runs are looked for that began while the key was being destroyed."""
TOLD_MAX = 5


class Kept(msgspec.Struct, frozen=True):
    """What there is of a data subject."""

    keys: tuple[SubjectKey, ...]
    full: tuple[Head, ...]
    """Runs that still hold something, newest first."""
    empty: tuple[RunId, ...]
    """Runs that were erased before."""

    @property
    def going(self) -> tuple[Head, ...]:
        """Runs that are not over and that somebody could still drive."""
        live = {key.key_id for key in self.keys if key.key is not None}
        return tuple(head for head in self.full if not head.is_over and head.seal in live)

    @property
    def is_erased(self) -> bool:
        """Whether nothing is left to do."""
        return not self.full and all(key.key is None for key in self.keys)


class ErasedSubject(msgspec.Struct, frozen=True):
    """What an erasure came to."""

    keys: int
    """How many keys it destroyed; 0: an earlier one had."""
    removed: Removed
    already: int
    """How many runs were erased before."""


class Erasure:
    """Erases data subjects of one store. A run that it ends before its time ends as ``ended_as``."""

    def __init__(self, store: SealingStore, clock: Clock, ended_as: str) -> None:
        self._store, self._clock, self._ended_as = store, clock, ended_as

    async def look(self, tenant: str, subject: str) -> Kept:
        """Return what there is of the subject. Raises InputError if there never was anything."""
        keys = tuple(await self._store.keys.of_subject(tenant, subject))
        if not keys:
            raise InputError(
                f"expected a data subject that runs of tenant {tenant!r} were begun for, found none of this name among "
                "the keys: check how it is written, and the tenant"
            )
        heads = [head for key in keys for head in await self._sealed_under(key.key_id)]
        full = tuple(head for head in heads if head.erased_at is None)
        return Kept(keys, full, tuple(head.run for head in heads if head.erased_at is not None))

    async def erase(self, tenant: str, subject: str, *, ends_parked: bool = False) -> ErasedSubject:
        """Destroy the subject's keys and take out what its runs hold; their skeletons stay.

        Raises InputError for a subject there never was and, with nothing erased, while a run of it is going:
        ``ends_parked`` ends those that nobody drives at the moment. Raises JournalError if something could not be
        finished: call it again.
        """
        found = await self.look(tenant, subject)
        self._check_at_rest(found, ends_parked=ends_parked)
        for key in found.keys:
            await self._store.keys.destroy(key.key_id)
            self._store.seals.forget_key(key.key_id)
        removed, left = Removed(), found.full
        for _ in range(PASSES_MAX):
            removed += await self._empty([head.run for head in left])
            if not (left := (await self.look(tenant, subject)).full):
                return ErasedSubject(sum(key.key is not None for key in found.keys), removed, len(found.empty))
        raise JournalError(f"runs of this subject begin as fast as they are erased, {len(left)} are left: erase again")

    async def _empty(self, runs: Sequence[RunId]) -> Removed:
        removed = Removed()
        for start in range(0, len(runs), RUNS_AT_ONCE):
            removed += await self._store.inner.empty(runs[start : start + RUNS_AT_ONCE], self._ended_as)
        return removed

    async def _sealed_under(self, key_id: str) -> list[Head]:
        heads: list[Head] = []
        before: RunId | None = None
        while len(heads) < RUNS_MAX:
            page = await self._store.inner.runs(RunFilter(seal=key_id, before=before, count_max=HEADS_AT_ONCE))
            heads += page
            if len(page) < HEADS_AT_ONCE:
                return heads
            before = page[-1].run
        raise JournalError(f"expected at most {RUNS_MAX:,} runs of one subject, found more: remove old ones with gc")

    def _check_at_rest(self, found: Kept, *, ends_parked: bool) -> None:
        now = self._clock.now()
        driven = [head for head in found.going if head.worker and head.lease_until > now]
        if driven:
            raise InputError(_refusal(driven, "is driven at this moment", "cancel it and erase again"))
        if found.going and not ends_parked:
            raise InputError(_refusal(found.going, "is not over", "let it end, or have it cancelled (--cancel)"))


def _refusal(heads: Sequence[Head], how: str, advice: str) -> str:
    told = ", ".join(head.run for head in heads[:TOLD_MAX]) + (", …" if len(heads) > TOLD_MAX else "")
    return (
        f"expected every run of this subject to be over, found {len(heads)} of which each {how} ({told}): {advice}; "
        "nothing was erased"
    )
