"""A loop goes round until what it is there for has come, or its rounds are used up; each round sees the last."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast import App, Effect, tool
from holdfast.flow import AtRoundsMax, FunctionNode, Loop, Map, Node, Saga, SagaStep, Sequence
from holdfast.journal.events import BranchTaken
from holdfast.journal.fold.state import RunState
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.orchestration.draw import Knowledge, draw_mermaid, draw_text
from holdfast.orchestration.flow.nodes import from_json, to_json
from holdfast.testing.faults.invariants import repeated
from tests.orchestration.lives import live, points, recorded
from tests.orchestration.world import World, step
from tests.runtime.stage import Stage, events_of


@tool(effect=Effect.PURE)
def double(number: int) -> int:
    """Double a number."""
    return 2 * number


def doubling(until: str = "result > 10", rounds_max: int = 5, **more: Any) -> Loop:
    body = FunctionNode("double", "double", input="{'number': last if round > 1 else input}")
    return Loop("grow", body, until, rounds_max, **more)


async def ran(flow: Node, given: object = 3) -> tuple[RunState, object]:
    stage = Stage()
    app = App(flow.name, flow, functions=(double,), input=object)
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.start(app, given)
        state = await stage.ended(run)
        return state, await run.value(state)


def rounds(state: RunState, path: str = "grow") -> int:
    return sum(node.path.startswith(f"{path}[") for node in state.nodes.values())


async def test_a_round_sees_the_value_of_the_last_and_the_loop_gives_that_of_its_last() -> None:
    state, value = await ran(doubling())
    assert (state.outcome, value, rounds(state)) == (Outcome.SUCCEEDED, 12, 2)


async def test_the_first_round_is_made_before_it_is_asked_whether_to_stop() -> None:
    state, value = await ran(doubling("True"))
    assert (state.outcome, value, rounds(state)) == (Outcome.SUCCEEDED, 6, 1)


async def test_the_condition_sees_the_number_of_the_round_and_the_value_before() -> None:
    state, value = await ran(doubling("round == 3 and last == 12"))
    assert (state.outcome, value) == (Outcome.SUCCEEDED, 24)


async def test_a_loop_whose_rounds_are_used_up_has_failed_unless_it_says_partial() -> None:
    state, value = await ran(doubling("False", 2))
    assert (state.outcome, value, rounds(state)) == (Outcome.FAILED, None, 2)
    assert state.fault is not None
    assert state.fault.kind is ErrorKind.UNMET
    assert "expected 'False' to hold after at most 2 rounds" in state.fault.message
    state, value = await ran(doubling("False", 2, at_rounds_max=AtRoundsMax.PARTIAL))
    assert (state.outcome, value) == (Outcome.PARTIAL, 12)


async def test_a_condition_that_cannot_be_evaluated_ends_the_loop() -> None:
    state, _ = await ran(doubling("result.none"))
    assert state.fault is not None
    assert (state.outcome, state.fault.kind) == (Outcome.FAILED, ErrorKind.EXPRESSION)


async def test_a_loop_lies_in_a_loop_and_in_a_map_and_each_sees_its_own() -> None:
    inner = Loop("inner", FunctionNode("double", "double", input="{'number': item}"), "round == 2", 3)
    number = FunctionNode("add", "double", input="{'number': round + item + inner}")
    outer = Loop("outer", Sequence("both", (inner, number)), "round == 2", 3)
    state, value = await ran(Map("all", "input", outer), [1, 10])
    assert value == [10, 64]
    assert "all[1]/both[2]" not in state.nodes
    assert state.nodes["all[1][2]/inner[2]"].outcome is Outcome.SUCCEEDED


async def test_a_round_has_a_time_limit_of_its_own_and_so_has_the_whole() -> None:
    limited: tuple[dict[str, Any], ...] = ({"round_timeout_seconds": 1.5}, {"timeout_seconds": 2.5})
    for limits in limited:
        stage = Stage()
        world = World(stage.clock)
        body = FunctionNode("look", "one", input="{'name': 'n', 'seconds': round}")
        async with stage.runtime(apps=[world.app(Loop("root", body, "False", 9, **limits))]) as runtime:
            run = await runtime.start("root", None)
            state = await stage.ended(run)
        assert state.fault is not None
        assert (state.fault.kind, world.sent["n"]) == (ErrorKind.TIMEOUT, 2)


def three_rounds(goes: str = "well") -> Sequence:
    given = "{'name': ['1', '2', '3'][round - 1] + 'NAME', 'seconds': 1}"
    steps = tuple(FunctionNode(name, "one", input=given.replace("NAME", name)) for name in "ab")
    loop = Loop("loop", Sequence("both", steps), "round == 3", 3)
    return Sequence("root", (step("before"), loop, step("after", goes)))


@pytest.mark.parametrize(
    ("from_step", "again"),
    [
        ("root/loop[2]/b", "2b 3a 3b after"),
        ("root/loop[3]", "3a 3b after"),
        ("root/loop[1]/a", "1a 1b 2a 2b 3a 3b after"),
        ("root/after", "after"),
    ],
)
async def test_a_round_that_is_done_again_is_asked_of_again(from_step: str, again: str) -> None:
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(apps=[world.app(three_rounds("badly"))]) as runtime:
        run = await runtime.start("root", None)
        await stage.ended(run)
        before = Counter(world.sent)
        await run.requeue(from_step=from_step)
        state = await stage.ended(run)
        events = await events_of(run)
    assert world.sent - before == Counter(again.split())
    assert state.nodes["root/loop"].outcome is Outcome.SUCCEEDED
    assert repeated(events) == []


async def test_wherever_its_process_dies_a_loop_goes_on_in_its_round() -> None:
    whole = Stage()
    count = await points(whole, World(whole.clock).app(three_rounds()), None, ())
    for kill_at in range(1, count + 1):
        stage = Stage()
        world = World(stage.clock)
        await live(stage, world.app(three_rounds()), None, (), kill_at)
        state = await live(stage, world.app(three_rounds()), None, ())
        events = recorded(stage)
        assert state is not None
        assert state.outcome is Outcome.SUCCEEDED
        assert repeated(events) == []
        taken = [event.case for event in events if isinstance(event, BranchTaken)]
        assert taken == ["2", "3"]


async def test_what_a_saga_did_in_rounds_is_undone_round_by_round() -> None:
    stage = Stage()
    world = World(stage.clock)
    body = FunctionNode("do", "two", input="{'name': ['x', 'y', 'z'][round - 1]}")
    undo = FunctionNode("undo", "one", input="{'name': 'undo of ' + result}")
    flow = Saga("root", (SagaStep(Loop("loop", body, "round == 2", 2), undo), SagaStep(step("last", "badly"))))
    async with stage.runtime(apps=[world.app(flow)]) as runtime:
        state = await stage.ended(await runtime.start("root", None))
    assert state.fault is not None
    assert (state.fault.kind, world.sent["undo of y"]) == (ErrorKind.COMPENSATED, 1)


@pytest.mark.parametrize(
    ("loop", "told"),
    [
        (doubling(rounds_max=0), "expected rounds_max above 0"),
        (doubling("unseen > 1"), "names unseen, which it cannot see there"),
        (doubling("result >"), "does not parse"),
        (doubling(round_timeout_seconds=0.0), "expected round_timeout_seconds above 0"),
        (Loop("grow", Sequence("body", (step("last"),)), "True", 1), "expected another name, found 'last'"),
    ],
)
def test_a_loop_that_cannot_be_run_is_refused(loop: Loop, told: str) -> None:
    with pytest.raises(DefinitionError, match=told.replace("(", r"\(")):
        App("grow", loop, functions=(double,), input=object)


def test_a_loop_is_data() -> None:
    assert from_json(to_json(doubling())) == doubling()


async def test_a_loop_is_drawn_with_its_bound_and_its_round() -> None:
    state, _ = await ran(doubling())
    text = draw_text(doubling(), Knowledge(run=state))
    assert text.splitlines() == [
        "✓ grow  loop · until result > 10 · at most 5 rounds, then fail · round 2",
        "└── each round: double  function · input {'number': last if round > 1 else input}",
    ]
    drawn = draw_mermaid(doubling())
    assert 'n2{"result #62; 10?"}' in drawn
    assert "n1 --> n2" in drawn
    assert 'n2 -->|"no"| n1' in drawn
    assert "at most 5 rounds, then fail" in drawn


@given(st.integers(1, 6), st.integers(1, 6))
def test_no_loop_has_more_rounds_than_it_says(needed: int, rounds_max: int) -> None:
    state, _ = asyncio.run(ran(doubling(f"round >= {needed}", rounds_max)))
    assert rounds(state) == min(needed, rounds_max)
    assert state.outcome is (Outcome.SUCCEEDED if needed <= rounds_max else Outcome.FAILED)
