"""A sealing store as an operator sees it: runs are moved in the clear and sealed anew, backups stay sealed."""

import contextlib
from collections.abc import Sequence
from pathlib import Path

from holdfast.journal.references import unreferenced
from holdfast.journal.sealing.bus import SealedBus
from holdfast.journal.sealing.incoming import opened_archive
from holdfast.journal.sealing.outgoing import clear_archive, sealed_archive
from holdfast.journal.sealing.store import SealedRuns
from holdfast.journal.upkeep import Archive, Compacted, Progress, Removed, check_same
from holdfast.kernel.errors import JournalError, RunNotFound
from holdfast.kernel.ids import PayloadId, RunId


class SealingStore(SealedRuns):
    """Any kept store, with what it holds of a person sealed. See ``journal.upkeep.KeptStore``."""

    @property
    def bus(self) -> SealedBus:
        """The event bus."""
        return SealedBus(self.inner.bus, self.seals)

    async def archive(self, run: RunId) -> Archive:
        """Return all that is held of ``run``, in the clear. Raises RunNotFound, Erased, KeyMissing."""
        return await opened_archive(await self.inner.archive(run), self.seals)

    async def restore(self, archive: Archive) -> bool:
        """Take a run in, sealed under the key that its subject has here; False if exactly that is here already.

        Raises JournalError if it is here and differs, Erased if it was erased here. See ``Archives.restore``.
        """
        if (subject := archive.new.subject) is None:
            return await self.inner.restore(clear_archive(archive))
        if (present := await self._present(archive.run)) is not None:
            check_same(archive, present)
            return False
        key = await self.keys.make(archive.new.tenant, subject)
        sealer = self.seals.made(key, archive.run)
        return await self.inner.restore(sealed_archive(archive, sealer, subject))

    async def backup(self, path: Path, progress: Progress) -> None:
        """Write a copy of everything but the keys to a new file. See ``Archives.backup``."""
        await self.inner.backup(path, progress)

    async def ended(self, before: float, count_max: int) -> Sequence[RunId]:
        """Return runs that were over before that instant, oldest first. See ``Retention.ended``."""
        return await self.inner.ended(before, count_max)

    async def weigh(self, runs: Sequence[RunId]) -> Removed:
        """Return what ``remove`` would take out."""
        return await self.inner.weigh(runs)

    async def remove(self, runs: Sequence[RunId]) -> Removed:
        """Remove those of ``runs`` that are over. See ``Retention.remove``."""
        self.seals.forget_runs(*runs)
        return await self.inner.remove(runs)

    async def trim(self, runs: Sequence[RunId]) -> Removed:
        """Remove payloads that no event points at; what cannot be read stays. See ``Retention.trim``."""
        clear, removed = list[RunId](), Removed()
        for run in dict.fromkeys(runs):
            with contextlib.suppress(RunNotFound):
                head = await self.inner.head(run)
                if head.seal is None:
                    clear.append(run)
                elif head.is_over and head.erased_at is None:
                    removed += await self._trim_sealed(run)
        return removed + await self.inner.trim(clear)

    async def compact(self) -> Compacted:
        """Give the space of what was removed back to the disk, as far as nobody else drives."""
        return await self.inner.compact()

    async def discard(self, run: RunId, payloads: Sequence[PayloadId]) -> Removed:
        """Remove those payloads of ``run`` if it is over. See ``Emptying.discard``."""
        sealer = await self.seals.of_run(run)
        names = payloads if sealer is None else [PayloadId(sealer.hidden(each)) for each in payloads]
        return await self.inner.discard(run, names)

    async def empty(self, runs: Sequence[RunId], ended_as: str) -> Removed:
        """Take out all that ``runs`` hold. See ``Emptying.empty``."""
        return await self.inner.empty(runs, ended_as)

    async def _present(self, run: RunId) -> Archive | None:
        try:
            return await opened_archive(await self.inner.archive(run), self.seals)
        except RunNotFound:
            return None

    async def _trim_sealed(self, run: RunId) -> Removed:
        try:
            held = await self.archive(run)
        except JournalError:
            return Removed()
        orphans = unreferenced(held.events, [payload.payload_id for payload in held.payloads])
        return await self.discard(run, sorted(orphans))
