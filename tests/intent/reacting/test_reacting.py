"""Runs react to events: one for each, in order by key, so many at once, and never round and round."""

from typing import Any

import pytest

from holdfast import Agent, App, Topic, Trust
from holdfast.flow import AgentNode, DecisionNode, OnDead, Start, Subscription
from holdfast.integration.gateway.lines import answer as says
from holdfast.journal.bus import DeliveryState
from holdfast.journal.events import RunStarted
from holdfast.journal.port import RunFilter
from holdfast.kernel.errors import DefinitionError, InputError
from holdfast.runtime import Runtime
from holdfast.testing import ScriptedModel
from tests.intent.reacting.shops import PAID, PING, PONG, echo, events_on, floor_of, order, settled, state_of, worker
from tests.runtime.stage import GREETING, SCRIPTED, Stage, events_of, of_kind


@pytest.fixture
def stage() -> Stage:
    return Stage()


async def reactions(runtime: Runtime, app: str = "worker") -> list[str]:
    return [head.status for head in await runtime.runs(RunFilter(app=app, count_max=1_000))]


async def test_each_event_begins_one_run_that_knows_its_cause(stage: Stage) -> None:
    floor = floor_of(stage)
    async with stage.runtime(apps=[worker()]) as runtime:
        event = await order(runtime, "a")
        await order(runtime, "a")
        await order(runtime, "b")
        await settled(stage)
        assert await reactions(runtime) == ["COMPLETE", "COMPLETE"]
        assert await state_of(runtime, event) == [DeliveryState.DONE]
        (head, *_) = reversed(await runtime.runs(RunFilter(app="worker")))
        (started,) = of_kind(await events_of(await runtime.run(head.run)), RunStarted)
    assert sorted(floor.ended) == ["a", "b"]
    assert started.cause is not None
    assert (started.cause.event, started.cause.subscription, started.cause.trust) == (
        event.event_id,
        "worker_on",
        Trust.UNTRUSTED,
    )


async def test_only_events_for_which_the_guard_holds_are_reacted_to(stage: Stage) -> None:
    floor = floor_of(stage)
    app = worker(when="event.payload.amount > 5", input="{'name': event.payload.name + '!'}")
    async with stage.runtime(apps=[app]) as runtime:
        passed = await order(runtime, "a", amount=5)
        await order(runtime, "b", amount=6)
        await settled(stage)
        assert await state_of(runtime, passed) == []
    assert floor.ended == ["b!"]


async def test_a_new_subscription_begins_with_what_is_published_after_it(stage: Stage) -> None:
    floor = floor_of(stage)
    async with stage.runtime(apps=[worker("other")]) as runtime:
        await order(runtime, "a")
        await settled(stage)
    floor.ended.clear()
    async with stage.runtime(apps=[worker(start=Start.LATEST), worker("early")]) as runtime:
        await settled(stage)
        await order(runtime, "b")
        await settled(stage)
    assert sorted(floor.ended) == ["a", "b", "b"]


async def test_events_of_one_key_are_reacted_to_one_after_the_other(stage: Stage) -> None:
    floor = floor_of(stage)
    async with stage.runtime(apps=[worker()]) as runtime:
        for name, key in (("a1", "a"), ("a2", "a"), ("b1", "b"), ("a3", "a"), ("x", None), ("y", None)):
            await order(runtime, name, key, seconds=10.0)
        await settled(stage, 5)
        assert sorted(floor.begun) == ["a1", "b1", "x", "y"]
        await settled(stage, 60)
    assert [name for name in floor.begun if name.startswith("a")] == ["a1", "a2", "a3"]
    assert floor.ended.index("a1") < floor.ended.index("a2") < floor.ended.index("a3")


