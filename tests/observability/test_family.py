"""One trace over all levels: what a child did hangs below the node that waits for it, and in its time."""

from holdfast.kernel.ids import RunId
from holdfast.observability.family import joined
from holdfast.observability.projection import project
from holdfast.observability.span import SpanKind
from holdfast.observability.trace import Trace
from holdfast.orchestration.flow.nodes import Map, Sequence
from holdfast.orchestration.people.following import Entry
from holdfast.orchestration.run.handle import Run
from holdfast.runtime import Runtime
from tests.orchestration.family import child, family
from tests.orchestration.world import World
from tests.runtime.stage import Stage


async def traced(run: Run) -> Trace:
    entries: list[Entry] = [entry async for entry in run.events(follow=False)]
    return project(entries)


async def below(runtime: Runtime, trace: Trace) -> dict[RunId, Trace]:
    return {identity: await traced(await runtime.run(identity)) for identity in trace.state.children}


async def test_the_spans_of_a_child_hang_below_the_node_that_has_begun_it() -> None:
    stage = Stage()
    flow = Sequence("root", (child("a", seconds=5), Map("each", "[1, 2]", child("b", seconds=5))))
    async with stage.runtime(apps=family(World(stage.clock), flow)) as runtime:
        run = await runtime.start("root", None)
        await stage.result(run)
        own = await traced(run)
        others = await below(runtime, own)
    whole = joined(own, others)
    by_id = {span.span_id: span for span in whole.spans}
    begun = [span for span in whole.spans if span.kind is SpanKind.RUN and span.parent is not None]
    assert sorted(by_id[span.parent or ""].path for span in begun) == ["root/a", "root/each[0]", "root/each[1]"]
    assert len(by_id) == len(own.spans) + sum(len(each.spans) for each in others.values())
    assert [span.serial for span in whole.spans] == list(range(len(by_id)))
    for span in begun:
        node = by_id[span.parent or ""]
        assert node.start <= span.start
        assert span.end is not None
        assert node.end is not None
        assert span.end <= node.end


async def test_a_child_that_is_not_known_is_named_by_its_node_alone() -> None:
    stage = Stage()
    async with stage.runtime(apps=family(World(stage.clock), child("root", seconds=5))) as runtime:
        run = await runtime.start("root", None)
        await stage.result(run)
        own = await traced(run)
    assert len(own.state.children) == 1
    assert [span.span_id for span in joined(own, {}).spans] == [span.span_id for span in own.spans]


async def test_while_a_child_goes_on_the_trace_of_its_parent_is_open_and_as_long() -> None:
    stage = Stage()
    async with stage.runtime(apps=family(World(stage.clock), child("root", seconds=3_600))) as runtime:
        run = await runtime.start("root", None)
        await stage.clock.advance(60)
        own = await traced(run)
        whole = joined(own, await below(runtime, own))
        assert {span.kind for span in whole.open_spans()} >= {SpanKind.RUN, SpanKind.NODE, SpanKind.TOOL}
        assert whole.last_at >= own.last_at
        await stage.result(run)
