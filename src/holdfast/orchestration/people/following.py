"""Follows a run: its events as they come, and until it rests; in whichever process it is driven."""

from collections.abc import AsyncGenerator, Callable, Iterable

import msgspec

from holdfast.journal.codec import decode
from holdfast.journal.events import Event
from holdfast.journal.fold.state import RunState
from holdfast.journal.live import Hint, Listener, Live
from holdfast.journal.payloads import Payloads
from holdfast.journal.port import Head, Store
from holdfast.journal.snapshots import current
from holdfast.kernel.clock import Clock
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.ids import RunId
from holdfast.orchestration.people.resting import goes_on

READ_AT_ONCE_MAX = 1_000


class Entry(msgspec.Struct, frozen=True):
    """An event with its place and time in the journal."""

    version: int
    at: float
    event: Event


class Following:
    """Follows one run for whoever holds a handle of it."""

    __slots__ = ("_clock", "_is_seen_to", "_live", "_run", "_store", "_trouble")

    def __init__(
        self,
        run: RunId,
        store: Store,
        live: Live,
        clock: Clock,
        trouble: Callable[[RunId], Exception | None],
        is_seen_to: Callable[[RunId], bool],
    ) -> None:
        """``trouble`` tells what the last drive of a run in this process raised, if it did not end well.

        ``is_seen_to`` tells of a run that this process drives, or is about to: nobody need ask the store for it.
        """
        self._run, self._store, self._live, self._clock = run, store, live, clock
        self._trouble, self._is_seen_to = trouble, is_seen_to

    async def progress(self, after: int = 0, *, follow: bool = True) -> AsyncGenerator[Entry | Hint, None]:
        """Yield events above version ``after`` and, between them, hints of text: see ``Run.progress``."""
        listener = self._live.listen(self._run)
        try:
            while True:
                recorded = await self._store.read(self._run, after, READ_AT_ONCE_MAX)
                for entry in recorded:
                    after = entry.version
                    yield Entry(entry.version, entry.at, decode(entry.body))
                for hint in listener.hints():
                    yield hint
                if len(recorded) == READ_AT_ONCE_MAX:
                    continue
                if not follow:
                    return
                head = await self._store.head(self._run)
                if head.version > after:
                    continue
                if not await self._going_on(head, listener):
                    return
                await listener.wait()
        finally:
            self._live.leave(listener)

    async def rested(self) -> tuple[RunState, Payloads | None]:
        """Return what ``Run.wait`` does, and what reads its payloads if its driver in this process still had them."""
        listener = self._live.listen(self._run, for_rest_only=True)
        try:
            while listener.ended is None:
                if self._is_seen_to(self._run):
                    await listener.wait()
                    continue
                head = await self._store.head(self._run)
                going = await self._going_on(head, listener)
                if not going:
                    state = (await current(self._store, self._run)).state
                    if state.is_over or state.parked is not None:
                        return state, None
                self._check_drivable(going)
                await listener.wait()
            return listener.ended, listener.payloads
        finally:
            self._live.leave(listener)

    async def _going_on(self, head: Head, listener: Listener) -> list[RunId]:
        """Return the runs through which it goes on by itself: it, or some below it. ``listener`` then hears of them."""
        while found := [run async for run in goes_on(self._store, head, self._clock.now())]:
            if not self._live.also(found, listener):
                return found
        return []

    def _check_drivable(self, runs: Iterable[RunId]) -> None:
        for run in runs:
            if isinstance(trouble := self._trouble(run), DefinitionError):
                raise DefinitionError(
                    f"run {run} cannot be driven here: {trouble}. "
                    f"Nothing is lost: when the cause is gone, go on with 'holdfast resume {self._run}'"
                ) from trouble
