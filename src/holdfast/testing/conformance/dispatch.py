"""What every dispatcher keeps: each due run is driven, never twice at once, never too many, whatever goes wrong.

Subclass ``DispatcherConformance`` in a test module, name the dispatcher, and let pytest (asyncio mode ``auto``) run it.
"""

import abc
import asyncio
import contextlib
from collections.abc import AsyncIterator

from holdfast.dispatch.port import Dispatcher, Drive, OnTrouble
from holdfast.journal.port import RunIndex
from holdfast.kernel.clock import Clock, VirtualClock
from holdfast.kernel.errors import Fenced, JournalError
from holdfast.kernel.ids import RunId
from holdfast.testing.conformance.runs_to_drive import PlayedFailure, RunsToDrive, Trouble

SWEEP_SECONDS = 10.0
RUNS_AT_ONCE_MAX = 3


@contextlib.asynccontextmanager
async def serving(dispatcher: Dispatcher, drive: Drive) -> AsyncIterator[None]:
    """Have ``dispatcher`` serve for the length of the block, then cancel it."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(dispatcher.serve(drive))
        try:
            yield
        finally:
            task.cancel()


class DispatcherConformance(abc.ABC):
    """The suite."""

    @abc.abstractmethod
    def dispatcher(self, index: RunIndex, clock: Clock, on_trouble: OnTrouble) -> Dispatcher:
        """Return a dispatcher that sweeps every SWEEP_SECONDS and drives RUNS_AT_ONCE_MAX runs at once at most."""

    async def test_a_run_that_is_due_at_the_start_is_driven_at_once(self) -> None:
        clock, world, dispatcher, _ = self._world()
        left_behind = world.add("run_a", clock.now() - 100)
        async with serving(dispatcher, world.drive):
            await clock.advance(0)
            assert world.instants_served(left_behind) == [clock.now() - 100]

    async def test_a_woken_run_is_driven_without_waiting_for_a_sweep(self) -> None:
        clock, world, dispatcher, _ = self._world()
        run = world.add("run_a")
        async with serving(dispatcher, world.drive):
            await clock.advance(1)
            world.post(run)
            await dispatcher.wake(run)
            await clock.advance(0)
            assert world.instants_served(run) == [clock.now()]

    async def test_a_run_woken_for_later_is_driven_then_and_not_before(self) -> None:
        clock, world, dispatcher, _ = self._world()
        instant = clock.now() + 4
        async with serving(dispatcher, world.drive):
            await clock.advance(1)
            run = world.add("run_a", instant)
            await dispatcher.wake(run, instant)
            await clock.advance(2.9)
            assert world.served == []
            await clock.advance(0.2)
            assert world.begun(run) == [instant]

    async def test_a_run_is_driven_again_at_the_instant_its_drive_names(self) -> None:
        clock, world, dispatcher, _ = self._world()
        run = world.add("run_a", clock.now(), clock.now() + 3)
        began = clock.now()
        async with serving(dispatcher, world.drive):
            await clock.advance(3)
            assert world.begun(run) == [began, began + 3]

    async def test_a_timer_set_by_an_earlier_process_is_kept(self) -> None:
        clock, world, dispatcher, _ = self._world()
        instant = clock.now() + 2.5 * SWEEP_SECONDS
        run = world.add("run_a", instant)
        async with serving(dispatcher, world.drive):
            await clock.advance(3 * SWEEP_SECONDS)
            assert world.instants_served(run) == [instant]
            assert instant <= world.begun(run)[0] <= instant + SWEEP_SECONDS

    async def test_a_lost_wake_up_makes_a_run_late_by_one_sweep_at_most(self) -> None:
        clock, world, dispatcher, _ = self._world()
        run = world.add("run_a")
        async with serving(dispatcher, world.drive):
            await clock.advance(1)
            world.post(run)
            await clock.advance(SWEEP_SECONDS)
            assert len(world.instants_served(run)) == 1

    async def test_a_run_woken_again_and_again_is_never_driven_twice_at_once(self) -> None:
        clock, world, dispatcher, _ = self._world()
        run = world.add("run_a", clock.now(), seconds=5)
        async with serving(dispatcher, world.drive):
            for _ in range(8):
                await dispatcher.wake(run)
                await clock.advance(1)
            assert world.driven_twice_at_once == []
            assert len(world.instants_served(run)) == 1

    async def test_a_run_woken_during_its_drive_is_driven_again_after_it(self) -> None:
        clock, world, dispatcher, _ = self._world()
        run = world.add("run_a", clock.now(), seconds=2)
        began = clock.now()
        async with serving(dispatcher, world.drive):
            await clock.advance(1)
            await dispatcher.wake(run)
            await clock.advance(4)
            assert world.begun(run) == [began, began + 2]

    async def test_never_more_runs_at_once_than_allowed(self) -> None:
        clock, world, dispatcher, _ = self._world()
        runs = [world.add(f"run_{number:02}", clock.now(), seconds=1) for number in range(10)]
        async with serving(dispatcher, world.drive):
            for run in runs:
                await dispatcher.wake(run)
            await clock.advance(5)
            assert world.at_once_max == RUNS_AT_ONCE_MAX
            assert {each.run for each in world.served} == set(runs)

    async def test_a_drive_that_fails_is_reported_tried_again_and_stops_nobody(self) -> None:
        clock, world, dispatcher, trouble = self._world()
        ours, foreign = PlayedFailure("ours"), ValueError("not ours")
        failing = world.add("run_a", clock.now(), errors=[ours, foreign])
        well = world.add("run_b", clock.now())
        async with serving(dispatcher, world.drive):
            await clock.advance(0)
            assert trouble.reports == [(failing, ours)]
            assert len(world.instants_served(well)) == 1
            await clock.advance(10 * SWEEP_SECONDS)
            assert trouble.reports == [(failing, ours), (failing, foreign)]
            assert len(world.instants_served(failing)) == 1

    async def test_a_fenced_drive_is_no_trouble(self) -> None:
        clock, world, dispatcher, trouble = self._world()
        alone = world.add("run_a", clock.now(), errors=[Fenced("taken over")])
        grouped = world.add("run_b", clock.now(), errors=[ExceptionGroup("branches", [Fenced("taken over")])])
        async with serving(dispatcher, world.drive):
            await clock.advance(2 * SWEEP_SECONDS)
            assert trouble.reports == []
            assert len(world.instants_served(alone)) == len(world.instants_served(grouped)) == 1

    async def test_waking_a_run_that_does_not_exist_is_reported_and_stops_nobody(self) -> None:
        clock, world, dispatcher, trouble = self._world()
        async with serving(dispatcher, world.drive):
            await dispatcher.wake(RunId("run_none"))
            await clock.advance(1)
            run = world.add("run_a", clock.now())
            await dispatcher.wake(run)
            await clock.advance(1)
            assert trouble.runs == [RunId("run_none")]
            assert len(world.instants_served(run)) == 1

    async def test_an_index_in_trouble_is_reported_and_asked_again(self) -> None:
        clock, world, dispatcher, trouble = self._world()
        world.index_errors = [JournalError("busy"), OSError("disk")]
        run = world.add("run_a", clock.now())
        async with serving(dispatcher, world.drive):
            await clock.advance(2 * SWEEP_SECONDS)
            assert trouble.runs == [None, None]
            assert len(world.instants_served(run)) == 1

    async def test_cancelling_serve_cancels_the_drives_and_waits_for_them(self) -> None:
        clock, world, dispatcher, trouble = self._world()
        runs = [world.add(f"run_{number}", clock.now(), seconds=60) for number in range(5)]
        async with serving(dispatcher, world.drive):
            await clock.advance(1)
            assert world.driven_now() == runs[:RUNS_AT_ONCE_MAX]
        assert world.driven_now() == []
        assert sorted(world.cancelled) == runs[:RUNS_AT_ONCE_MAX]
        assert trouble.reports == []

    async def test_draining_starts_nothing_more_and_waits_for_the_drives_under_way(self) -> None:
        clock, world, dispatcher, _ = self._world()
        runs = [world.add(f"run_{number}", clock.now(), seconds=5) for number in range(5)]
        async with asyncio.TaskGroup() as group:
            group.create_task(dispatcher.serve(world.drive))
            await clock.advance(1)
            draining = group.create_task(dispatcher.drain())
            await clock.advance(1)
            assert not draining.done()
            await clock.advance(20)
        assert [each.run for each in world.served] == runs[:RUNS_AT_ONCE_MAX]

    def _world(self) -> tuple[VirtualClock, RunsToDrive, Dispatcher, Trouble]:
        clock, trouble = VirtualClock(), Trouble()
        world = RunsToDrive(clock)
        return clock, world, self.dispatcher(world, clock, trouble), trouble