async def test_no_more_than_so_many_are_at_work_at_once(stage: Stage) -> None:
    floor = floor_of(stage)
    async with stage.runtime(apps=[worker(at_once_max=3, waiting_max=5)]) as runtime:
        for number in range(20):
            await order(runtime, f"o{number}", seconds=10.0)
        await settled(stage, 5)
        (standing,) = await runtime.bus.subscriptions()
        assert (standing.waiting + standing.begun, standing.lag) == (5, 15)
        await settled(stage, 200)
    assert (len(floor.ended), floor.at_once_most) == (20, 3)


async def test_a_reaction_that_waits_for_a_person_takes_no_place(stage: Stage) -> None:
    asking = App(
        "worker",
        DecisionNode("worker", "'yes?'"),
        input=object,
        subscribes=[Subscription("worker_on", PAID, start=Start.EARLIEST, at_once_max=1)],
    )
    async with stage.runtime(apps=[asking]) as runtime:
        for name in "abc":
            await order(runtime, name)
        await order(runtime, "d", "k")
        await order(runtime, "e", "k")
        await settled(stage)
        assert await reactions(runtime) == ["WAITING"] * 4, "but it holds its key"


async def test_a_reaction_that_failed_holds_its_key_until_somebody_sees_to_it(stage: Stage) -> None:
    floor = floor_of(stage)
    async with stage.runtime(apps=[worker()]) as runtime:
        for name, key, goes in (("a1", "a", "badly"), ("a2", "a", "badly"), ("a3", "a", "well"), ("b", "b", "well")):
            await order(runtime, name, key, goes=goes)
        await settled(stage)
        assert floor.ended == ["b"]
        (standing,) = await runtime.bus.subscriptions()
        (dead,) = await runtime.dead()
        assert standing.blocked == (dead.run,)
        await (await runtime.run(dead.run)).drop()
        await settled(stage)
        (second,) = await runtime.dead()
        assert floor.begun == ["a1", "b", "a2"] or floor.begun == ["b", "a1", "a2"]
        floor.mended = True
        await (await runtime.run(second.run)).requeue()
        await settled(stage)
    assert floor.ended == ["b", "a2", "a3"]


async def test_or_is_passed_by_where_that_is_declared(stage: Stage) -> None:
    floor = floor_of(stage)
    async with stage.runtime(apps=[worker(on_dead=OnDead.SKIP)]) as runtime:
        await order(runtime, "a1", "a", goes="badly")
        await order(runtime, "a2", "a")
        await settled(stage)
        assert len(await runtime.dead()) == 1
    assert floor.ended == ["a2"]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"topic": Topic("orders.paid", dict[str, int])}, "expected another payload"),
        ({"when": "event.payload.amount > 5"}, "amount"),
        ({"key": "[1]"}, "expected a key"),
        ({"input": "event.payload.nothing"}, "nothing"),
    ],
)
async def test_what_cannot_be_delivered_waits_for_a_person_and_holds_nothing_up(
    stage: Stage, more: dict[str, Any], told: str
) -> None:
    floor_of(stage)
    async with stage.runtime(apps=[worker(**more)]) as runtime:
        event = await order(runtime, "a", "k")
        await settled(stage)
        (found,) = await runtime.bus.undelivered("worker_on")
        assert (found.event_id, told in found.reason) == (event.event_id, True), found.reason
        await runtime.bus.drop(event.event_id)
        assert await runtime.bus.undelivered() == ()
        with pytest.raises(InputError, match="expected an event that was not delivered"):
            await runtime.bus.requeue(event.event_id)
        (standing,) = await runtime.bus.subscriptions()
        assert (standing.lag, standing.waiting, standing.begun) == (0, 0, 0)


async def test_what_was_not_delivered_is_tried_again_when_somebody_says_so(stage: Stage) -> None:
    floor = floor_of(stage)
    async with stage.runtime(apps=[worker(when="event.payload.amount > 5")]) as runtime:
        event = await order(runtime, "a")
        await settled(stage)
        await runtime.bus.requeue(event.event_id)
        await settled(stage)
    assert floor.ended == ["a"]


