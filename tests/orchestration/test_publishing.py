"""Events that runs publish: with the step or not at all, once, typed, never by a fork that sends nothing."""

import pytest
from pydantic import BaseModel

from holdfast import App, BeforeStep, Effect, Provided, Publisher, ToolFailure, Topic, tool
from holdfast.flow import FunctionNode, Map, PublishNode, Saga, SagaStep, Sequence
from holdfast.journal.bus import BusEvent, EventFilter
from holdfast.journal.events import EventPublished
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.runtime import Runtime
from tests.orchestration.lives import live, points
from tests.runtime.stage import Stage, events_of, of_kind


class Paid(BaseModel):
    """What is published of a payment."""

    order: str
    amount: int


PAID, SENT = Topic("orders.paid", Paid), Topic("orders.sent")


@tool(effect=Effect.READ)
async def ship(order: str, goes: str = "well", *, publisher: Provided[Publisher]) -> str:
    """Say that it was shipped, twice."""
    publisher.publish("orders.sent", {"order": order}, key=order)
    publisher.publish("orders.sent", {"order": order, "copy": True})
    if goes == "badly":
        raise ToolFailure("no ship")
    return order


def publishing(**node: object) -> App:
    given = {"payload": "input", "key": "input.order", **node}
    flow = PublishNode("shop", "orders.paid", **given)  # type: ignore[arg-type]  # said by tests
    return App("shop", flow, input=object, topics=[PAID, SENT])


def shipping(flow: object = None) -> App:
    return App("shop", flow or FunctionNode("shop", "ship", "input"), functions=[ship], input=object, topics=[SENT])  # type: ignore[arg-type]


async def published(runtime: Runtime, topic: str = "orders.paid") -> tuple[BusEvent, ...]:
    return tuple(await runtime._store.bus.events(EventFilter(topic=topic)))


@pytest.fixture
def stage() -> Stage:
    return Stage()


async def test_a_node_publishes_what_its_expressions_say(stage: Stage) -> None:
    async with stage.runtime(apps=[app := publishing()]) as runtime:
        run = await runtime.start(app, {"order": "4711", "amount": "3"})
        value = await stage.result(run)
        (event,) = await published(runtime)
    assert value == event.event_id
    assert (event.body, event.key, event.run, event.step) == (b'{"amount":3,"order":"4711"}', "4711", run.id, "shop")
    assert (event.caused_by, event.hops, event.offset) == (None, 0, 1)


@pytest.mark.parametrize(
    ("given", "node", "kind"),
    [
        ({"order": "4711"}, {}, ErrorKind.BAD_INPUT),
        ({"order": "4711", "amount": 3}, {"key": "[1]"}, ErrorKind.BAD_INPUT),
        ({"order": "4711", "amount": 3}, {"key": "input.nothing"}, ErrorKind.EXPRESSION),
    ],
)
async def test_what_does_not_fit_fails_the_node_and_is_not_published(
    stage: Stage, given: object, node: dict[str, object], kind: ErrorKind
) -> None:
    async with stage.runtime(apps=[app := publishing(**node)]) as runtime:
        state = await stage.ended(await runtime.start(app, given))
        assert await published(runtime) == ()
    assert state.fault is not None
    assert (state.outcome, state.fault.kind) == (Outcome.FAILED, kind)


async def test_a_tool_publishes_once_it_has_succeeded(stage: Stage) -> None:
    async with stage.runtime(apps=[app := shipping()]) as runtime:
        await stage.result(run := await runtime.start(app, {"order": "4711"}))
        told = of_kind(await events_of(run), EventPublished)
        found = await published(runtime, "orders.sent")
        await stage.ended(await runtime.start(app, {"order": "4712", "goes": "badly"}))
        assert await published(runtime, "orders.sent") == found
    assert [event.event_id for event in found] == [event.event_id for event in told]
    assert [(event.key, event.step) for event in found] == [("4711", "shop"), (None, "shop")]


