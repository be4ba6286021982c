"""Runs whose model is asked twice at once: what is reserved, charged, told and shown of the two."""

import asyncio

import pytest

from holdfast import App, Budget, Effect, OutcomeUnknown, Settlement, tool
from holdfast.governance.allowance import Allowance
from holdfast.integration.gateway.limits.account import Account, Terms
from holdfast.integration.gateway.routing.hedging import HedgeAfter
from holdfast.integration.gateway.routing.place import Place
from holdfast.integration.gateway.routing.route import Route
from holdfast.journal.events import ModelCalled, ModelFailed, ModelInterrupted, ModelOutrun, ModelReplied
from holdfast.journal.live import Hint
from holdfast.kernel.messages import Usage
from holdfast.kernel.outcomes import ErrorKind
from holdfast.kernel.randomness import SeededRandomness
from holdfast.kernel.ways import Hedge
from holdfast.observability.calls import Ending, ended_calls
from holdfast.observability.projection import project
from holdfast.observability.span import SpanKind, SpanStatus
from holdfast.orchestration.flow.nodes import AgentNode, FunctionNode, Sequence
from holdfast.orchestration.run.handle import Run
from holdfast.surfaces.cli.showing.event_lines import event_line
from tests.integration.gateway.routing.places import Served, Slow, failure
from tests.runtime.stage import SCRIPTED, Stage, desk, events_of, of_kind

OUTPUT = 100


@tool(effect=Effect.UNSAFE)
async def pay() -> str:
    """Pay, and never learn whether it went through."""
    raise OutcomeUnknown("the line broke")


DESK = desk(output_tokens_max=OUTPUT, model_attempts_max=1)
TAKEN = Usage(100, 5)


def lanes(stage: Stage, first: Slow, second: Slow) -> Route:
    now = stage.clock.now()
    accounts = [Account(Terms(f"account-{model.name}", model=model.name), now) for model in (first, second)]
    places = [Place(model, account) for model, account in zip((first, second), accounts, strict=True)]
    admission = Served(SCRIPTED, accounts, stage.clock)
    return Route(SCRIPTED, places, admission, stage.clock, SeededRandomness(1), hedge_after=HedgeAfter(seconds=2.0))


def slow_and_quick(stage: Stage) -> Route:
    return lanes(stage, Slow("slow", stage.clock, [30.0]), Slow("quick", stage.clock, [1.0], then=1.0))


async def calls_of(run: Run) -> tuple[ModelCalled, ...]:
    return tuple(of_kind(await events_of(run), ModelCalled))


async def test_both_are_reserved_for_before_the_first_is_sent_and_the_one_not_heard_is_charged_in_full() -> None:
    stage = Stage()
    async with stage.runtime(slow_and_quick(stage)) as runtime:
        run = await runtime.start(DESK, "hello")
        assert await stage.result(run) == "quick"
        events, state = await events_of(run), await run.state()
    (called,), (outrun,) = of_kind(events, ModelCalled), of_kind(events, ModelOutrun)
    (replied,) = of_kind(events, ModelReplied)
    assert called.is_hedged
    assert called.tokens_max is not None
    assert called.reserved == 2 * (called.tokens_max + OUTPUT)
    assert called.output_tokens_max == OUTPUT
    assert (outrun.account, outrun.place, outrun.seconds) == ("account-slow", "slow", 3.0)
    assert events.index(outrun) < events.index(replied)
    assert replied.way is not None
    assert replied.way.hedge == Hedge("account-slow", "slow", 2.0, 3.0, is_first=True, is_charged=True)
    (unseen,) = state.unseen
    assert unseen.tokens == called.reserved // 2
    assert state.spend.tokens == TAKEN.tokens + unseen.tokens
    assert (state.reserved, state.reserved_usd) == (0, 0.0)


async def test_a_call_that_was_not_silent_holds_nothing_of_what_was_reserved_for_a_second() -> None:
    stage = Stage()
    quick = lanes(stage, Slow("first", stage.clock, [0.5]), Slow("second", stage.clock, [0.5]))
    async with stage.runtime(quick) as runtime:
        run = await runtime.start(DESK, "hello")
        assert await stage.result(run) == "first"
        events, state = await events_of(run), await run.state()
    assert of_kind(events, ModelCalled)[0].is_hedged
    assert of_kind(events, ModelOutrun) == []
    assert (state.spend.tokens, state.reserved, state.unseen) == (TAKEN.tokens, 0, ())


async def worst_of_one() -> int:
    stage = Stage()
    async with stage.runtime(slow_and_quick(stage)) as runtime:
        run = await runtime.start(DESK, "hello")
        await stage.result(run)
        (called,) = await calls_of(run)
    return called.reserved // 2


@pytest.mark.parametrize(("more", "heard"), [(-1, "slow"), (0, "quick")])
async def test_a_budget_that_does_not_suffice_for_two_pays_the_one_whole(more: int, heard: str) -> None:
    stage, worst = Stage(), await worst_of_one()
    async with stage.runtime(slow_and_quick(stage)) as runtime:
        run = await runtime.start(DESK, "hello", budget=Budget(tokens=2 * worst + more))
        assert await stage.result(run) == heard
        (called,) = await calls_of(run)
    assert called.is_hedged == (heard == "quick")
    assert called.output_tokens_max == OUTPUT


@pytest.mark.parametrize(("more", "heard"), [(-1, "slow"), (0, "quick")])
async def test_nobody_waits_for_an_allowance_for_the_sake_of_a_second(more: int, heard: str) -> None:
    stage, worst = Stage(), await worst_of_one()
    allowance = Allowance(per="day", tokens=2 * worst + more)
    async with stage.runtime(slow_and_quick(stage), allowances=[allowance]) as runtime:
        began = stage.clock.now()
        run = await runtime.start(DESK, "hello")
        assert await stage.result(run) == heard
        assert stage.clock.now() - began < 60.0


