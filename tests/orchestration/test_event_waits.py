"""Runs that wait for events: none is missed, the first that is meant is taken, and the wait costs no memory."""

from functools import partial
from pathlib import Path

import pytest
from pydantic import BaseModel

from holdfast import App, BeforeStep, Topic
from holdfast.flow import (
    EventNode,
    Join,
    Migrated,
    Migration,
    Node,
    OnChange,
    Parallel,
    PublishNode,
    Sequence,
    Since,
    WaitNode,
)
from holdfast.journal.bus import EventFilter
from holdfast.journal.events import EventReceived, EventRefused
from holdfast.journal.stores.sqlite import SqliteStore
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.orchestration.run.handle import Run
from holdfast.runtime import Runtime
from tests.orchestration.lives import Process, live_with
from tests.runtime.stage import Stage, drivers, events_of, of_kind


class Paid(BaseModel):
    """What is published of a payment."""

    order: str
    amount: int = 0


PAID = Topic("orders.paid", Paid)


def waiting(node: EventNode | None = None, **more: object) -> App:
    given = {"key": "input", **more}
    flow = node or EventNode("desk", "orders.paid", **given)  # type: ignore[arg-type]  # said by tests
    return App("desk", flow, topics=[PAID])


def flowing(flow: Node) -> App:
    return App(flow.name, flow, topics=[PAID])


@pytest.fixture
def stage() -> Stage:
    return Stage()


async def parked(stage: Stage, runtime: Runtime, app: App, given: str = "4711") -> Run:
    run = await runtime.start(app, given)
    state = await stage.ended(run)
    assert state.parked is not None
    assert "waiting for an event" in state.parked
    return run


async def pay(runtime: Runtime, order: str = "4711", amount: int = 3, **how: str) -> str:
    event = await runtime.publish(PAID, {"order": order, "amount": amount}, key=order, **how)
    return event.event_id


async def test_a_run_is_woken_by_the_event_and_takes_its_payload(stage: Stage) -> None:
    async with stage.runtime(apps=[app := waiting()]) as runtime:
        run = await parked(stage, runtime, app)
        await pay(runtime, "4712")
        event = await pay(runtime)
        assert await stage.result(run) == {"order": "4711", "amount": 3}
        (received,) = of_kind(await events_of(run), EventReceived)
        assert received.event_id == event
        assert [met.run for met in await runtime._store.bus.met_by(received.event_id)] == [run.id]


async def test_a_run_that_waits_is_not_in_memory(stage: Stage) -> None:
    before = drivers()
    async with stage.runtime(apps=[app := waiting()]) as runtime:
        await parked(stage, runtime, app)
        assert drivers() == before


async def test_the_first_event_is_taken_for_which_the_guard_holds(stage: Stage) -> None:
    app = waiting(key=None, when="event.payload.amount > 5 and event.key == input")
    async with stage.runtime(apps=[app]) as runtime:
        run = await parked(stage, runtime, app)
        for amount in (1, 9, 10):
            await pay(runtime, amount=amount)
        assert await stage.result(run) == {"order": "4711", "amount": 9}


async def test_what_cannot_be_judged_counts_as_none(stage: Stage) -> None:
    async with stage.runtime(apps=[app := waiting(when="event.payload.amount / 0 > 1")]) as runtime:
        run = await parked(stage, runtime, app)
        await runtime.publish("orders.paid", {"no": "order"}, key="4711")
        await pay(runtime)
        await stage.until(stage.clock.sleep(2))
        reasons = [event.reason for event in of_kind(await events_of(run), EventRefused)]
    assert len(reasons) == 2
    assert "expected another payload" in reasons[0]


async def test_it_takes_what_came_before_if_it_is_told_to(stage: Stage) -> None:
    async with stage.runtime(apps=[app := waiting(since=Since.EVER)]) as runtime:
        await pay(runtime, amount=1)
        await pay(runtime, amount=2)
        run = await runtime.start(app, "4711")
        assert await stage.result(run) == {"order": "4711", "amount": 1}


