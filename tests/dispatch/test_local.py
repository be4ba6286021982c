"""The dispatcher of one process: the suite every dispatcher passes, then what is its own."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.dispatch.local import LocalDispatcher
from holdfast.dispatch.port import Dispatcher, Lane, OnTrouble
from holdfast.journal.port import RunIndex
from holdfast.kernel.clock import Clock, VirtualClock
from holdfast.kernel.errors import HoldfastError
from holdfast.kernel.ids import RunId
from holdfast.testing.conformance.dispatch import RUNS_AT_ONCE_MAX, SWEEP_SECONDS, DispatcherConformance, serving
from holdfast.testing.conformance.runs_to_drive import PlayedFailure, RunsToDrive, Trouble


class TestLocalDispatcher(DispatcherConformance):
    def dispatcher(self, index: RunIndex, clock: Clock, on_trouble: OnTrouble) -> Dispatcher:
        return LocalDispatcher(
            index, clock, on_trouble=on_trouble, runs_at_once_max=RUNS_AT_ONCE_MAX, sweep_seconds=SWEEP_SECONDS
        )


def local(
    world: RunsToDrive, clock: Clock, trouble: OnTrouble, *, at_once: int = 1, queue: int = 100
) -> LocalDispatcher:
    return LocalDispatcher(
        world, clock, on_trouble=trouble, runs_at_once_max=at_once, queue_max=queue, sweep_seconds=SWEEP_SECONDS
    )


async def test_a_wake_up_before_serving_is_kept() -> None:
    clock = VirtualClock()
    world = RunsToDrive(clock)
    dispatcher = local(world, clock, Trouble())
    run = world.add("run_a")
    await dispatcher.wake(run)
    async with serving(dispatcher, world.drive):
        await clock.advance(0)
    assert world.begun(run) == [clock.now()]


async def test_what_was_left_unfinished_goes_before_what_people_wait_for_and_that_before_batches() -> None:
    clock = VirtualClock()
    world = RunsToDrive(clock)
    dispatcher = local(world, clock, Trouble())
    batch, interactive = world.add("run_batch", seconds=1), world.add("run_interactive", seconds=1)
    resumed, first = world.add("run_resumed", seconds=1), world.add("run_first", clock.now(), seconds=1)
    async with serving(dispatcher, world.drive):
        await clock.advance(0)
        await dispatcher.wake(batch, lane=Lane.BATCH)
        await dispatcher.wake(interactive)
        await dispatcher.wake(resumed, lane=Lane.RESUMED)
        await clock.advance(4)
    assert [each.run for each in world.served] == [first, resumed, interactive, batch]


async def test_more_runs_than_the_queue_holds_are_all_driven_without_waiting_for_the_next_sweep() -> None:
    clock = VirtualClock()
    world = RunsToDrive(clock)
    runs = {world.add(f"run_{number:03}", clock.now(), seconds=0.1) for number in range(40)}
    async with serving(local(world, clock, Trouble(), at_once=2, queue=4), world.drive):
        await clock.advance(SWEEP_SECONDS / 2)
    assert {each.run for each in world.served} == runs


async def test_a_wake_up_that_finds_the_queue_full_is_only_late() -> None:
    clock = VirtualClock()
    world = RunsToDrive(clock)
    dispatcher = local(world, clock, Trouble(), at_once=1, queue=1)
    runs = [world.add(f"run_{number}", clock.now() + 1, seconds=1) for number in range(4)]
    async with serving(dispatcher, world.drive):
        await clock.advance(1)
        for run in runs:
            await dispatcher.wake(run)
        await clock.advance(SWEEP_SECONDS + 4)
    assert sorted(each.run for each in world.served if each.instant is not None) == runs


async def test_runs_that_keep_failing_hide_no_other_from_the_sweep() -> None:
    clock = VirtualClock()
    world, trouble = RunsToDrive(clock), Trouble()
    for number in range(10):
        world.add(f"run_bad_{number}", clock.now() - 100, errors=[PlayedFailure("always")] * 100)
    async with serving(local(world, clock, trouble, at_once=1, queue=2), world.drive):
        await clock.advance(SWEEP_SECONDS)
        well = world.add("run_well", clock.now())
        await clock.advance(SWEEP_SECONDS)
    assert len(world.instants_served(well)) == 1
    assert len(set(trouble.runs)) == 10


async def test_each_failure_in_a_row_doubles_the_wait_up_to_a_limit_and_a_wake_up_goes_through() -> None:
    clock = VirtualClock()
    world, trouble = RunsToDrive(clock), Trouble()
    failing = world.add("run_a", clock.now(), errors=[PlayedFailure("always")] * 1000)
    dispatcher = LocalDispatcher(world, clock, on_trouble=trouble, sweep_seconds=1.0)
    counts = []
    async with serving(dispatcher, world.drive):
        for _ in range(6):
            await clock.advance(60)
            counts.append(len(trouble.reports))
        before = len(trouble.reports)
        await dispatcher.wake(failing)
        await clock.advance(0)
        assert len(trouble.reports) == before + 1
    assert counts == [6, 7, 8, 9, 10, 11]


async def test_a_listener_that_raises_stops_nobody() -> None:
    clock = VirtualClock()
    world = RunsToDrive(clock)
    unheard: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: unheard.append(context))

    def deaf(run: RunId | None, error: Exception) -> None:
        raise RuntimeError("cannot listen")

    world.add("run_a", clock.now(), errors=[PlayedFailure("once")])
    well = world.add("run_b", clock.now() + 1)
    async with serving(local(world, clock, deaf), world.drive):
        await clock.advance(2 * SWEEP_SECONDS)
    assert len(world.instants_served(well)) == 1
    assert [str(context["exception"]) for context in unheard] == ["cannot listen"]


async def test_the_instant_the_index_names_is_kept_to_the_moment() -> None:
    clock = VirtualClock()
    world = RunsToDrive(clock, tells_when=False)
    began = clock.now()
    run = world.add("run_a", began + 3, began + 4, began + 25)
    async with serving(local(world, clock, Trouble()), world.drive):
        await clock.advance(30)
    assert world.begun(run)[0] == began + 3
    assert world.begun(run)[-1] == began + 25


async def test_a_dispatcher_serves_once() -> None:
    clock = VirtualClock()
    world = RunsToDrive(clock)
    dispatcher = local(world, clock, Trouble())
    async with serving(dispatcher, world.drive):
        await clock.advance(0)
        with pytest.raises(HoldfastError, match="serves once"):
            await dispatcher.serve(world.drive)


async def test_a_drained_dispatcher_drives_nothing() -> None:
    clock = VirtualClock()
    world = RunsToDrive(clock)
    dispatcher = local(world, clock, Trouble())
    world.add("run_a", clock.now())
    await dispatcher.drain()
    await dispatcher.serve(world.drive)
    assert world.served == []


async def test_a_clock_set_back_does_not_hold_up_the_sweeps() -> None:
    clock = ClockSetBack()
    world = RunsToDrive(clock)
    async with serving(local(world, clock, Trouble()), world.drive):
        await clock.advance(1)
        clock.set_back(100_000)
        run = world.add("run_a", clock.now())
        await clock.advance(2 * SWEEP_SECONDS)
    assert len(world.instants_served(run)) == 1


class ClockSetBack(VirtualClock):
    """A clock whose hands somebody turns back; whoever sleeps sleeps on as long as before."""

    def __init__(self) -> None:
        super().__init__()
        self._turned_seconds = 0.0

    def now(self) -> float:
        return super().now() - self._turned_seconds

    def set_back(self, seconds: float) -> None:
        self._turned_seconds += seconds


SECONDS = st.sampled_from([0.0, 0.5, 1.0, 2.5, 7.0, 12.0, 20.0, 31.0])
RUNS = st.lists(st.tuples(st.lists(SECONDS, max_size=3, unique=True), st.sampled_from([0.0, 0.3, 4.0])), max_size=6)
WAKES = st.lists(st.tuples(SECONDS, st.integers(0, 5), st.none() | SECONDS, st.sampled_from(Lane)), max_size=12)


@given(RUNS, WAKES, st.booleans())
async def test_whatever_becomes_of_wake_ups_a_due_run_is_driven_once_and_late_by_one_sweep_at_most(
    runs: list[tuple[list[float], float]],
    wakes: list[tuple[float, int, float | None, Lane]],
    tells_when: bool,
) -> None:
    world, wanted = await play(runs, wakes, tells_when, at_once=6, queue=6)
    assert world.driven_twice_at_once == []
    for run, instants in wanted.items():
        assert world.instants_served(run) == sorted(instants)
        free_at = 0.0
        for each in (served for served in world.served if served.run == run):
            if each.instant is not None:
                assert each.began_at <= max(each.instant, free_at) + SWEEP_SECONDS
            free_at = each.ended_at


@given(RUNS, WAKES, st.booleans(), st.integers(1, 3), st.integers(1, 3))
async def test_however_small_the_queue_every_due_run_is_driven_and_never_too_many_at_once(
    runs: list[tuple[list[float], float]],
    wakes: list[tuple[float, int, float | None, Lane]],
    tells_when: bool,
    at_once: int,
    queue: int,
) -> None:
    world, wanted = await play(runs, wakes, tells_when, at_once=at_once, queue=queue)
    assert world.driven_twice_at_once == []
    assert world.at_once_max <= at_once
    for run, instants in wanted.items():
        assert world.instants_served(run) == sorted(instants)


async def play(
    runs: list[tuple[list[float], float]],
    wakes: list[tuple[float, int, float | None, Lane]],
    tells_when: bool,
    *,
    at_once: int,
    queue: int,
) -> tuple[RunsToDrive, dict[RunId, list[float]]]:
    """Serve ``runs`` while only ``wakes`` are told of: some of them lost, some twice, some for runs nobody knows."""
    clock = VirtualClock(start=0.0)
    world, wanted = RunsToDrive(clock, tells_when=tells_when), {}
    for number, (instants, seconds) in enumerate(runs):
        wanted[world.add(f"run_{number}", *instants, seconds=seconds)] = instants
    dispatcher = local(world, clock, Trouble(), at_once=at_once, queue=queue)
    async with serving(dispatcher, world.drive):
        for after_seconds, number, at, lane in sorted(wakes, key=lambda wake: wake[0]):
            await clock.advance(after_seconds - clock.now())
            await dispatcher.wake(RunId(f"run_{number}"), at, lane)
        await clock.advance(200)
    return world, wanted
