"""One process's way to a disk that several processes share, as they share a database: with its mishaps."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

from holdfast.journal.port import Head, RunFilter
from holdfast.journal.stores.memory import MemoryDisk, MemoryStore
from holdfast.kernel.clock import Clock
from holdfast.kernel.errors import JournalError, StoreClosed
from holdfast.kernel.randomness import Randomness
from holdfast.testing.simulator.faults import TO_SWEEPS, TO_WRITES, Kind, Mishaps

T = TypeVar("T")


class SimStore(MemoryStore):
    """A memory store that shares its disk. Opening it voids no lease: other processes live, or have died unseen."""

    def __init__(self, clock: Clock, disk: MemoryDisk, randomness: Randomness, mishaps: Mishaps) -> None:
        super().__init__(clock, disk, randomness=randomness)
        self._mishaps = mishaps
        self.is_cut_off = False
        """Whether the process is dead, and nothing of it reaches the disk any more."""

    async def open(self) -> None:
        """Nothing has to be made ready."""

    async def close(self) -> None:
        """Nothing is held."""

    async def due(self, now: float, count_max: int) -> Sequence[Head]:
        """Return what is due, nothing, or also what is not."""
        fault = self._mishaps.next(TO_SWEEPS)
        match fault.kind if fault else None:
            case Kind.SWEEP_BLIND:
                return ()
            case Kind.SWEEP_SPURIOUS:
                return await self.runs(RunFilter(count_max=count_max))
            case _:
                return await super().due(now, count_max)

    def _own_disk(self) -> MemoryDisk:
        if self.is_cut_off:
            raise StoreClosed("this process is dead")
        self._disk.owner = self
        return super()._own_disk()

    async def _transact(self, work: Callable[[], T]) -> T:
        fault = self._mishaps.next(TO_WRITES)
        if fault is None:
            return await super()._transact(work)
        match fault.kind:
            case Kind.WRITE_REFUSED:
                raise JournalError("the disk is full, for a moment")
            case Kind.WRITE_SLOW:
                await asyncio.sleep(fault.seconds)
            case Kind.WRITE_TWICE:
                await super()._transact(work)
            case _:
                pass
        answer = await super()._transact(work)
        if fault.kind is Kind.REPLY_LOST:
            raise JournalError("the connection broke before the answer came")
        return answer