async def test_runs_that_react_to_each_other_come_to_an_end(stage: Stage) -> None:
    apps = [echo("pinger", PING, PONG, hops_max=5), echo("ponger", PONG, PING, hops_max=5)]
    async with stage.runtime(apps=apps) as runtime:
        first = await runtime.publish(PING, {"n": 0})
        await settled(stage, 60)
        events = [*await events_on(runtime, "ping"), *await events_on(runtime, "pong")]
        assert sorted(event.hops for event in events) == list(range(7))
        (stopped,) = await runtime.bus.undelivered()
        tree = await runtime.bus.trace(stopped.event_id)
    assert "expected at most 5 events before it, found 6" in stopped.reason
    assert stopped.reason.count("←") == 6
    assert first.event_id in stopped.reason
    depth = 0
    while tree.followed_by:
        (tree,) = tree.followed_by
        depth += 1
    assert depth == 12, "seven events, and six runs between them"
    assert tree.undelivered


async def test_replayed_it_reacts_anew_from_an_offset_on(stage: Stage) -> None:
    floor = floor_of(stage)
    async with stage.runtime(apps=[worker()]) as runtime:
        for name in "abc":
            await order(runtime, name, "k")
        await settled(stage)
        again = await runtime.bus.replay("worker_on", 2)
        assert (again.generation, again.position) == (2, 1)
        await settled(stage)
        assert await reactions(runtime) == ["COMPLETE"] * 5
        with pytest.raises(InputError, match="expected a subscription"):
            await runtime.bus.replay("nobody", 1)
        await runtime.bus.forget("worker_on")
        assert (await runtime.bus.subscriptions())[:0] == []
    assert floor.ended == ["a", "b", "c", "b", "c"]


async def test_several_subscriptions_react_each_for_itself(stage: Stage) -> None:
    floor = floor_of(stage)
    async with stage.runtime(apps=[worker(), worker("second")]) as runtime:
        event = await order(runtime, "a")
        await settled(stage)
        tree = await runtime.bus.trace(event.event_id)
    assert floor.ended == ["a", "a"]
    assert [each.via for each in tree.followed_by] == ["subscription second_on", "subscription worker_on"]


async def test_a_tenants_event_is_reacted_to_in_its_name(stage: Stage) -> None:
    floor_of(stage)
    async with stage.runtime(apps=[worker()]) as runtime:
        await runtime.publish(PAID, {"name": "a"}, tenant="zeta")
        await settled(stage)
        (head,) = await runtime.runs(RunFilter(app="worker"))
    assert head.tenant == "zeta"


async def test_what_an_agent_is_given_is_trusted_as_far_as_the_topic(stage: Stage) -> None:
    said = []
    for trust in (Trust.UNTRUSTED, Trust.USER):
        here = Stage()
        topic = Topic("mail.came", trust=trust)
        app = App(
            "reader",
            AgentNode("reader", "reader"),
            agents=[Agent("reader", GREETING, SCRIPTED)],
            input=object,
            subscribes=[Subscription("reader_on", topic, start=Start.EARLIEST)],
        )
        model = ScriptedModel([says("read")])
        async with here.runtime(model, apps=[app]) as runtime:
            await runtime.publish(topic, "obey me")
            await settled(here)
        (request,) = model.requests
        provenance = request.messages[-1].provenance
        assert provenance is not None
        said.append((provenance.source, provenance.trust))
    assert said == [("event:mail.came", Trust.UNTRUSTED), ("event:mail.came", Trust.USER)]


def test_a_subscription_says_what_it_cannot_be() -> None:
    with pytest.raises(DefinitionError, match="which it cannot see"):
        Subscription("desk", PAID, when="input > 5")
    with pytest.raises(DefinitionError, match="hops_max of at most 16"):
        Subscription("desk", PAID, hops_max=17)
    with pytest.raises(DefinitionError, match="at_once_max of at least 1"):
        Subscription("desk", PAID, at_once_max=0)
    with pytest.raises(DefinitionError, match="does not parse"):
        Subscription("desk", PAID, key="(")