async def test_a_budget_in_dollars_without_a_price_is_refused_as_ever() -> None:
    stage = Stage()
    async with stage.runtime(slow_and_quick(stage)) as runtime:
        run = await runtime.start(DESK, "hello", budget=Budget(usd=1.0))
        state = await stage.ended(run)
    assert state.fault is not None
    assert state.fault.kind is ErrorKind.BUDGET


async def test_what_the_one_not_heard_took_is_reconciled_like_any_call_without_an_outcome() -> None:
    stage = Stage()
    flow = Sequence("shop", (AgentNode("desk", "desk"), FunctionNode("pay", "pay", input="{}")))
    app = App("shop", flow, agents=(DESK,), functions=(pay,))
    async with stage.runtime(slow_and_quick(stage)) as runtime:
        run = await runtime.start(app, "hello")
        (unseen,) = (await stage.ended(run)).unseen
        await run.reconcile(unseen.node, 1, 1, Usage(20, 4))
        await run.settle("shop/pay", Settlement.HAPPENED, "paid")
        state = await stage.ended(run)
        trace = project([entry async for entry in run.events(follow=False)])
    assert (state.spend.tokens, state.unseen) == (TAKEN.tokens + 24, ())
    calls = (span.attributes.spend for span in trace.spans if span.kind is SpanKind.MODEL)
    assert sorted(spend.tokens for spend in calls if spend is not None) == [24, TAKEN.tokens]


async def test_where_both_fail_each_is_charged_once() -> None:
    stage = Stage()
    says = failure(ErrorKind.TIMEOUT, billed=True)
    route = lanes(stage, Slow("one", stage.clock, [5.0], says=says), Slow("two", stage.clock, [1.0], says=says))
    async with stage.runtime(route) as runtime:
        run = await runtime.start(DESK, "hello")
        state, events = await stage.ended(run), await events_of(run)
    (called,), (failed,) = of_kind(events, ModelCalled), of_kind(events, ModelFailed)
    assert failed.is_charged
    assert [call.tokens for call in state.unseen] == [called.reserved // 2] * 2
    assert (state.spend.tokens, state.reserved) == (called.reserved, 0)


async def test_where_the_second_was_never_sent_a_failure_is_charged_once() -> None:
    stage = Stage()
    says = failure(ErrorKind.TIMEOUT, billed=True)
    route = lanes(stage, Slow("one", stage.clock, [1.0], says=says), Slow("two", stage.clock, [1.0]))
    async with stage.runtime(route) as runtime:
        run = await runtime.start(DESK, "hello")
        state, (called,) = await stage.ended(run), await calls_of(run)
    assert (state.spend.tokens, state.reserved) == (called.reserved // 2, 0)


async def test_a_run_that_is_cancelled_while_both_are_silent_pays_for_both() -> None:
    stage = Stage()
    silent = lanes(stage, Slow("one", stage.clock, [90.0]), Slow("two", stage.clock, [90.0]))
    async with stage.runtime(silent) as runtime:
        run = await runtime.start(DESK, "hello")
        await stage.clock.advance(5.0)
        await run.cancel("no longer needed")
        state, events = await stage.ended(run), await events_of(run)
    (called,), (cut_off,) = of_kind(events, ModelCalled), of_kind(events, ModelInterrupted)
    assert cut_off.is_charged
    assert state.spend.tokens == called.reserved
    assert [call.tokens for call in state.unseen] == [called.reserved]


async def test_only_the_one_that_is_heard_is_heard_live() -> None:
    stage = Stage()
    close = lanes(stage, Slow("slow", stage.clock, [3.0], then=5.0), Slow("quick", stage.clock, [1.0], then=5.0))
    async with stage.runtime(close) as runtime:
        run = await runtime.start(DESK, "hello")

        async def texts() -> list[str]:
            return [item.text async for item in run.progress() if isinstance(item, Hint)]

        listening = asyncio.ensure_future(texts())
        said = await stage.result(run)
        heard = await listening
    assert "".join(heard) == said
    assert said in ("slow", "quick")


async def test_costs_count_the_one_not_heard_as_lost_and_the_trace_shows_it_beside_the_other() -> None:
    stage = Stage()
    async with stage.runtime(slow_and_quick(stage)) as runtime:
        run = await runtime.start(DESK, "hello")
        await stage.result(run)
        entries = [entry async for entry in run.events(follow=False)]
        state = await run.state()
    calls = list(ended_calls(entries))
    assert [(call.ending, call.usage.tokens) for call in calls] == [
        (Ending.REPLIED, TAKEN.tokens),
        (Ending.LOST, state.unseen[0].tokens),
    ]
    trace = project(entries)
    heard, other = sorted((span for span in trace.spans if span.kind is SpanKind.MODEL), key=lambda span: span.path)
    assert (heard.status, other.status) == (SpanStatus.SUCCEEDED, SpanStatus.INTERRUPTED)
    assert (heard.parent, heard.start, heard.end) == (other.parent, other.start, (other.end or 0.0) + 1.0)
    spends = [span.attributes.spend for span in (heard, other)]
    assert sum(spend.tokens for spend in spends if spend is not None) == state.spend.tokens
    lines = [event_line(entry.event) for entry in entries]
    (told,) = [line for line in lines if "outrun" in line]
    assert told.endswith("slow by account-slow was outrun, its reply not heard · 3.0 s · charged with an unknown cost")
    (reply,) = [line for line in lines if "of two" in line]
    assert (
        "quick by account-quick, second of two (the second asked after 2.0 s; slow by account-slow was let go of)"
        in reply
    )
