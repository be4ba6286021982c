"""A model call that was cut off while it waited for its turn was never sent: it is charged nothing."""

from holdfast.execution.decide import INTERRUPTIONS_MAX
from holdfast.integration.gateway.limits.account import Account, Terms
from holdfast.integration.gateway.limits.rate import Demand, Rate
from holdfast.integration.gateway.routing.place import Place
from holdfast.integration.gateway.routing.route import Route
from holdfast.journal.events import ModelCalled, ModelInterrupted
from holdfast.kernel.randomness import SeededRandomness
from holdfast.observability.calls import ended_calls
from holdfast.observability.projection import project
from holdfast.observability.span import SpanKind, SpanStatus
from holdfast.surfaces.cli.showing.event_lines import event_line
from tests.integration.gateway.routing.places import Served, Slow
from tests.runtime.stage import SCRIPTED, Stage, desk, events_of, of_kind

WAITS = Rate(at_once=1)
ANY_CALL = Demand(input_tokens=10, output_tokens=10, output_tokens_max=10)
CLERK = desk(model_attempts_max=1)


def one_at_a_time(stage: Stage) -> Route:
    model = Slow("slow", stage.clock, [90.0])
    account = Account(Terms("account", WAITS, model="slow"), stage.clock.now())
    admission = Served(SCRIPTED, [account], stage.clock)
    return Route(SCRIPTED, [Place(model, account)], admission, stage.clock, SeededRandomness(1))


async def test_a_call_that_was_stopped_while_it_waited_for_its_turn_is_charged_nothing() -> None:
    stage = Stage()
    async with stage.runtime(one_at_a_time(stage)) as runtime:
        sent, waiting = [await runtime.start(desk(), said) for said in ("first", "second")]
        await stage.clock.advance(5.0)
        assert of_kind(await events_of(waiting), ModelCalled), "what it would take is reserved"
    async with stage.runtime(drives=False) as runtime:
        sent, waiting = [await runtime.run(run.id) for run in (sent, waiting)]
        (charged,) = (await sent.state()).unseen
        state, events = await waiting.state(), await events_of(waiting)
        entries = [entry async for entry in waiting.events(follow=False)]
    assert charged.tokens > 0
    (cut_off,) = of_kind(events, ModelInterrupted)
    assert not cut_off.is_charged
    assert (state.unseen, state.reserved, state.spend.tokens) == ((), 0, 0)
    assert list(ended_calls(entries)) == []
    (span,) = [span for span in project(entries).spans if span.kind is SpanKind.MODEL]
    assert (span.status, span.attributes.spend) == (SpanStatus.INTERRUPTED, None)
    assert event_line(cut_off).endswith("before it was sent: nothing is charged")


async def test_however_often_it_waits_in_vain_it_is_made_again() -> None:
    stage = Stage()
    async with stage.runtime(one_at_a_time(stage), drives=False) as runtime:
        run = await runtime.start(CLERK, "hello")
    for _ in range(2 * (1 + INTERRUPTIONS_MAX)):
        route = one_at_a_time(stage)
        taken = route.admission.accounts[0].permit(ANY_CALL, stage.clock.now(), lambda _held, _took: None)
        async with stage.runtime(route, apps=[CLERK]):
            await stage.clock.advance(5.0)
        taken.unused(stage.clock.now())
    async with stage.runtime(one_at_a_time(stage), apps=[CLERK]) as runtime:
        assert await stage.result(await runtime.run(run.id)) == "slow"


async def test_a_run_that_is_cancelled_while_its_call_waits_pays_nothing() -> None:
    stage = Stage()
    async with stage.runtime(one_at_a_time(stage)) as runtime:
        await runtime.start(desk(), "first")
        run = await runtime.start(desk(), "second")
        await stage.clock.advance(5.0)
        await run.cancel("no longer needed")
        state = await stage.ended(run)
    assert (state.is_over, state.spend.tokens, state.unseen) == (True, 0, ())