async def test_an_answer_that_is_quicker_than_the_question_is_not_missed(stage: Stage) -> None:
    steps = (WaitNode("work", 60), EventNode("paid", "orders.paid", "input", since=Since.STARTED))
    async with stage.runtime(apps=[app := flowing(Sequence("desk", steps))]) as runtime:
        await pay(runtime, amount=1)
        await stage.clock.advance(1)
        run = await runtime.start(app, "4711")
        await stage.clock.advance(5)
        await pay(runtime, amount=2)
        assert await stage.result(run) == {"order": "4711", "amount": 2}


async def test_at_its_timeout_it_fails(stage: Stage) -> None:
    async with stage.runtime(apps=[app := waiting(timeout_seconds=30)]) as runtime:
        run = await runtime.start(app, "4711")
        state = await stage.ended(run)
        await pay(runtime)
        assert (await run.state()).version == state.version
    assert state.fault is not None
    assert (state.outcome, state.fault.kind) == (Outcome.FAILED, ErrorKind.TIMEOUT)


async def test_it_is_cancelled_while_it_waits(stage: Stage) -> None:
    async with stage.runtime(apps=[app := waiting()]) as runtime:
        run = await parked(stage, runtime, app)
        await run.cancel("enough")
        await stage.until(stage.clock.sleep(2))
        assert (await run.state()).outcome is Outcome.CANCELLED


async def test_of_several_that_wait_each_is_told(stage: Stage) -> None:
    branches = tuple(EventNode(name, "orders.paid", key=f"input + '{name}'") for name in "ab")
    async with stage.runtime(apps=[app := flowing(Parallel("desk", branches))]) as runtime:
        run = await parked(stage, runtime, app, "471")
        await pay(runtime, "471b")
        await stage.until(stage.clock.sleep(2))
        await pay(runtime, "471a")
        assert await stage.result(run) == {"a": {"order": "471a", "amount": 3}, "b": {"order": "471b", "amount": 3}}


async def test_a_branch_hears_what_another_branch_of_its_run_publishes(stage: Stage) -> None:
    told = Sequence("told", (WaitNode("later", 5), PublishNode("paid", "orders.paid", "{'order': input}")))
    flow = Parallel("desk", (EventNode("heard", "orders.paid"), told), join=Join.ALL)
    async with stage.runtime(apps=[app := flowing(flow)]) as runtime:
        value = await stage.result(await runtime.start(app, "4711"))
    assert isinstance(value, dict)
    assert value["heard"] == {"order": "4711", "amount": 0}


async def test_a_fork_waits_for_itself(stage: Stage) -> None:
    steps = (EventNode("first", "orders.paid", "input"), EventNode("then", "orders.paid", "input"))
    async with stage.runtime(apps=[app := flowing(Sequence("desk", steps))]) as runtime:
        run = await parked(stage, runtime, app)
        await pay(runtime, amount=1)
        await stage.until(stage.clock.sleep(2))
        fork = await runtime.fork(run, at=BeforeStep("desk/then"))
        await stage.ended(fork)
        await pay(runtime, amount=2)
        assert await stage.result(fork) == await stage.result(run) == {"order": "4711", "amount": 2}


async def test_a_run_that_failed_for_want_of_an_event_waits_anew_when_it_is_requeued(stage: Stage) -> None:
    async with stage.runtime(apps=[app := waiting(timeout_seconds=30)]) as runtime:
        run = await runtime.start(app, "4711")
        await stage.ended(run)
        await run.requeue()
        await stage.until(stage.clock.sleep(1))
        await pay(runtime)
        assert await stage.result(run) == {"order": "4711", "amount": 3}


async def test_events_of_other_tenants_are_none(stage: Stage) -> None:
    async with stage.runtime(apps=[app := waiting()]) as runtime:
        run = await parked(stage, runtime, app)
        await pay(runtime, tenant="zeta")
        await stage.until(stage.clock.sleep(2))
        assert not (await run.state()).is_over


async def test_killed_at_any_point_it_still_gets_the_event(stage: Stage) -> None:
    app = waiting()

    async def work(runtime: Runtime) -> object:
        run = await runtime.start(app, "4711", request_id="the one run")
        await run.wait()
        await runtime.publish(PAID, {"order": "4711"}, key="4711", event_id="the one event")
        while not (state := await run.state()).is_over:
            await stage.clock.sleep(1)
        return state

    whole = Process(0)
    await live_with(stage, [app], (), work, whole)  # type: ignore[arg-type]
    for kill_at in range(1, whole.passed + 1):
        stage = Stage()
        await live_with(stage, [app], (), work, Process(kill_at))  # type: ignore[arg-type]
        state = await live_with(stage, [app], (), work, Process(0))  # type: ignore[arg-type]
        assert state is not None
        assert state.outcome is Outcome.SUCCEEDED, kill_at


