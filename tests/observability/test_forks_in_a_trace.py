"""What a trace shows of a fork: the time between the history it has inherited and the fork is part of nothing."""

from holdfast.integration.gateway.lines import answer, call
from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.kernel.clock import VirtualClock
from holdfast.observability.projection import project
from holdfast.observability.span import SpanKind
from holdfast.observability.trace import Trace
from holdfast.orchestration.past.cutting import BeforeTurn
from holdfast.orchestration.run.handle import Run
from holdfast.surfaces.cli.showing.waterfall import Scale
from tests.execution.talking import Shop, look_at
from tests.integration.gateway.routing.places import Slow
from tests.runtime.stage import SCRIPTED, Stage, desk

A_DAY = 86_400.0
TALK = (call("look", {"at": "a"}), answer("done"))


async def traced(run: Run) -> Trace:
    return project([entry async for entry in run.events(follow=False)])


def node(trace: Trace) -> float:
    span = trace.span(SpanKind.NODE, "desk")
    assert span is not None
    return span.seconds(trace.last_at)


async def forked(stage: Stage, clock: VirtualClock, times: int) -> tuple[Trace, Trace]:
    """Return the trace of a run, and that of a fork of a fork of it, each made a day after the one before."""
    agent = desk(tools=[look_at(Shop())])
    async with stage.runtime(models={SCRIPTED: ScriptedModel(TALK)}, apps=[agent]) as runtime:
        run = await runtime.start(agent, "hello")
        assert await stage.result(run) == "done"
        first = fork = await traced(run)
    for _ in range(times):
        await clock.advance(A_DAY)  # while nobody sleeps: a runtime wakes up often in a day
        async with stage.runtime(models={SCRIPTED: Slow("done", clock, [3.0])}, apps=[agent]) as runtime:
            run = await runtime.fork(await runtime.run(run.id), at=BeforeTurn(2))
            assert await stage.result(run) == "done"
            fork = await traced(run)
    return first, fork


async def test_what_goes_on_in_a_fork_took_as_long_as_both_parts_of_it() -> None:
    stage = Stage()
    first, fork = await forked(stage, stage.clock, 1)
    assert node(fork) == node(first) + 3.0
    assert fork.root.seconds(fork.last_at) == first.root.seconds(first.last_at) + 3.0
    assert [end - start for start, end in fork.gaps] == [A_DAY]


async def test_so_did_it_in_a_fork_of_a_fork() -> None:
    stage = Stage()
    first, fork = await forked(stage, stage.clock, 2)
    assert node(fork) == node(first) + 3.0
    assert len(fork.gaps) == 2


async def test_the_bars_of_a_fork_leave_no_room_for_the_time_before_it() -> None:
    stage = Stage()
    _, fork = await forked(stage, stage.clock, 1)
    scale = Scale(fork, fork.last_at, 20)
    (called,) = (span for span in fork.spans if span.kind is SpanKind.MODEL and not span.attributes.is_inherited)
    assert scale.bar(called, fork.last_at) == "█" * 20
    assert fork.seconds_at(called.start) == 0.0
