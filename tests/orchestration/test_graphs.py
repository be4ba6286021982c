"""A graph runs each step as soon as those it comes after have succeeded, and holds it against what is expected."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from hypothesis import given

from holdfast.flow import Graph, GraphStep, Migrated, Migration, Node, OnChange, Parallel, Sequence
from holdfast.journal.events import NodeEntered, StepJudged
from holdfast.journal.fold.state import RunState
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.orchestration.draw import draw_mermaid, draw_text
from holdfast.orchestration.flow.nodes import FunctionNode, from_json, to_json
from holdfast.orchestration.past.cutting import BeforeStep
from holdfast.testing.faults.invariants import repeated
from tests.orchestration.lives import live, points, recorded
from tests.orchestration.plays import SAFE, plays
from tests.orchestration.world import World, step
from tests.runtime.stage import Stage, events_of, of_kind


def graph(*steps: GraphStep, **more: Any) -> Graph:
    return Graph("root", steps, **more)


def after(do: Node, *names: str, expect: str | None = None) -> GraphStep:
    return GraphStep(do, names, expect)


def joining(name: str, *names: str) -> FunctionNode:
    """Return a step that acts under a name made of the values of others."""
    return FunctionNode(name, "one", input=f"{{'name': {' + '.join(names)}}}")


DIAMOND = graph(
    after(step("a", seconds=1.0)),
    after(step("b", seconds=2.0), "a"),
    after(step("c", seconds=5.0), "a"),
    after(joining("d", "b", "c"), "b", "c"),
    after(joining("e", "a", "b"), "b"),
)


async def ran(flow: Node) -> tuple[RunState, Any, World, Stage]:
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(apps=[world.app(flow)]) as runtime:
        run = await runtime.start("root", None)
        state = await stage.ended(run)
        return state, await run.value(state), world, stage


async def test_each_step_begins_as_soon_as_those_before_it_have_succeeded_and_sees_them() -> None:
    state, value, _, _ = await ran(DIAMOND)
    assert value == {"a": "a", "b": "b", "c": "c", "d": "bc", "e": "ab"}
    began = {name: state.nodes[f"root/{name}"].entered_at - state.started_at for name in "abcde"}
    assert began == {"a": 0.0, "b": 1.0, "c": 1.0, "e": 3.0, "d": 6.0}


async def test_no_more_run_at_once_than_may() -> None:
    steps = (after(step(name, seconds=1.0)) for name in ("a", "b", "c"))
    _, _, world, _ = await ran(graph(*steps, at_once_max=2))
    assert world.acting_at_once == 2


async def test_the_first_failure_ends_the_graph_and_whatever_still_runs() -> None:
    flow = graph(after(step("a", "badly", 1.0)), after(step("b", seconds=9.0)), after(step("c"), "a"))
    state, _, world, _ = await ran(flow)
    assert state.outcome is Outcome.FAILED
    assert state.fault is not None
    assert state.fault.message.startswith("a: ")
    assert state.nodes["root/b"].outcome is Outcome.CANCELLED
    assert world.sent["c"] == 0


async def test_a_step_that_does_not_come_to_what_is_expected_counts_as_failed() -> None:
    flow = graph(after(step("a"), expect="result == 'a'"), after(step("b"), "a", expect="result == a"))
    state, _, _, stage = await ran(flow)
    assert state.fault is not None
    assert state.fault.kind is ErrorKind.UNMET
    assert "b: expected 'result == a' to hold of its result" in state.fault.message
    judged = of_kind(recorded(stage), StepJudged)
    assert [(each.step, each.fault is None) for each in judged] == [("a", True), ("b", False)]


async def test_an_expectation_that_cannot_be_evaluated_does_not_hold() -> None:
    state, _, _, _ = await ran(graph(after(step("a"), expect="result.missing > 1")))
    assert state.fault is not None
    assert state.fault.kind is ErrorKind.UNMET


async def test_a_name_means_a_step_before_it_and_never_one_beside_it_that_happens_to_have_ended() -> None:
    inner = Graph("inner", (after(step("x", "well")), after(joining("y", "x"))))
    flow = Sequence("root", (step("x", seconds=1.0), inner))
    with_outer = Sequence("root", (FunctionNode("x", "one", input="{'name': 'outer'}"), *flow.steps[1:]))
    _, value, _, _ = await ran(with_outer)
    assert value == {"x": "x", "y": "outer"}


async def test_wherever_its_process_dies_no_step_is_done_twice_nor_judged_twice() -> None:
    whole = Stage()
    flow = graph(
        after(step("a", seconds=1.0), expect="result == 'a'"),
        after(step("b"), "a", expect="True"),
        after(step("c", seconds=2.0)),
        after(joining("d", "b", "c"), "b", "c"),
    )
    count = await points(whole, World(whole.clock).app(flow), None, ())
    for kill_at in range(1, count + 1):
        stage = Stage()
        world = World(stage.clock)
        await live(stage, world.app(flow), None, (), kill_at)
        state = await live(stage, world.app(flow), None, ())
        assert state is not None
        assert state.outcome is Outcome.SUCCEEDED
        assert repeated(recorded(stage)) == []


@pytest.mark.parametrize(
    ("from_step", "again"), [("root/a", "a b ab"), ("root/b", "b ab"), ("root/c", "c"), ("root/e", "ab")]
)
async def test_requeued_from_a_step_those_that_come_after_it_are_done_again_and_no_others(
    from_step: str, again: str
) -> None:
    stage = Stage()
    world = World(stage.clock)
    flow = Sequence(
        "root",
        (
            Graph(
                "web",
                (
                    after(step("a")),
                    after(step("c", seconds=3.0)),
                    after(step("b", seconds=1.0), "a"),
                    after(joining("e", "a", "b"), "b"),
                ),
            ),
            step("end", "badly"),
        ),
    )
    async with stage.runtime(apps=[world.app(flow)]) as runtime:
        run = await runtime.start("root", None)
        await stage.ended(run)
        before = Counter(world.sent)
        await run.requeue(from_step=from_step.replace("root/", "root/web/"))
        await stage.ended(run)
        assert repeated(await events_of(run)) == []
    assert world.sent - before == Counter([*again.split(), "end"])


async def test_requeued_a_step_that_was_found_wanting_is_done_and_judged_again() -> None:
    stage = Stage()
    world = World(stage.clock)
    flow = graph(after(step("a")), after(step("b"), expect="result == 'c'"), after(step("c"), "b"))
    async with stage.runtime(apps=[world.app(flow)]) as runtime:
        run = await runtime.start("root", None)
        await stage.ended(run)
        await run.requeue()
        state = await stage.ended(run)
        assert len(of_kind(await events_of(run), StepJudged)) == 2
    assert state.fault is not None
    assert state.fault.kind is ErrorKind.UNMET
    assert world.sent == {"a": 1, "b": 2}


async def test_a_fork_keeps_what_had_ended_and_goes_on_with_the_rest() -> None:
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(apps=[world.app(DIAMOND)]) as runtime:
        run = await runtime.start("root", None)
        value = await run.value(await stage.ended(run))
        other = await runtime.fork(run, at=BeforeStep("root/d"))
        state = await stage.ended(other)
        assert state.outcome is Outcome.SUCCEEDED
        assert await other.value(state) == value
    assert world.sent == {"a": 1, "b": 1, "c": 1, "ab": 1, "bc": 2}


async def test_a_migrated_graph_goes_on_and_keeps_its_verdicts_under_the_names_that_steps_have_now() -> None:
    def flow(first: str) -> Graph:
        return graph(after(step(first), expect="True"), after(step("b", seconds=9.0), first))

    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(apps=[world.app(flow("a"))]) as runtime:
        run_id = (await runtime.start("root", None)).id
        await stage.clock.advance(3.0)
    told = Migration("to_v2", lambda _: Migrated(renamed={"root/a": "root/first"}))
    rule: dict[str, Any] = {"on_change": OnChange.MIGRATE, "migrations": (told,)}
    async with stage.runtime(apps=[world.app(flow("first"), **rule)]) as runtime:
        run = await runtime.run(run_id)
        state = await stage.ended(run)
        assert await run.value(state) == {"first": "a", "b": "b"}
        assert len(of_kind(await events_of(run), StepJudged)) == 1
    assert state.nodes["root"].graph is not None
    assert state.nodes["root"].graph.after == {"first": (), "b": ("first",)}
    assert world.sent["first"] == 0


@pytest.mark.parametrize(
    ("flow", "told"),
    [
        (graph(), "expected at least one node below it"),
        (graph(after(step("a"), "z")), "expected a to come after steps that there are"),
        (graph(after(step("a"), "b"), after(step("b"), "a")), "found that a, b wait for each other"),
        (graph(after(step("a"), "a")), "found that a wait for each other"),
        (graph(after(step("a")), after(step("b"), "a", "a")), "to be named once"),
        (graph(after(step("a")), after(joining("b", "a"))), "names a, which it cannot see there"),
        (graph(after(step("a")), after(step("b"), expect="a == result")), "names a, which it cannot see there"),
        (graph(after(step("a")), at_once_max=0), "expected at_once_max above 0"),
    ],
)
def test_a_graph_that_cannot_run_is_refused(flow: Graph, told: str) -> None:
    stage = Stage()
    with pytest.raises(DefinitionError, match=told):
        World(stage.clock).app(flow)


def test_a_graph_is_data_and_is_drawn_with_what_each_step_waits_for() -> None:
    flow = graph(after(step("a")), after(step("b"), "a", expect="result"))
    assert from_json(to_json(flow)) == flow
    first, _, last = draw_text(flow).splitlines()
    assert first == "root  graph · 8 at once"
    assert last.startswith("└── after a, expecting result: b  function")
    assert "    n1 --> n2" in draw_mermaid(flow)


@given(plays(depth=3, functions=SAFE))
def test_a_graph_of_a_chain_does_what_a_sequence_does(flow: Node) -> None:
    async def values() -> tuple[Any, Any]:
        other = Sequence("root", (step("first"), Parallel("rest", (flow,))))
        chain = graph(after(step("first")), after(Parallel("rest", (flow,)), "first"))
        (one, given_one, _, _), (two, given_two, _, _) = await ran(other), await ran(chain)
        assert (one.outcome, one.outcome is Outcome.FAILED) == (two.outcome, two.outcome is Outcome.FAILED)
        return given_one, given_two and given_two["rest"]

    one, two = asyncio.run(values())
    assert one == two


def test_entering_a_graph_says_how_its_steps_hang_together() -> None:
    _, _, _, stage = asyncio.run(ran(DIAMOND))
    entered = next(event for event in of_kind(recorded(stage), NodeEntered) if event.kind == "graph")
    assert dict(zip(entered.branches, entered.after, strict=True))["d"] == ("b", "c")
