"""Sees to it that the runs of a store are driven by this process, or else follows the one that drives them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager

from holdfast.dispatch.garbage import sparing
from holdfast.dispatch.local import LocalDispatcher
from holdfast.dispatch.port import Lane, OnTrouble
from holdfast.intent.door import Door
from holdfast.kernel.errors import DefinitionError, JournalError
from holdfast.kernel.faults import Reach
from holdfast.kernel.ids import RunId
from holdfast.orchestration.driving.driver import Surroundings
from holdfast.orchestration.driving.worker import Worker
from holdfast.orchestration.people.inquiry import Asked
from holdfast.orchestration.people.resting import unfinished_below
from holdfast.runtime.adapters import shared_file
from holdfast.runtime.allowances.admission import free_to_go

POLL_SECONDS = 0.25
"""How often another process's writes to the same file are looked for."""
TAKE_OVER_SECONDS = 1.0
"""How often a process that follows tries to take over the driving."""


class Serving:
    """Drives the runs of one store for as long as it is served, if no other process does."""

    def __init__(
        self,
        around: Surroundings,
        worker: Worker,
        door: Door,
        runs_at_once_max: int,
        on_trouble: OnTrouble,
        reach: Reach,
        beside: Callable[[], Coroutine[object, object, None]],
        *,
        recovers: bool,
    ) -> None:
        """``door`` is told of each run that is taken up. With ``recovers=False`` only those are driven that ``worker``
        was asked about. ``beside`` goes on for as long as runs may be driven."""
        self._store, self._around, self._worker, self._door = around.store, around, worker, door
        self._file = shared_file(around.store)
        self.recovers, self._runs_at_once_max = recovers, runs_at_once_max
        self._on_trouble, self._reach, self._beside = on_trouble, reach, beside
        self._dispatcher: LocalDispatcher | None = None
        self.troubles: dict[RunId, DefinitionError] = {}
        """Runs that were last found impossible to drive here, until somebody asks for them again."""

    @property
    def drives(self) -> bool:
        """Whether this process drives the runs."""
        return self._dispatcher is not None

    def sees_to(self, run: RunId) -> bool:
        """Whether this process drives ``run``, or is about to."""
        return self._dispatcher is not None and self._dispatcher.sees_to(run)

    async def wake(self, run: RunId, at: float | None = None, lane: Lane = Lane.INTERACTIVE) -> None:
        """Have ``run`` driven, if it is to be driven here, and with it the runs below it that it may wait for.

        With ``at`` not before that instant.
        """
        if at is not None:
            self._door.taken_up(run)  # it waits for nobody
            self._remember(run)
            if self._dispatcher is not None:
                await self._dispatcher.wake(run, at, lane)
            return
        if not self.recovers:
            async for below in unfinished_below(self._store, run):
                await self.stir(below)
        await self.stir(run, lane)

    async def stir(self, run: RunId, lane: Lane = Lane.INTERACTIVE) -> None:
        """Have ``run`` driven, if it is to be driven here, and read its mail."""
        self._worker.mail_came(run)
        self._remember(run)
        self.troubles.pop(run, None)
        if self._dispatcher is not None:
            await self._dispatcher.wake(run, lane=lane)

    def _remember(self, run: RunId) -> None:
        """Remember who was asked for, unless the store will tell: a process that drives all finds them by sweeping."""
        if self._dispatcher is None or not self.recovers:
            self._worker.asked.add(run)

    @asynccontextmanager
    async def serve(self, *, drives: bool) -> AsyncIterator[None]:
        """Drive, or follow, for as long as the block lasts; every driver has committed what it knows when it ends."""
        if drives:
            await self._try_to_drive()
        async with asyncio.TaskGroup() as group:
            beside = group.create_task(self._beside())
            serving = group.create_task(self._serve(drives=drives))
            try:
                yield
            finally:
                await self._let_go(serving)
                beside.cancel()

    async def _serve(self, *, drives: bool) -> None:
        """Drive if nobody else does; else follow, and try again now and then."""
        failure: BaseException | None = None
        try:
            async with asyncio.TaskGroup() as group:
                written = asyncio.Event()
                group.create_task(self._watch(written))
                group.create_task(self._hear(written))
                group.create_task(self._worker.keep_leases())
                while drives and not await self._try_to_drive():
                    await self._around.clock.sleep(TAKE_OVER_SECONDS)
                if self._dispatcher is not None:
                    group.create_task(self._let_go_on())
                    with sparing():
                        await self._dispatcher.serve(self._drive)
        except BaseExceptionGroup as failures:
            failure = only(failures)
        if failure is not None:
            raise failure

    def _drive(self, run: RunId) -> Awaitable[float | None]:
        self._door.taken_up(run)
        return self._worker.drive(run)

    async def _try_to_drive(self) -> bool:
        """Get ready to drive, unless another process does; say whether this one is."""
        if self._dispatcher is not None:
            return True
        if self._file is not None and not await self._file.become_driver():
            return False
        await self._around.purses.load(self._store)
        index = self._store if self.recovers else Asked(self._store, self._worker.asked)
        self._dispatcher = LocalDispatcher(
            index,
            self._around.clock,
            on_trouble=self._trouble,
            runs_at_once_max=self._runs_at_once_max,
            reach=self._reach,
        )
        for run in tuple(self._worker.asked):
            await self._dispatcher.wake(run)
        return True

    async def _let_go_on(self) -> None:
        """Have the runs driven that wait for an allowance which has been raised since they were parked."""
        if not self.recovers:
            return
        try:
            free = await free_to_go(self._around.purses, self._store, self._around.clock)
        except JournalError as error:  # they go on when it is renewed
            self._trouble(None, error)
            return
        for run in free:
            if self._dispatcher is not None:
                await self._dispatcher.wake(run)

    async def _watch(self, written: asyncio.Event) -> None:
        """Notice that somebody has written to the file, be it this process, and set ``written``."""
        if self._file is None:
            return
        seen = self._file.change_counter()
        while True:
            await self._around.clock.sleep(POLL_SECONDS)
            try:
                counter = self._file.change_counter()
            except JournalError as error:  # what others write shows later, then: nothing depends on it
                self._trouble(None, error)
                continue
            if counter != seen:
                seen = counter
                written.set()

    async def _hear(self, written: asyncio.Event) -> None:
        """Look into inboxes, and wake whoever waits, once another process has ``written``.

        This process's own writes are told apart first: four times a second they had every run look for nothing.
        """
        if self._file is None:
            return
        heard = -1
        while True:
            await written.wait()
            written.clear()
            try:
                counter = await self._file.changes_of_others()
            except JournalError as error:  # as above
                self._trouble(None, error)
                continue
            if counter != heard:
                heard = counter
                self._around.live.rest_all()
                self._worker.mail_came_to_any()

    async def _let_go(self, serving: "asyncio.Task[None]") -> None:
        """Stop every driver, wait until each has committed what it knows, and end the serving task."""
        self._worker.close()
        if self._dispatcher is not None:
            await self._dispatcher.drain()
        serving.cancel()
        await asyncio.wait((serving,))

    def _trouble(self, run: RunId | None, error: Exception) -> None:
        if run is not None:
            if isinstance(error, DefinitionError):
                self.troubles[run] = error
            self._around.live.rest(run)
        self._on_trouble(run, error)


def only(failures: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return what failed, by itself if it is one thing."""
    return failures.exceptions[0] if len(failures.exceptions) == 1 else failures