async def test_an_event_that_comes_while_the_app_is_another_is_judged_once_it_is_as_it_was(stage: Stage) -> None:
    async with stage.runtime(apps=[waiting()]) as runtime:
        run = await parked(stage, runtime, waiting())
    async with stage.runtime(apps=[waiting(timeout_seconds=9_000)]) as runtime:
        await pay(runtime)
        state = await stage.ended(await runtime.run(run.id))
        assert "was started with" in (state.parked or "") or "changed" in (state.parked or "")
    async with stage.runtime(apps=[waiting()]) as runtime:
        run = await runtime.run(run.id)
        await run.resume()
        assert await stage.result(run) == {"order": "4711", "amount": 3}


async def test_a_wait_that_is_to_be_for_another_topic_begins_anew_or_not_at_all(stage: Stage) -> None:
    async with stage.runtime(apps=[waiting()]) as runtime:
        run = await parked(stage, runtime, waiting())
    node, topics = EventNode("desk", "orders.sent"), [PAID, Topic("orders.sent")]
    for dropped, told in (((), "to go on waiting for an event on orders.paid, found"), (("desk",), "for an event at")):
        steps = (Migration(f"drops {len(dropped)}", partial(lambda gone, _: Migrated(dropped=gone), dropped)),)
        app = App("desk", node, topics=topics, on_change=OnChange.MIGRATE, migrations=steps)
        async with stage.runtime(apps=[app]) as runtime:
            run = await runtime.run(run.id)
            await run.resume()
            assert told in ((await stage.ended(run)).parked or "")
            await runtime.publish("orders.sent", "at last")
            if dropped:
                assert await stage.result(run) == "at last"


async def test_what_a_run_about_a_person_publishes_is_sealed_and_erased_with_it(stage: Stage) -> None:
    flow = PublishNode("shop", "orders.paid", "{'order': input}", key="input")
    shop, other = App("shop", flow, topics=[PAID]), waiting()
    async with stage.runtime(apps=[shop, other]) as runtime:
        stranger = await parked(stage, runtime, other)
        same = await runtime.start(other, "4711", subject="anna")
        await stage.ended(same)
        await stage.result(await runtime.start(shop, "4711", subject="anna"))
        assert await stage.result(same) == {"order": "4711", "amount": 0}
        await stage.until(stage.clock.sleep(2))
        (refused,) = of_kind(await events_of(stranger), EventRefused)
        (event,) = await runtime._store.bus.events(EventFilter(topic="orders.paid"))
        assert (event.is_personal, b"4711" in (event.body or b"")) == (True, True)
        (kept,) = stage.disk.bus.events(EventFilter(topic="orders.paid"))
        assert b"4711" not in (kept.body or b"")
        await runtime.erasure.erase("default", "anna")
        (gone,) = await runtime._store.bus.events(EventFilter(topic="orders.paid"))
    assert "about the person whom this run is about" in refused.reason
    assert (gone.body, gone.offset) == (None, 1)


async def test_waits_that_begin_at_the_same_time_have_different_numbers(stage: Stage, tmp_path: Path) -> None:
    """After a rest the input is fetched from the store, and each of the two waits for that."""
    each = (EventNode(name, "orders.paid", key=f"input.{name}") for name in ("first", "second"))
    flow = Sequence("root", (WaitNode("rest", seconds=900), Parallel("both", tuple(each))))
    app = App("root", flow, topics=[PAID], input=object)
    async with stage.runtime(apps=[app], store=SqliteStore(tmp_path / "runs.db", stage.clock)) as runtime:
        run = await runtime.start(app, {"first": "1", "second": "2"})
        await stage.ended(run)
        await stage.until(stage.clock.sleep(1_000))
        assert set((await stage.ended(run)).event_waits) == {"root/both/first", "root/both/second"}
        await pay(runtime, "2")
        await pay(runtime, "1")
        paid = {"first": {"order": "1", "amount": 3}, "second": {"order": "2", "amount": 3}}
        assert await stage.result(run) == paid
