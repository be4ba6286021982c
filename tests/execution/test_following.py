"""A task goes on with the work that follows from its own, and never past what the loop itself must see to."""

import asyncio
from collections.abc import Sequence

from holdfast.execution.actions import Action, CallTool, Note, Work
from holdfast.execution.loop import FOLLOWED_MAX, Loop, Rest, Rested
from holdfast.journal.events import CancelRequested, LifecycleMoved, MailRead, RunEnded, StepInterrupted
from holdfast.journal.fold.state import RunState
from tests.execution.test_loop import END, ENTERED, MODEL, OTHER, PAY, TOOL, Hall, hall
from tests.journal.samples import called, replied


class Watched:
    """Does work at once and notes which task did each piece."""

    def __init__(self, place: Hall) -> None:
        self._place = place
        self.tasks: list[tuple[str, asyncio.Task[object] | None]] = []

    async def perform(self, work: Work) -> None:
        self.tasks.append((work.key, asyncio.current_task()))
        self._place.recorder.append(LifecycleMoved(to=f"{len(self.tasks)}"))


def one_after_the_other(*steps: tuple[Action, ...]) -> Sequence[tuple[Action, ...]]:
    return (*steps, (Note((END,)),))


async def walked(place: Hall, watched: Watched, steps: Sequence[tuple[Action, ...]]) -> Rested:
    """Want the steps one after the other, each once the one before has recorded something."""
    first = place.recorder.state.version

    def decide(state: RunState) -> Sequence[Action]:
        return () if state.is_over else steps[min(state.version - first, len(steps) - 1)]

    async with asyncio.TaskGroup() as group:
        return await Loop(place.recorder, decide, watched.perform, group, place.clock).run()


async def test_work_that_follows_is_done_by_the_same_task_under_its_own_name() -> None:
    async with hall(ENTERED) as place:
        watched = Watched(place)
        steps = one_after_the_other((MODEL,), (TOOL,), (OTHER,))
        assert await walked(place, watched, steps) == Rested(Rest.OVER)
        assert [key for key, _ in watched.tasks] == [MODEL.key, TOOL.key, OTHER.key]
        assert len({task for _, task in watched.tasks}) == 1


async def test_others_get_their_turn_however_much_follows() -> None:
    async with hall(ENTERED) as place:
        watched = Watched(place)
        steps = [(CallTool("desk", 1, number, 1),) for number in range(1, 2 * FOLLOWED_MAX + 2)]
        assert await walked(place, watched, one_after_the_other(*steps)) == Rested(Rest.OVER)
        assert len(watched.tasks) == len(steps)
        assert len({task for _, task in watched.tasks}) == 3


async def test_nothing_is_concluded_over_work_that_is_still_to_be_withdrawn() -> None:
    async with hall(ENTERED, called(1), replied(1, "pay", "look")) as place:
        place.records[TOOL.key] = (PAY,)
        place.ends[OTHER.key] = (CancelRequested(reason="enough", by="me"),)

        def decide(state: RunState) -> Sequence[Action]:
            if state.is_over:
                return ()
            return (TOOL, OTHER) if state.cancel_reason is None else (Note((END,)),)

        assert await place.run(decide) == Rested(Rest.OVER)
        assert place.sent_home == [TOOL.key]
        *_, interrupted, end = await place.events()
        assert isinstance(interrupted, StepInterrupted)
        assert isinstance(end, RunEnded)


async def test_a_task_that_the_loop_has_sent_home_follows_nothing() -> None:
    async with hall(ENTERED) as place:
        stubborn = asyncio.Event()

        async def perform(work: Work) -> None:
            place.begun.append(work.key)
            try:
                await stubborn.wait()
            except asyncio.CancelledError:
                place.sent_home.append(work.key)  # and ends as if nothing were

        def decide(state: RunState) -> Sequence[Action]:
            if state.is_over:
                return ()
            return (MODEL,) if state.cancel_reason is None else (Note((END,)),)

        async with asyncio.TaskGroup() as group:
            running = group.create_task(Loop(place.recorder, decide, perform, group, place.clock).run())
            await place.clock.advance(0)
            place.recorder.append(CancelRequested(reason="enough", by="me"))
        assert running.result() == Rested(Rest.OVER)
        assert place.begun == place.sent_home == [MODEL.key]


async def test_nothing_is_concluded_while_work_that_was_withdrawn_is_still_ending() -> None:
    async with hall(ENTERED, called(1), replied(1, "pay", "look")) as place:
        cleaning, done = asyncio.Event(), asyncio.Event()

        async def perform(work: Work) -> None:
            if work.key == OTHER.key:
                await done.wait()
                place.recorder.append(LifecycleMoved(to="LOOKED"))
                return
            place.recorder.append(PAY)
            try:
                await asyncio.Event().wait()
            finally:
                await cleaning.wait()

        def decide(state: RunState) -> Sequence[Action]:
            if state.is_over:
                return ()
            wanted: dict[str, Sequence[Action]] = {"LATE": (OTHER,), "LOOKED": (Note((END,)),)}
            return wanted.get(state.status, (TOOL, OTHER))

        async with asyncio.TaskGroup() as group:
            running = group.create_task(Loop(place.recorder, decide, perform, group, place.clock).run())
            await place.clock.advance(0)
            place.recorder.append(LifecycleMoved(to="LATE"))
            await place.clock.advance(0)
            done.set()
            await place.clock.advance(0)
            cleaning.set()
        assert running.result() == Rested(Rest.OVER)
        *_, interrupted, end = await asyncio.wait_for(place.events(), 10)
        assert isinstance(interrupted, StepInterrupted)
        assert isinstance(end, RunEnded)


async def test_nothing_is_concluded_while_letters_are_being_read() -> None:
    async with hall(ENTERED) as place:
        reading, done = asyncio.Event(), asyncio.Event()

        async def read_mail() -> None:
            await reading.wait()
            place.recorder.append(MailRead(position=1))

        async def perform(_work: Work) -> None:
            await done.wait()
            place.recorder.append(LifecycleMoved(to="LOOKED"))

        def decide(state: RunState) -> Sequence[Action]:
            if state.is_over:
                return ()
            return (Note((END,)),) if state.status == "LOOKED" else (OTHER,)

        async with asyncio.TaskGroup() as group:
            loop = Loop(place.recorder, decide, perform, group, place.clock, read_mail)
            running = group.create_task(loop.run())
            await place.clock.advance(0)
            loop.mail_came()
            await place.clock.advance(0)
            done.set()
            await place.clock.advance(0)
            reading.set()
        assert running.result() == Rested(Rest.OVER)
        *_, read, end = await asyncio.wait_for(place.events(), 10)
        assert isinstance(read, MailRead)
        assert isinstance(end, RunEnded)
