"""The one thread that writes: takes all that is waiting as one group, answers all of it at once.

What is asked in one turn of the event loop is handed over at its end, not one by one: the thread would begin with the
first while the loop is busy with the rest, and the two would take the interpreter from each other at every statement.
At 100 runs in flight that was 36 changes of thread a transaction and a ninth of all CPU; it is 10 now, and each
transaction takes a third of the time (``bench.durable``).
"""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, TypeVar

from holdfast.journal.stores.sqlite.group import GroupCommit, Work
from holdfast.journal.stores.sqlite.room import Room
from holdfast.kernel.errors import JournalError, StoreClosed

PENDING_MAX = 10_000
"""How many requests may wait for the thread; who comes then waits for room, as it would for the disk."""

GROUP_COUNT_MAX = 1_000
"""How many requests share one transaction."""

T = TypeVar("T")


class _Pending(Generic[T]):
    __slots__ = ("answer", "work")

    def __init__(self, work: Work[T], answer: asyncio.Future[T]) -> None:
        self.work = work
        self.answer = answer


class Writer:
    """Owns the thread. Made and used on one event loop; ``close`` finishes what was accepted."""

    def __init__(self, path: Path, commits: GroupCommit) -> None:
        self._path = path
        self._commits = commits
        self._loop = asyncio.get_running_loop()
        self._room = Room(PENDING_MAX)
        self._queue: queue.SimpleQueue[_Pending[Any] | None] = queue.SimpleQueue()
        """None: the last one, nothing comes after it."""
        self._gathered: list[_Pending[Any]] = []
        """What was asked in the present turn of the loop."""
        self._in_hand: list[_Pending[Any]] = []
        self._is_closed = False
        self._ended = self._loop.create_future()
        self._thread = threading.Thread(target=self._live, name="holdfast-writer", daemon=True)
        self._thread.start()

    async def submit(self, work: Work[T]) -> T:
        """Return what ``work`` answers, once the transaction it was part of is durable.

        A caller that is cancelled does not take its work back: what was accepted is written.
        """
        if asyncio.get_running_loop() is not self._loop:
            raise JournalError("this store was opened on another event loop: open one for each loop")
        if not self._room.enters():
            await self._room.enter()
        if self._is_closed:
            self._room.leave()
            raise StoreClosed(f"the store {self._path} was closed: open it again")
        answer: asyncio.Future[T] = self._loop.create_future()
        self._gathered.append(_Pending(work, answer))
        if len(self._gathered) == 1:
            self._loop.call_soon(self._hand_over)
        return await answer

    async def close(self) -> None:
        """Write what was accepted, then let go of the connection."""
        if not self._is_closed:
            self._is_closed = True
            self._hand_over()
            self._queue.put(None)
        await self._ended
        self._thread.join()

    def _hand_over(self) -> None:
        gathered, self._gathered = self._gathered, []
        for pending in gathered:
            self._queue.put(pending)

    def _live(self) -> None:
        try:
            while self._take():
                answers = self._commits.write([pending.work for pending in self._in_hand])
                self._on_loop(self._hand_back, self._in_hand, answers)
        finally:
            self._commits.close()
            self._on_loop(self._end)

    def _take(self) -> bool:
        """Fill the hand with all that waits; False once nothing can come any more."""
        self._in_hand = []
        pending = self._queue.get()
        with contextlib.suppress(queue.Empty):
            while pending is not None:
                self._in_hand.append(pending)
                if len(self._in_hand) == GROUP_COUNT_MAX:
                    return True
                pending = self._queue.get_nowait()
        if pending is None and self._in_hand:
            self._queue.put(None)
        return bool(self._in_hand)

    def _on_loop(self, callback: Callable[..., None], *values: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(callback, *values)

    def _hand_back(self, group: list[_Pending[Any]], answers: list[object]) -> None:
        for pending, answer in zip(group, answers, strict=True):
            self._room.leave()
            if pending.answer.done():  # whoever asked was cancelled
                continue
            if isinstance(answer, BaseException):
                pending.answer.set_exception(answer)
            else:
                pending.answer.set_result(answer)

    def _end(self) -> None:
        """Leave nobody waiting, whatever ended the thread."""
        self._is_closed = True
        self._hand_over()
        group = list(self._in_hand)
        with contextlib.suppress(queue.Empty):
            while True:
                pending = self._queue.get_nowait()
                if pending is not None:
                    group.append(pending)
        gone = f"the thread that writes {self._path} has ended: its log says why; open the store again"
        self._hand_back(group, [JournalError(gone) for _ in group])
        self._ended.set_result(None)
