"""A trace shows the waits between tries, the time a run lay dead, and both lives of what was done again."""

from holdfast import App, Effect, IdempotencyKey, OutcomeUnknown, ToolFailure, tool
from holdfast.flow import FunctionNode, Retry, Sequence
from holdfast.observability.projection import project
from holdfast.observability.span import Span, SpanKind, SpanStatus
from holdfast.observability.totals import totals
from holdfast.observability.trace import Trace
from holdfast.orchestration.run.handle import Run
from tests.orchestration.bank import Bank, paying
from tests.runtime.stage import Stage

FLOW = Sequence(
    "root", (paying("card", "a", seconds=1.0), paying("card", "b", retry=Retry(seconds_first=100.0, seconds_max=100.0)))
)


async def traced(run: Run) -> Trace:
    return project([entry async for entry in run.events(follow=False)])


def waits(trace: Trace, name: str) -> list[Span]:
    return [span for span in trace.spans if span.kind is SpanKind.WAIT and span.name == name]


async def test_the_wait_for_the_next_try_is_a_span_with_its_reason() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["well", "busy"])
    async with stage.runtime(apps=[bank.app(FLOW)]) as runtime:
        run = await runtime.start("root", None)
        await stage.result(run)
        trace = await traced(run)
    (wait,) = waits(trace, "retry")
    assert (wait.status, wait.attributes.reason) == (SpanStatus.SUCCEEDED, "the bank is busy")
    assert wait.end == wait.attributes.until
    assert trace.span(SpanKind.NODE, "root/b") is not None
    assert [span.attempt for span in trace.spans if span.kind is SpanKind.TOOL and span.path == "root/b"] == [1, 2]


async def test_the_time_that_a_run_lay_dead_is_a_span_and_the_rest_goes_on() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["well", "refused"])
    async with stage.runtime(apps=[bank.app(FLOW)]) as runtime:
        run = await runtime.start("root", None)
        await stage.ended(run)
        assert not (await traced(run)).root.is_open
        await stage.clock.advance(3_600.0)
        await run.requeue(by="Ann", note="open again")
        await stage.result(run)
        trace = await traced(run)
    (dead,) = waits(trace, "dead")
    assert (dead.seconds(0.0), dead.attributes.reason) == (3_600.0, "b: no such account")
    assert (trace.root.status, trace.root.attributes.error) == (SpanStatus.SUCCEEDED, None)
    assert ("requeued", "by Ann: open again") in [(mark.what, mark.detail) for mark in trace.marks]
    assert totals(trace, trace.last_at).interruptions == 0
    assert not trace.open_spans()


async def test_what_is_done_again_has_spans_beside_those_of_the_first_time() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["well", "refused"])
    async with stage.runtime(apps=[bank.app(FLOW)]) as runtime:
        run = await runtime.start("root", None)
        await stage.ended(run)
        await run.requeue(from_step="root/a", repeats_effects=True)
        await stage.result(run)
        trace = await traced(run)
    nodes = [(span.path, span.status) for span in trace.spans if span.kind is SpanKind.NODE and span.path != "root"]
    assert nodes == [
        ("root/a", SpanStatus.SUCCEEDED),
        ("root/b", SpanStatus.FAILED),
        ("root/a", SpanStatus.SUCCEEDED),
        ("root/b", SpanStatus.SUCCEEDED),
    ]
    known = {span.span_id for span in trace.spans}
    assert all(span.parent in known for span in trace.spans if span.parent is not None)
    assert len(known) == len(trace.spans)


async def test_each_attempt_of_a_call_has_a_span_and_says_what_went_wrong() -> None:
    stage = Stage()
    goes = [ToolFailure("busy", retryable=True), OutcomeUnknown("lost")]

    @tool(effect=Effect.KEYED, retry=Retry())
    async def pay(*, key: IdempotencyKey) -> str:
        """Pay."""
        if goes:
            raise goes.pop(0)
        return "paid"

    app = App("root", FunctionNode("root", "pay", input="{}"), functions=(pay,), input=object)
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.start("root", {})
        await stage.result(run)
        trace = await traced(run)
    spans = [span for span in trace.spans if span.kind is SpanKind.TOOL]
    assert [span.attempt for span in spans] == [1, 2, 3]
    assert [span.status for span in spans] == [SpanStatus.FAILED, SpanStatus.INTERRUPTED, SpanStatus.SUCCEEDED]
    assert [span.attributes.error for span in spans] == ["busy", "pay broke off: OutcomeUnknown: lost", None]
    assert not trace.open_spans()
