"""The part of an SQLite store that an operator uses: move runs, copy the file, remove what ended, give space back."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from holdfast.journal.stores.rules import check_new
from holdfast.journal.stores.sqlite import copying, emptying, moving, removing
from holdfast.journal.stores.sqlite.lock import DriveLock
from holdfast.journal.stores.sqlite.reader import Reader
from holdfast.journal.stores.sqlite.writer import Writer
from holdfast.journal.upkeep import Archive, Compacted, Progress, Removed
from holdfast.kernel.clock import Clock
from holdfast.kernel.faults import Reach
from holdfast.kernel.ids import PayloadId, RunId


class Upkeep(ABC):
    """Keeps ``Archives``, ``Retention`` and ``Emptying`` of ``journal.upkeep`` for the store that it is a part of."""

    path: Path
    _clock: Clock
    _drives: bool
    _lock: DriveLock
    _reach: Reach

    async def archive(self, run: RunId) -> Archive:
        """Return all that is held of ``run``. See ``Archives.archive``."""
        return await self._reader.ask(partial(moving.archive, run=run))

    async def restore(self, archive: Archive) -> bool:
        """Take a run in; False if exactly that is here already. See ``Archives.restore``."""
        check_new(archive.new)
        return await self._writer.submit(partial(moving.restore, taken=archive))

    async def backup(self, path: Path, progress: Progress) -> None:
        """Write a copy of everything to a new file. See ``Archives.backup``."""
        await self._reader.ask(partial(copying.backup, path=path, progress=progress, reach=self._reach))

    async def ended(self, before: float, count_max: int) -> Sequence[RunId]:
        """Return runs that were over before that instant, oldest first. See ``Retention.ended``."""
        return await self._reader.ask(partial(removing.ended, before=before, count_max=count_max))

    async def weigh(self, runs: Sequence[RunId]) -> Removed:
        """Return what ``remove`` would take out."""
        return await self._reader.ask(partial(removing.weigh, runs=runs))

    async def remove(self, runs: Sequence[RunId]) -> Removed:
        """Remove those of ``runs`` that are over. See ``Retention.remove``."""
        return await self._writer.submit(partial(removing.remove, runs=runs))

    async def trim(self, runs: Sequence[RunId]) -> Removed:
        """Remove payloads that no event points at. See ``Retention.trim``."""
        return await self._writer.submit(partial(removing.trim, runs=runs))

    async def discard(self, run: RunId, payloads: Sequence[PayloadId]) -> Removed:
        """Remove those payloads of ``run`` if it is over. See ``Emptying.discard``."""
        return await self._writer.submit(partial(emptying.discard, run=run, payloads=payloads))

    async def empty(self, runs: Sequence[RunId], ended_as: str) -> Removed:
        """Take out all that ``runs`` hold. See ``Emptying.empty``."""
        now = self._clock.now()
        return await self._writer.submit(partial(emptying.empty, runs=runs, ended_as=ended_as, now=now))

    async def compact(self) -> Compacted:
        """Give freed space back, unless a process drives: its commits would have to wait. See ``Retention.compact``."""
        self._parts()
        lock = None if self._drives else self._lock
        return await asyncio.to_thread(copying.compact, self.path, lock, self._clock.now())

    @property
    def _writer(self) -> Writer:
        return self._parts()[0]

    @property
    def _reader(self) -> Reader:
        return self._parts()[1]

    @abstractmethod
    def _parts(self) -> tuple[Writer, Reader]:
        """Return what writes and what reads. Raises StoreClosed."""