async def test_each_item_of_a_map_publishes_an_event_of_its_own(stage: Stage) -> None:
    flow = Map("shop", "input", PublishNode("each", "orders.sent", "{'n': 1}"))
    async with stage.runtime(apps=[app := shipping(flow)]) as runtime:
        await stage.result(await runtime.start(app, ["a", "b"]))
        steps = [event.step for event in await published(runtime, "orders.sent")]
    assert sorted(steps) == ["shop[0]", "shop[1]"]


async def test_a_run_that_is_killed_at_any_point_publishes_once(stage: Stage) -> None:
    flow = Sequence("shop", (FunctionNode("ship", "ship", "input"), PublishNode("told", "orders.sent", "'all'")))
    app = shipping(flow)
    for kill_at in range(1, await points(Stage(), app, {"order": "4711"}, ()) + 1):
        here = Stage()
        for _ in range(2):
            await live(here, app, {"order": "4711"}, (), kill_at)
        state = await live(here, app, {"order": "4711"}, ())
        assert state is not None
        assert state.outcome is Outcome.SUCCEEDED
        assert len(here.disk.bus.events(EventFilter(topic="orders.sent"))) == 3, kill_at


async def test_a_fork_that_sends_nothing_publishes_nothing(stage: Stage) -> None:
    async with stage.runtime(apps=[app := publishing()]) as runtime:
        run = await runtime.start(app, {"order": "4711", "amount": 3})
        await stage.result(run)
        fork = await runtime.fork(run, at=BeforeStep("shop"))
        await stage.result(fork)
        assert len(await published(runtime)) == 1
        (told,) = of_kind(await events_of(fork), EventPublished)
        live_fork = await runtime.fork(run, at=BeforeStep("shop"), live=True)
        await stage.result(live_fork)
        assert len(await published(runtime)) == 2
    assert told.is_simulated


async def test_done_again_with_the_same_content_it_is_the_same_event(stage: Stage) -> None:
    flow = Sequence("shop", (PublishNode("paid", "orders.sent", "'x'"), FunctionNode("ship", "ship", "input")))
    async with stage.runtime(apps=[app := shipping(flow)]) as runtime:
        run = await runtime.start(app, {"order": "4711", "goes": "badly"})
        await stage.ended(run)
        await run.requeue(from_step="shop/paid", repeats_effects=True)
        await stage.ended(run)
        assert len(await published(runtime, "orders.sent")) == 1


def test_a_flow_names_topics_that_the_app_declares() -> None:
    with pytest.raises(DefinitionError, match=r"expected topic 'orders\.lost' to be one of the app's"):
        App("shop", PublishNode("shop", "orders.lost"), topics=[PAID])
    with pytest.raises(DefinitionError, match="joined by"):
        Topic("Orders")
    with pytest.raises(DefinitionError, match="may change nothing else"):
        tool(effect=Effect.UNSAFE)(ship.function)


def test_what_is_published_in_a_saga_may_stand_only_where_it_says_so() -> None:
    told, last = PublishNode("told", "orders.sent"), PublishNode("last", "orders.sent")
    with pytest.raises(DefinitionError, match="expected something that undoes it"):
        App("shop", Saga("shop", (SagaStep(told), SagaStep(last))), topics=[SENT])
    App("shop", Saga("shop", (SagaStep(told, is_irreversible=True), SagaStep(last))), topics=[SENT])


def test_the_type_of_a_topic_is_one_of_the_definitions() -> None:
    other = App("shop", PublishNode("shop", "orders.sent"), topics=[Topic("orders.sent", int)])
    same = App("shop", PublishNode("shop", "orders.sent"), topics=[Topic("orders.sent", int)])
    assert other.definitions == same.definitions
    assert other.definitions != App("shop", PublishNode("shop", "orders.sent"), topics=[SENT]).definitions
