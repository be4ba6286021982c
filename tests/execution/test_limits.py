"""Limits are hard: they end an agent cleanly, and nothing is ever overshot, however many agents share them."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast import App, Budget
from holdfast.integration.gateway.lines import answer, call, calls, stall, stop
from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.journal.events import ModelCalled, ModelInterrupted, ModelReplied, NodeLeft
from holdfast.kernel.messages import StopReason
from holdfast.kernel.outcomes import ErrorKind, Fault
from holdfast.orchestration.flow.nodes import AgentNode, Join, Parallel
from tests.execution.talking import Shop, events_after, look_at
from tests.runtime.stage import Stage, desk, events_of, of_kind


async def test_turns_are_limited() -> None:
    model = ScriptedModel([call("look", {"at": "door"})] * 9)
    state, _ = await events_after(model, desk(tools=[look_at(Shop())], budget=Budget(turns=2)))
    assert state.fault == Fault(ErrorKind.BUDGET, "the agent desk's turns limit reached: 2 of 2")
    assert (len(model.requests), state.spend.turns) == (2, 2)


async def test_tool_calls_are_limited_and_a_turn_that_asks_for_too_many_gets_none() -> None:
    shop = Shop()
    three = calls(*[call("look", {"at": "door"})] * 3)
    model = ScriptedModel([call("look", {"at": "door"}), three])
    state, _ = await events_after(model, desk(tools=[look_at(shop)], budget=Budget(tool_calls=3)))
    assert state.fault == Fault(ErrorKind.BUDGET, "the agent desk's tool_calls limit reached: 4 of 3")
    assert shop.looked == 1


async def test_the_reply_shrinks_to_what_is_left_of_the_tokens() -> None:
    model = ScriptedModel([answer("word " * 500)] * 9)
    state, events = await events_after(model, desk(budget=Budget(tokens=400)))
    (first, *_) = of_kind(events, ModelCalled)
    assert model.requests[0].output_tokens_max == 400 - (first.tokens_max or 0)
    assert state.spend.tokens <= 400


async def test_a_call_that_nothing_is_left_for_is_not_made() -> None:
    model = ScriptedModel([answer("hi")])
    state, events = await events_after(model, desk(budget=Budget(tokens=20)), "hello " * 100)
    assert state.fault is not None
    assert state.fault.kind is ErrorKind.BUDGET
    assert "the agent desk's budget of 20 tokens cannot pay a call of" in state.fault.message
    assert model.requests == ()
    assert state.spend.turns == 0
    assert [type(event).__name__ for event in events[5:]] == ["NodeLeft", "RunEnded"]


async def test_what_is_offered_counts_as_well() -> None:
    small, large = ScriptedModel([answer("hi")]), ScriptedModel([answer("hi")])
    _, bare = await events_after(small, desk())
    _, equipped = await events_after(large, desk(tools=[look_at(Shop())], output=None))
    assert of_kind(equipped, ModelCalled)[0].tokens > of_kind(bare, ModelCalled)[0].tokens + 100
    for events in (bare, equipped):
        assert of_kind(events, ModelCalled)[0].tokens >= of_kind(events, ModelReplied)[0].usage.input_tokens


async def test_the_wall_clock_of_a_run_is_limited() -> None:
    stage = Stage()
    async with stage.runtime([stall("so")]) as runtime:
        run = await runtime.start(desk(), "hello", budget=Budget(seconds=30))
        began = stage.clock.now()
        state = await stage.ended(run)
        events = await events_of(run)
    assert stage.clock.now() - began == 30
    assert state.fault == Fault(ErrorKind.BUDGET, "the run's limit of 30 seconds is reached")
    assert len(of_kind(events, ModelInterrupted)) == 1
    assert state.reserved == 0


async def test_a_run_without_any_time_ends_at_once() -> None:
    model = ScriptedModel([stall()])
    state, _ = await events_after(model, desk(), budget=Budget(seconds=0))
    assert state.fault == Fault(ErrorKind.BUDGET, "the run's limit of 0 seconds is reached")


async def test_the_wall_clock_of_an_agent_is_limited() -> None:
    state, _ = await events_after(ScriptedModel([stall("so")]), desk(budget=Budget(seconds=20)))
    assert state.fault == Fault(ErrorKind.BUDGET, "the agent desk's limit of 20 seconds is reached")


@pytest.mark.parametrize("sooner", ["run", "node"])
async def test_the_limit_that_was_reached_is_named(sooner: str) -> None:
    stage = Stage()
    node = AgentNode("root", "desk", timeout_seconds=10 if sooner == "node" else 50)
    app = App("root", node, agents=(desk(),))
    async with stage.runtime([stall()]) as runtime:
        run = await runtime.start(app, "hello", budget=Budget(seconds=30))
        state = await stage.ended(run)
    assert state.fault is not None
    if sooner == "node":
        assert state.fault == Fault(ErrorKind.TIMEOUT, "it did not end within 10 seconds")
    else:
        assert state.fault.kind is ErrorKind.BUDGET


async def test_a_deadline_survives_a_restart() -> None:
    stage, agent = Stage(), desk()
    async with stage.runtime([stall()], apps=[agent]) as runtime:
        run = await runtime.start(agent, "hello", budget=Budget(seconds=30))
        began = stage.clock.now()
        await stage.clock.advance(10)
    await stage.clock.advance(5)
    async with stage.runtime([stall()], apps=[agent]) as runtime:
        state = await stage.ended(await runtime.run(run.id))
    assert state.fault == Fault(ErrorKind.BUDGET, "the run's limit of 30 seconds is reached")
    assert stage.clock.now() - began == 30


async def test_a_deadline_that_passed_while_nobody_was_there_ends_the_run_when_somebody_is() -> None:
    stage, agent = Stage(), desk()
    async with stage.runtime([stall()], apps=[agent]) as runtime:
        run = await runtime.start(agent, "hello", budget=Budget(seconds=30))
        await stage.clock.advance(10)
    await stage.clock.advance(500)
    async with stage.runtime([stall()], apps=[agent]) as runtime:
        state = await stage.ended(await runtime.run(run.id))
    assert state.fault == Fault(ErrorKind.BUDGET, "the run's limit of 30 seconds is reached")


TALK = st.lists(
    st.sampled_from(
        [call("look", {"at": "x " * 30}), calls(*[call("look", {"at": "y"})] * 3), stop(StopReason.PAUSE, "w " * 40)]
    ),
    max_size=5,
)


@given(st.lists(TALK, min_size=1, max_size=4), st.integers(0, 20_000), st.integers(0, 8), st.integers(0, 8))
def test_agents_side_by_side_never_overshoot_what_their_run_may_have(
    talks: list[list[Any]], tokens: int, turns: int, tool_calls: int
) -> None:
    async def check() -> None:
        stage, shop = Stage(), Shop()
        nodes = tuple(AgentNode(f"a{place}", "desk") for place in range(len(talks)))
        app = App(
            "root",
            Parallel("root", nodes, join=Join.BEST_EFFORT),
            agents=(desk(tools=[look_at(shop)], budget=Budget()),),
        )
        model = ScriptedModel({f"root/a{place}": [*talk, answer("z " * 60)] for place, talk in enumerate(talks)})
        budget = Budget(tokens=tokens, turns=turns, tool_calls=tool_calls)
        async with stage.runtime(model) as runtime:
            run = await runtime.start(app, "hello", budget=budget)
            state = await stage.ended(run)
            entries = [entry async for entry in run.events(follow=False)]
        assert stage.troubles.heard == []
        assert state.is_over
        assert state.reserved == 0
        assert state.spend.tokens <= tokens
        assert state.spend.turns == len(model.requests) <= turns
        assert shop.looked <= tool_calls
        failed = [entry.event for entry in entries if isinstance(entry.event, NodeLeft) and entry.event.fault]
        assert all(left.fault is not None and left.fault.kind is ErrorKind.BUDGET for left in failed)

    asyncio.run(check())
