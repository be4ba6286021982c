"""An index cut down to the runs one process was asked about: for commands that settle one run and leave the rest."""

from collections.abc import Collection, Sequence

from holdfast.journal.port import Delivered, Head, RunFilter, RunIndex
from holdfast.kernel.ids import RunId


class Asked:
    """A RunIndex whose due runs are only those asked for; everything else is as in the index behind it."""

    def __init__(self, index: RunIndex, asked: Collection[RunId]) -> None:
        self._index, self._asked = index, asked

    async def head(self, run: RunId) -> Head:
        return await self._index.head(run)

    async def runs(self, which: RunFilter) -> Sequence[Head]:
        return await self._index.runs(which)

    async def due(self, now: float, count_max: int) -> Sequence[Head]:
        heads = [await self._index.head(run) for run in tuple(self._asked)]
        waiting = [head for head in heads if not head.is_over and head.lease_until <= now]
        return [head for head in waiting if head.wake_at is not None and head.wake_at <= now][:count_max]

    async def inbox(self, run: RunId, after: int = 0) -> Sequence[Delivered]:
        return await self._index.inbox(run, after)

    async def next_wake(self) -> float | None:
        instants = [(await self._index.head(run)).wake_at for run in tuple(self._asked)]
        return min((instant for instant in instants if instant is not None), default=None)
