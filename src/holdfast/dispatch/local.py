"""Drives runs in this process: asyncio tasks, a bounded number at once, one clock for timers and sweeps."""

import asyncio
import math
from typing import NamedTuple

from holdfast.dispatch.agenda import Agenda
from holdfast.dispatch.port import Drive, Lane, OnTrouble
from holdfast.dispatch.setbacks import Setbacks
from holdfast.dispatch.sweep import sweep
from holdfast.journal.port import RunIndex
from holdfast.kernel.clock import Clock, wait_until
from holdfast.kernel.errors import Fenced, HoldfastError
from holdfast.kernel.faults import Point, Reach, pass_by
from holdfast.kernel.ids import RunId

AGAIN_SECONDS_MIN = 0.05
"""The soonest a run is driven again at its own wish, so that one whose instant is always past cannot spin."""


class LocalDispatcher:
    """Drives every runnable run of an index in this process.

    Timers live in the journal: what ``wake`` is told only saves the wait for the next sweep. A sweep comes every
    ``sweep_seconds`` and looks as far ahead, so that timers which an earlier process set are kept to the moment. A
    wake-up that finds the queue full is dropped; the sweep finds its run once there is room. A run whose drive failed
    is left out by the sweep for a while, twice as long each time; a wake-up still drives it at once.
    """

    def __init__(
        self,
        index: RunIndex,
        clock: Clock,
        *,
        on_trouble: OnTrouble,
        runs_at_once_max: int = 100,
        queue_max: int = 1_000,
        sweep_seconds: float = 1.0,
        reach: Reach = pass_by,
    ) -> None:
        self._index = index
        self._clock = clock
        self._on_trouble, self._reach = on_trouble, reach
        self._queue_max = queue_max
        self._sweep_seconds = sweep_seconds
        self._agenda = Agenda(runs_at_once_max, queue_max)
        self._setbacks = Setbacks()
        self._serving: _Serving | None = None
        self._has_served = False
        self._is_closing = False
        self._next_sweep = -math.inf
        self._next_turn = -math.inf
        self._more_is_due = False
        self._plans_changed = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    async def wake(self, run: RunId, at: float | None = None, lane: Lane = Lane.INTERACTIVE) -> None:
        if at is not None and at > self._clock.now():
            self._add_at(run, at, lane)
        else:
            self._agenda.add(run, lane)
            self._start_ready()

    def sees_to(self, run: RunId) -> bool:
        """Whether ``run`` is driven, or queued to be."""
        return self._agenda.knows(run)

    async def serve(self, drive: Drive) -> None:
        """Drive runs until cancelled or drained, at once if drained before. Raises HoldfastError when called again."""
        if self._has_served:
            raise HoldfastError("a dispatcher serves once, and this one has been asked before: make a new one")
        self._has_served = True
        self._idle.clear()
        try:
            async with asyncio.TaskGroup() as tasks:
                self._serving = _Serving(drive, tasks)
                try:
                    await self._keep_time()
                finally:
                    self._is_closing = True
        finally:
            self._idle.set()

    async def drain(self) -> None:
        self._is_closing = True
        self._plans_changed.set()
        await self._idle.wait()

    async def _keep_time(self) -> None:
        while not self._is_closing:
            self._plans_changed.clear()
            now = self._clock.now()
            self._agenda.ring(now)
            self._start_ready()
            # The second bound holds off a system clock that was set back.
            if not now < self._next_sweep <= now + self._sweep_seconds:
                await self._sweep(now)
                self._start_ready()
            next_ring = self._agenda.next_ring()
            self._next_turn = self._next_sweep if next_ring is None else min(self._next_sweep, next_ring)
            await wait_until(self._next_turn, self._clock, self._plans_changed)

    async def _sweep(self, now: float) -> None:
        self._next_sweep = now + self._sweep_seconds
        self._more_is_due = self._agenda.room == 0
        if self._more_is_due:
            return
        passed_over = self._agenda.known | self._setbacks.waiting(now)
        try:
            swept = await sweep(self._index, now, self._next_sweep, passed_over, self._agenda.room)
        except Exception as error:  # the worker's edge: a store in trouble may answer the next sweep
            self._report(None, error)
            return
        for run, at in swept.later:
            self._agenda.add_at(run, at, Lane.RESUMED)
        for run in swept.due:
            if not self._agenda.knows(run):
                self._agenda.add(run, Lane.RESUMED)
        self._more_is_due = swept.is_cut

    def _start_ready(self) -> None:
        if self._serving is None or self._is_closing:
            return
        while (run := self._agenda.take()) is not None:
            self._serving.tasks.create_task(self._drive(self._serving.drive, run))
        if self._more_is_due and self._agenda.queued <= self._queue_max // 2:
            self._more_is_due = False
            self._next_sweep = -math.inf
            self._plans_changed.set()

    async def _drive(self, drive: Drive, run: RunId) -> None:
        again_at: float | None = None
        try:
            self._reach(Point.DISPATCH_BEFORE_DRIVE)
            again_at = await drive(run)
            self._reach(Point.DISPATCH_AFTER_DRIVE)
            self._setbacks.over(run)
        except Exception as error:  # the worker's edge: one bad run never stops the others
            if not _was_fenced(error):
                self._setbacks.failed(run, self._clock.now())
                self._report(run, error)
        finally:
            lane = self._agenda.finished(run)
            if again_at is not None:
                self._add_at(run, max(again_at, self._clock.now() + AGAIN_SECONDS_MIN), lane)
            self._start_ready()

    def _add_at(self, run: RunId, at: float, lane: Lane) -> None:
        self._agenda.add_at(run, at, lane)
        if at < self._next_turn:
            self._plans_changed.set()

    def _report(self, run: RunId | None, error: Exception) -> None:
        try:
            self._on_trouble(run, error)
        except Exception as second:  # the worker's edge: a listener that breaks stops nobody
            message = "the listener for trouble of a dispatcher raised"
            asyncio.get_running_loop().call_exception_handler({"message": message, "exception": second})


class _Serving(NamedTuple):
    drive: Drive
    tasks: asyncio.TaskGroup


def _was_fenced(error: Exception) -> bool:
    """Whether another driver has taken the run over: then all is well, and nothing is left to do here."""
    return isinstance(error, Fenced) or (isinstance(error, ExceptionGroup) and error.split(Fenced)[1] is None)
