"""A run's own state: variables that a call writes all together, and blocks whose writes are seen together or never."""

import asyncio
from collections import Counter
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from holdfast import Effect, Provided, ToolFailure, Variables, tool
from holdfast.execution.agent import Agent
from holdfast.integration.gateway.lines import answer, call, calls
from holdfast.journal.fold.state import RunState
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.orchestration.application.app import App
from holdfast.orchestration.flow.nodes import (
    AgentNode,
    Block,
    Branch,
    Case,
    FunctionNode,
    Map,
    Node,
    Parallel,
    Sequence,
)
from tests.orchestration.lives import live, points
from tests.runtime.stage import GREETING, SCRIPTED, Stage

Amount = Annotated[float, Field(description="How much")]
KILLS = st.lists(st.integers(1, 40), max_size=4)


class Books:
    """Functions over variables, whose calls take time on the stage's clock."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.calls: Counter[str] = Counter()

    def functions(self) -> tuple[object, ...]:
        books = self

        @tool(effect=Effect.PURE)
        async def add(to: str, amount: Amount, seconds: float = 0.0, *, variables: Provided[Variables]) -> float:
            """Add to a sum."""
            books.calls["add"] += 1
            before = variables.get(to, 0)
            assert isinstance(before, int | float)
            await books.clock.sleep(seconds)
            variables.put(to, before + amount)
            return before + amount

        @tool(effect=Effect.PURE)
        def put(values: dict[str, object], *, variables: Provided[Variables]) -> None:
            """Set several, in a thread."""
            for name, value in values.items():
                variables.put(name, value)

        @tool(effect=Effect.PURE)
        def forget(name: str, *, variables: Provided[Variables]) -> bool:
            """Remove one, and tell whether it was there."""
            was_there = variables.get(name) is not None
            variables.remove(name)
            return was_there

        @tool(effect=Effect.PURE)
        def spoil(name: str, *, variables: Provided[Variables]) -> None:
            """Write, and then fail."""
            variables.put(name, "spoilt")
            raise ToolFailure("it went wrong after it had written")

        @tool(effect=Effect.READ)
        def look(*, variables: Provided[Variables]) -> list[object]:
            """Tell what is seen of a, b and c."""
            return [variables.get(name) for name in ("a", "b", "c")]

        return (add, put, forget, spoil, look)

    def app(self, flow: Node, **changes: object) -> App:
        return App("root", flow, functions=self.functions(), input=object, **changes)  # type: ignore[arg-type]


def add(name: str, to: str, amount: float, seconds: float = 0) -> Node:
    return FunctionNode(name, "add", input=f"{{'to': '{to}', 'amount': {amount}, 'seconds': {seconds}}}")


def spoil(name: str) -> Node:
    return FunctionNode(name, "spoil", input="{'name': 'a'}")


def look(name: str) -> Node:
    return FunctionNode(name, "look", input="{}")


async def played(flow: Node, given: object = None) -> tuple[RunState, object, dict[str, object], Books]:
    stage = Stage()
    books = Books(stage.clock)
    async with stage.runtime() as runtime:
        run = await runtime.start(books.app(flow), given)
        state = await stage.ended(run)
        assert stage.troubles.heard == []
        return state, await run.value(state), await run.variables(state), books


async def test_what_a_step_writes_the_steps_after_it_see() -> None:
    flow = Sequence("root", (add("one", "a", 2), add("two", "a", 3), look("seen")))
    _, value, variables, _ = await played(flow)
    assert (value, variables) == ([5, None, None], {"a": 5})


async def test_a_call_that_fails_has_written_nothing() -> None:
    flow = Parallel("root", (spoil("bad"), add("good", "b", 1)))
    state, _, variables, _ = await played(flow)
    assert state.outcome is Outcome.FAILED
    assert "a" not in variables


async def test_guards_and_inputs_see_variables() -> None:
    taken = add("taken", "b", 1)
    flow = Sequence("root", (add("one", "a", 2), Branch("which", (Case("variables.a > 1", taken),)), look("seen")))
    assert (await played(flow))[1] == [2, 1, None]


async def test_a_removed_variable_is_gone() -> None:
    forget = FunctionNode("gone", "forget", input="{'name': 'a'}")
    _, value, variables, _ = await played(Sequence("root", (add("one", "a", 2), forget, look("seen"))))
    assert (value, variables) == ([None, None, None], {})


async def test_an_agent_s_tools_share_the_variables_of_the_run() -> None:
    stage = Stage()
    books = Books(stage.clock)
    clerk = Agent("clerk", prompt=GREETING, model=SCRIPTED, tools=books.functions()[:1])  # type: ignore[arg-type]
    flow = Sequence("root", (AgentNode("clerk", "clerk"), look("seen")))
    script = [calls(call("add", {"to": "a", "amount": 4})), answer("done")]
    async with stage.runtime(script) as runtime:
        run = await runtime.start(books.app(flow, agents=(clerk,)), "go")
        assert await stage.result(run) == [4, None, None]


async def test_calls_at_once_on_one_variable_lose_nothing_because_the_late_ones_are_made_again() -> None:
    branches = tuple(add(f"b{place}", "a", 1, seconds=place % 3) for place in range(6))
    _, _, variables, books = await played(Parallel("root", branches))
    assert variables == {"a": 6}
    assert books.calls["add"] > 6


async def test_what_a_call_does_not_touch_another_may_write_meanwhile() -> None:
    _, _, variables, books = await played(Parallel("root", (add("x", "a", 1, 2), add("y", "b", 1, 1))))
    assert (variables, books.calls["add"]) == ({"a": 1, "b": 1}, 2)


async def test_the_writes_of_a_block_are_seen_inside_at_once_and_outside_when_it_has_succeeded() -> None:
    inside = Sequence("steps", (add("one", "a", 1), look("inner"), add("long", "b", 2, seconds=5)))
    flow = Parallel("root", (Block("staged", inside), Sequence("beside", (add("wait", "c", 1, 2), look("outer")))))
    _, value, variables, _ = await played(flow)
    assert value == {"staged": 2, "beside": [None, None, 1]}
    assert variables == {"a": 1, "b": 2, "c": 1}


async def test_of_a_block_that_fails_nothing_is_ever_seen() -> None:
    inside = Sequence("steps", (add("one", "a", 1), add("two", "b", 1), spoil("bad")))
    state, _, variables, _ = await played(Sequence("root", (add("before", "a", 7), Block("staged", inside))))
    assert (state.outcome, variables) == (Outcome.FAILED, {"a": 7})


async def test_blocks_nest_and_the_outer_one_decides() -> None:
    inner = Block("inner", add("one", "a", 1))
    outer = Block("outer", Sequence("steps", (inner, look("seen"), spoil("bad"))))
    state, _, variables, _ = await played(Sequence("root", (outer,)))
    assert (state.outcome, variables) == (Outcome.FAILED, {})
    assert state.nodes["root/outer/steps/inner"].outcome is Outcome.SUCCEEDED


async def test_a_block_overtaken_by_a_write_outside_fails_and_says_over_what() -> None:
    inside = Sequence("steps", (add("one", "a", 1), add("two", "b", 1, seconds=5)))
    late = Sequence("beside", (add("wait", "c", 1, 2), add("other", "a", 10)))
    state, _, variables, _ = await played(Parallel("root", (Block("staged", inside), late)))
    assert variables == {"a": 10, "c": 1}
    fault = state.nodes["root/staged"].fault
    assert fault is not None
    assert fault.kind is ErrorKind.CONFLICT
    assert "expected to be alone in writing a" in fault.message


async def test_every_item_of_a_map_may_be_a_block() -> None:
    body = Block("item_block", FunctionNode("put", "put", input="{'values': {item: key}}"))
    flow = Map("root", "['a', 'b']", body, key="item")
    _, _, variables, _ = await played(flow)
    assert variables == {"a": "a", "b": "b"}


def test_a_tool_that_changes_the_world_cannot_take_variables() -> None:
    with pytest.raises(DefinitionError, match="may be made again"):

        @tool(effect=Effect.UNSAFE)
        def pay(amount: Amount, *, variables: Provided[Variables]) -> None:
            """Pay."""


@pytest.mark.parametrize(
    ("written", "told"),
    [({"Not a name": 1}, "cannot stand"), ({"a": "x" * 1_000_001}, "expected at most 1,000,000 bytes")],
)
async def test_what_cannot_be_kept_fails_the_call_and_says_why(written: dict[str, object], told: str) -> None:
    put = FunctionNode("root", "put", input="{'values': input}")
    state, _, variables, _ = await played(put, written)
    assert state.fault is not None
    assert told in state.fault.message
    assert variables == {}


LEDGER = Parallel(
    "root",
    (
        Block("pair", Sequence("both", (add("one", "a", 1), add("two", "b", 1, 1)))),
        Sequence("beside", (add("three", "c", 1), add("four", "c", 1))),
    ),
)


@given(KILLS)
def test_however_often_the_process_dies_every_write_counts_once_and_a_block_is_seen_whole(kills: list[int]) -> None:
    async def lived() -> tuple[RunState | None, dict[str, object]]:
        stage = Stage()
        app = Books(stage.clock).app(LEDGER)
        for kill_at in (*kills, 0):
            state = await live(stage, app, None, (), kill_at)
            if (heads := list(stage.disk.heads())) and state is None:
                async with stage.runtime(drives=False) as runtime:
                    run = await runtime.run(heads[0].run)
                    seen = await run.variables(await run.state())
                    assert ("a" in seen) == ("b" in seen)
            if state is not None:
                async with stage.runtime(apps=[app], drives=False) as runtime:
                    return state, await (await runtime.run(state.run)).variables(state)
        raise AssertionError("the last life has no end")

    state, variables = asyncio.run(lived())
    assert state is not None
    assert state.outcome is Outcome.SUCCEEDED
    assert variables == {"a": 1, "b": 1, "c": 2}


async def test_a_death_at_every_write_loses_and_repeats_nothing() -> None:
    count_stage = Stage()
    count = await count_stage.until(points(count_stage, Books(count_stage.clock).app(LEDGER), None, ()))
    for kill_at in range(1, count + 1):
        stage = Stage()
        app = Books(stage.clock).app(LEDGER)
        await live(stage, app, None, (), kill_at)
        state = await live(stage, app, None, ())
        assert state is not None
        async with stage.runtime(apps=[app], drives=False) as runtime:
            assert await (await runtime.run(state.run)).variables(state) == {"a": 1, "b": 1, "c": 2}
