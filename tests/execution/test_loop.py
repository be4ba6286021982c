"""The loop starts what is wanted, cancels what is not, records what it cut off, rests when nothing is to be done."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from holdfast.execution.actions import Action, AwaitPerson, CallModel, CallTool, Evaluate, Note, WaitUntil, Work
from holdfast.execution.loop import NOTES_IN_A_ROW_MAX, Loop, Rest, Rested
from holdfast.journal.codec import decode
from holdfast.journal.events import (
    CancelRequested,
    Event,
    LifecycleMoved,
    ModelInterrupted,
    NodeEntered,
    RunEnded,
    StepIntended,
    StepInterrupted,
)
from holdfast.journal.fold import begin
from holdfast.journal.fold.state import RunState
from holdfast.journal.live import Live
from holdfast.journal.payloads import Payloads
from holdfast.journal.port import NO_EPOCH, Claim, Commit, NewRun
from holdfast.journal.recorder import Recorder
from holdfast.journal.stores.memory import MemoryStore
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.effects import Effect
from holdfast.kernel.errors import HoldfastError
from holdfast.kernel.ids import CommitId
from holdfast.kernel.outcomes import Outcome
from tests.journal.samples import AT, RUN, called, recorded, ref, replied, started

ENTERED = NodeEntered(node="desk", kind="agent", input=ref("input"))
END = RunEnded(status="FAILED", outcome=Outcome.FAILED)
PAY = StepIntended(node="desk", turn=1, call=1, name="pay", effect=Effect.UNSAFE, arguments="a1")
MODEL, TOOL, OTHER = CallModel("desk", 1, 1), CallTool("desk", 1, 1, 1), CallTool("desk", 1, 2, 1)

Decide = Callable[[RunState], Sequence[Action]]


@dataclass
class Hall:
    """A recorder, and workers that do what each test says; it knows who works and who was sent home."""

    recorder: Recorder
    store: MemoryStore
    clock: VirtualClock
    records: dict[str, tuple[Event, ...]] = field(default_factory=dict)
    """What a worker records as it begins, by the key of its work."""
    ends: dict[str, tuple[Event, ...]] = field(default_factory=dict)
    """What a worker records before it ends; one that has no entry works until it is sent home."""
    working: set[str] = field(default_factory=set)
    begun: list[str] = field(default_factory=list)
    sent_home: list[str] = field(default_factory=list)

    async def perform(self, work: Work) -> None:
        self.begun.append(work.key)
        self.working.add(work.key)
        try:
            self.recorder.append(*self.records.get(work.key, ()))
            if isinstance(work, WaitUntil):
                await self.clock.sleep(work.instant - self.clock.now())
            elif work.key not in self.ends:
                await asyncio.get_running_loop().create_future()
            await asyncio.sleep(0)
            self.recorder.append(*self.ends.get(work.key, ()))
        except asyncio.CancelledError:
            self.sent_home.append(work.key)
            raise
        finally:
            self.working.discard(work.key)

    def loop(self, decide: Decide, group: asyncio.TaskGroup) -> Loop:
        return Loop(self.recorder, decide, self.perform, group, self.clock)

    async def run(self, decide: Decide) -> Rested:
        async with asyncio.TaskGroup() as group:
            return await self.loop(decide, group).run()

    async def events(self) -> list[Event]:
        await self.recorder.durable()
        return [decode(entry.body) for entry in await self.store.read(RUN, 1)]


@asynccontextmanager
async def hall(*events: Event) -> AsyncIterator[Hall]:
    clock = VirtualClock(AT)
    store = MemoryStore(clock)
    await store.open()
    first = Commit(
        commit_id=CommitId("c1"),
        run=RUN,
        epoch=NO_EPOCH,
        expected=0,
        events=tuple(recorded((started(),))),
        status="INTAKE",
        begins=NewRun("default", "desk"),
    )
    await store.commit(first)
    claim = await store.claim(RUN, "worker", 60.0)
    assert isinstance(claim, Claim)
    payloads = Payloads(store, RUN, b"k" * 32)
    recorder = Recorder(store, clock, Live(), payloads, begin(started(), AT), claim.epoch)
    recorder.append(*events)
    writing = asyncio.create_task(recorder.write())
    try:
        yield Hall(recorder, store, clock)
    finally:
        writing.cancel()
        await asyncio.wait((writing,))


def until_cancelled(*wanted: Action) -> Decide:
    """Want this until the run is to be cancelled; then nothing but its end."""

    def decide(state: RunState) -> Sequence[Action]:
        if state.is_over:
            return ()
        return wanted if state.cancel_reason is None else (Note((END,)),)

    return decide


async def test_what_is_wanted_is_started_once_however_often_it_is_asked() -> None:
    async with hall(ENTERED) as place:
        place.records[MODEL.key] = (called(1),)
        async with asyncio.TaskGroup() as group:
            running = group.create_task(place.loop(until_cancelled(MODEL, TOOL), group).run())
            await place.clock.advance(0)
            for _ in range(5):
                place.recorder.append(LifecycleMoved(to="EXECUTING"))
                await place.clock.advance(0)
            assert place.begun == [MODEL.key, TOOL.key]
            place.recorder.append(CancelRequested(reason="enough", by="me"))
        assert running.result() == Rested(Rest.OVER)


async def test_what_is_no_longer_wanted_is_cancelled_and_what_is_known_of_it_recorded() -> None:
    async with hall(ENTERED, called(1), replied(1, "pay", "look")) as place:
        place.records[TOOL.key] = (PAY,)
        async with asyncio.TaskGroup() as group:
            group.create_task(place.loop(until_cancelled(TOOL, OTHER), group).run())
            await place.clock.advance(0)
            place.recorder.append(CancelRequested(reason="enough", by="me"))
        assert place.working == set()
        assert sorted(place.sent_home) == [TOOL.key, OTHER.key]
        *_, cancel, interrupted, end = await place.events()
        assert isinstance(cancel, CancelRequested)
        assert interrupted == StepInterrupted(
            node="desk", turn=1, call=1, name="pay", effect=Effect.UNSAFE, attempt=1, in_doubt=True
        )
        assert end == END


async def test_only_what_was_cut_off_is_recorded_as_interrupted() -> None:
    async with hall(ENTERED, called(1), replied(1, "pay", "look")) as place:
        look = StepIntended(node="desk", turn=1, call=2, name="look", effect=Effect.READ, arguments="a1")
        place.records = {TOOL.key: (PAY,), OTHER.key: (look,)}

        def first_only(state: RunState) -> Sequence[Action]:
            return (TOOL, OTHER) if state.cancel_reason is None else (TOOL,)

        async with asyncio.TaskGroup() as group:
            loop = place.loop(first_only, group)
            group.create_task(loop.run())
            await place.clock.advance(0)
            place.recorder.append(CancelRequested(reason="the second only", by="me"))
            await place.clock.advance(0)
            assert place.working == {TOOL.key}
            interrupted = [event for event in await place.events() if isinstance(event, StepInterrupted)]
            assert [(event.call, event.in_doubt) for event in interrupted] == [(2, False)]
            loop.stop()


async def test_a_stopped_loop_withdraws_everything_and_rests() -> None:
    async with hall(ENTERED) as place:
        place.records[MODEL.key] = (called(1),)
        async with asyncio.TaskGroup() as group:
            loop = place.loop(until_cancelled(MODEL), group)
            running = group.create_task(loop.run())
            await place.clock.advance(0)
            loop.stop()
        assert running.result() == Rested(Rest.STOPPED)
        assert place.working == set()
        assert (await place.events())[-1] == ModelInterrupted(node="desk", turn=1, attempt=1)
        assert place.recorder.state.reserved == 0


async def test_a_loop_stopped_before_it_runs_starts_nothing() -> None:
    async with hall(ENTERED) as place, asyncio.TaskGroup() as group:
        loop = place.loop(until_cancelled(MODEL), group)
        loop.stop()
        assert await loop.run() == Rested(Rest.STOPPED)
        assert place.begun == []


async def test_it_rests_until_the_earliest_instant_when_only_persons_and_time_are_waited_for() -> None:
    waits = (WaitUntil("desk", AT + 60), WaitUntil("desk/x", AT + 30), AwaitPerson("desk"))
    async with hall(ENTERED) as place:
        assert await place.run(lambda _: waits) == Rested(Rest.WAITING, AT + 30, ("desk",))
        assert place.working == set()


async def test_an_instant_that_is_past_is_not_waited_for_outside() -> None:
    async with hall(ENTERED) as place:
        wait = WaitUntil("desk", AT - 1)
        place.ends[wait.key] = (END,)
        decide: Decide = lambda state: () if state.is_over else (wait, AwaitPerson("desk"))  # noqa: E731
        assert await place.run(decide) == Rested(Rest.OVER)


async def test_news_that_comes_while_it_comes_to_rest_is_not_slept_over() -> None:
    async with hall(ENTERED) as place:

        async def bring_news() -> None:
            place.recorder.append(CancelRequested(reason="enough", by="me"))

        decide = until_cancelled(WaitUntil("desk", AT + 60), AwaitPerson("desk"))
        async with asyncio.TaskGroup() as group:
            group.create_task(bring_news())
            assert await place.loop(decide, group).run() == Rested(Rest.OVER)


async def test_it_goes_on_waiting_for_time_while_anything_else_works() -> None:
    async with hall(ENTERED) as place:
        place.ends[WaitUntil("desk", AT + 5).key] = (END,)
        place.records[MODEL.key] = (called(1),)
        decide: Decide = lambda state: () if state.is_over else (MODEL, WaitUntil("desk", AT + 5))  # noqa: E731
        async with asyncio.TaskGroup() as group:
            running = group.create_task(place.loop(decide, group).run())
            await place.clock.advance(4)
            assert not running.done()
            await place.clock.advance(1)
        assert place.sent_home == [MODEL.key]


async def test_work_that_fails_takes_everything_else_along() -> None:
    async with hall(ENTERED) as place:

        async def perform(work: Work) -> None:
            if work == TOOL:
                raise HoldfastError("a bug")
            await place.perform(work)

        with pytest.raises(ExceptionGroup) as failed:
            async with asyncio.TaskGroup() as group:
                await Loop(place.recorder, until_cancelled(MODEL, TOOL), perform, group, place.clock).run()
        assert failed.group_contains(HoldfastError, match="a bug")
        assert place.working == set()


async def test_cancelling_whoever_runs_the_loop_ends_all_of_its_work() -> None:
    async with hall(ENTERED) as place:
        running = asyncio.create_task(place.run(until_cancelled(MODEL, TOOL)))
        await place.clock.advance(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert place.working == set()


async def test_conclusions_that_never_come_to_rest_are_stopped() -> None:
    async with hall(ENTERED) as place:
        with pytest.raises(ExceptionGroup) as failed:
            await place.run(lambda _: (Note((LifecycleMoved(to="EXECUTING"),)),))
        assert failed.group_contains(HoldfastError, match="conclusions in a row")
        assert place.recorder.state.version < NOTES_IN_A_ROW_MAX + 10


async def test_a_run_that_wants_nothing_and_is_not_over_is_a_bug_and_said_to_be() -> None:
    async with hall(ENTERED) as place:
        with pytest.raises(ExceptionGroup) as failed:
            await place.run(lambda _: ())
        assert failed.group_contains(HoldfastError, match="expected a run to want something until it is over")


async def test_work_that_ended_is_not_cancelled_nor_interrupted() -> None:
    async with hall(ENTERED) as place:
        place.ends[MODEL.key] = (called(1), replied(1, answer="answer"), END)
        decide: Decide = lambda state: () if state.is_over else (MODEL,)  # noqa: E731
        assert await place.run(decide) == Rested(Rest.OVER)
        assert place.sent_home == []
        assert not any(isinstance(event, ModelInterrupted) for event in await place.events())


async def test_what_is_evaluated_leaves_no_trace_when_it_is_cut_off() -> None:
    async with hall(ENTERED) as place:
        async with asyncio.TaskGroup() as group:
            loop = place.loop(until_cancelled(Evaluate("desk")), group)
            group.create_task(loop.run())
            await place.clock.advance(0)
            loop.stop()
        assert await place.events() == [ENTERED]
