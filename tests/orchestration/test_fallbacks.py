"""A fallback takes the answer of the first rung that has one, and says which that was."""

from collections import Counter
from typing import Any

import pytest

from holdfast import App, Budget
from holdfast.flow import AgentNode, Branch, Case, DecisionNode, Fallback, FunctionNode, Node, Saga, SagaStep, Sequence
from holdfast.integration.gateway.lines import answer
from holdfast.journal.fold.state import RunState
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.orchestration.draw import draw_mermaid, draw_text
from holdfast.orchestration.flow.nodes import content_hash, from_json, to_json
from holdfast.testing.faults.invariants import repeated
from tests.orchestration.lives import live, points, recorded
from tests.orchestration.world import World, one, step
from tests.runtime.stage import Stage, desk, events_of


def ladder(*goes: str, **more: Any) -> Fallback:
    return Fallback("root", tuple(step(name, way, 1.0) for name, way in zip("abc", goes, strict=False)), **more)


async def ran(flow: Node) -> tuple[RunState, object, World]:
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(apps=[world.app(flow)]) as runtime:
        run = await runtime.start("root", None)
        state = await stage.ended(run)
        return state, await run.value(state), world


async def test_the_first_rung_that_answers_ends_it_and_those_below_are_never_begun() -> None:
    state, value, world = await ran(ladder("well", "well"))
    assert (state.outcome, value) == (Outcome.SUCCEEDED, {"rung": "a", "value": "a", "instead_of": []})
    assert world.sent == Counter("a")


async def test_an_answer_from_below_is_partial_and_says_in_whose_place_it_stands() -> None:
    state, value, world = await ran(ladder("badly", "badly", "well"))
    assert (state.outcome, value) == (Outcome.PARTIAL, {"rung": "c", "value": "c", "instead_of": ["a", "b"]})
    assert world.sent == Counter("abc")
    assert state.fault is not None
    assert state.fault.message == "c answered instead of a: a: a went badly"


async def test_an_answer_from_below_is_whole_where_that_is_declared() -> None:
    state, value, _ = await ran(ladder("badly", "well", is_partial_below=False))
    assert (state.outcome, state.fault) == (Outcome.SUCCEEDED, None)
    assert value == {"rung": "b", "value": "b", "instead_of": ["a"]}


async def test_if_no_rung_answers_it_has_failed_and_says_why_of_each() -> None:
    state, value, _ = await ran(ladder("badly", "badly"))
    assert (state.outcome, value) == (Outcome.FAILED, None)
    assert state.fault is not None
    assert state.fault.message == "a: a went badly; b: b went badly"


async def test_it_steps_down_on_the_declared_faults_only() -> None:
    state, _, world = await ran(ladder("badly", "well", steps_down_on=(ErrorKind.TIMEOUT,)))
    assert (state.outcome, world.sent) == (Outcome.FAILED, Counter("a"))
    slow = Fallback(
        "root", (step("a", seconds=9.0, timeout_seconds=2.0), step("b")), steps_down_on=(ErrorKind.TIMEOUT,)
    )
    state, value, _ = await ran(slow)
    assert (state.outcome, value) == (Outcome.PARTIAL, {"rung": "b", "value": "b", "instead_of": ["a"]})


async def test_a_rung_that_is_skipped_has_not_answered() -> None:
    guarded = Branch("kept", (Case("input == 'known'", step("look")),))
    state, value, _ = await ran(Fallback("root", (guarded, step("b"))))
    assert (state.outcome, value) == (Outcome.PARTIAL, {"rung": "b", "value": "b", "instead_of": ["kept"]})
    state, _, _ = await ran(Fallback("root", (guarded,)))
    assert state.outcome is Outcome.FAILED


def agents(below: Node, **more: Any) -> Fallback:
    return Fallback("root", (AgentNode("large", "desk", input="'how?'"), below), **more)


@pytest.mark.parametrize(
    ("budget", "own", "on", "outcome"),
    [
        (Budget(turns=50), Budget(turns=1), None, Outcome.PARTIAL),
        (Budget(turns=1), Budget(turns=50), None, Outcome.FAILED),
        (Budget(turns=1), Budget(turns=50), (ErrorKind.BUDGET,), Outcome.PARTIAL),
    ],
)
async def test_an_agents_used_up_budget_steps_down_but_the_runs_only_if_declared(
    budget: Budget, own: Budget, on: tuple[ErrorKind, ...] | None, outcome: Outcome
) -> None:
    stage = Stage()
    world = World(stage.clock)
    worker = desk(budget=own, output=int)
    app = world.app(agents(step("plain"), steps_down_on=on), agents=(worker,), budget=budget)
    script = {"root/large": [answer("not a number"), answer("nor is this")]}
    async with stage.runtime(script, apps=[app]) as runtime:
        state = await stage.ended(await runtime.start("root", None))
    assert state.outcome is outcome
    assert world.sent == (Counter(["plain"]) if outcome is Outcome.PARTIAL else Counter())


async def test_a_cancelled_run_steps_down_no_more() -> None:
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(apps=[world.app(ladder("well", "well"))]) as runtime:
        run = await runtime.start("root", None)
        await stage.clock.advance(0.5)
        await run.cancel("enough")
        state = await stage.ended(run)
    assert (state.outcome, world.sent) == (Outcome.CANCELLED, Counter("a"))


async def test_a_person_may_be_a_rung() -> None:
    stage = Stage()
    world = World(stage.clock)
    asks = DecisionNode("person", "'what now?'", ())
    async with stage.runtime(apps=[world.app(Fallback("root", (step("a", "badly"), asks)))]) as runtime:
        run = await runtime.start("root", None)
        await stage.until(run.wait())
        await run.answer("root/person", value=7, by="Ann")
        state = await stage.ended(run)
        value = await run.value(state)
    assert state.outcome is Outcome.PARTIAL
    assert isinstance(value, dict)
    assert (value["rung"], value["value"]["value"]) == ("person", 7)


async def requeued(flow: Node, from_step: str) -> Counter[str]:
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(apps=[world.app(flow)]) as runtime:
        run = await runtime.start("root", None)
        await stage.ended(run)
        before = Counter(world.sent)
        await run.requeue(from_step=from_step)
        await stage.ended(run)
        assert repeated(await events_of(run)) == []
    return world.sent - before


async def test_a_requeued_fallback_goes_on_with_the_rung_it_came_to_or_is_named_and_begins_anew() -> None:
    flow = ladder("badly", "badly", "badly")
    assert await requeued(flow, "") == Counter("c")
    assert await requeued(flow, "root/b") == Counter("bc")
    assert await requeued(flow, "root") == Counter("abc")


async def test_wherever_its_process_dies_no_rung_is_tried_twice() -> None:
    whole = Stage()
    flow = ladder("badly", "badly", "well")
    count = await points(whole, World(whole.clock).app(flow), None, ())
    for kill_at in range(1, count + 1):
        stage = Stage()
        world = World(stage.clock)
        await live(stage, world.app(flow), None, (), kill_at)
        state = await live(stage, world.app(flow), None, ())
        assert state is not None
        assert state.outcome is Outcome.PARTIAL
        assert repeated(recorded(stage)) == []


async def test_in_a_saga_an_answer_from_below_is_kept_where_any_rung_will_do() -> None:
    for is_partial_below, outcome in ((True, Outcome.FAILED), (False, Outcome.SUCCEEDED)):
        inner = Fallback("inner", (step("a", "badly"), step("b")), is_partial_below=is_partial_below)
        state, _, _ = await ran(Saga("root", (SagaStep(inner, is_irreversible=True), SagaStep(step("last")))))
        assert state.outcome is outcome


def test_a_fallback_without_rungs_is_refused() -> None:
    with pytest.raises(DefinitionError, match="expected at least one node below it"):
        App("root", Fallback("root", ()))


async def test_a_later_step_sees_which_rung_answered() -> None:
    inner = Fallback("inner", (step("a", "badly"), step("b")))
    later = Branch("way", (Case("inner.rung == 'b'", step("told")),))
    _, value, _ = await ran(Sequence("root", (inner, later)))
    assert value == "told"


def test_a_fallback_is_data_and_its_order_counts() -> None:
    flow = ladder("well", "badly", steps_down_on=(ErrorKind.TIMEOUT,))
    assert from_json(to_json(flow)) == flow
    assert content_hash(flow) != content_hash(Fallback("root", flow.rungs[::-1], steps_down_on=flow.steps_down_on))


def test_a_fallback_is_drawn_rung_by_rung() -> None:
    flow = Fallback("root", (step("a"), AgentNode("b", "small")), steps_down_on=(ErrorKind.TIMEOUT, ErrorKind.BUDGET))
    first, _, second = draw_text(flow).splitlines()
    assert first == "root  fallback · steps down on timeout, budget · partial below the first"
    assert second == "└── else: b  agent · small"
    assert 'n1 -->|"else"| n2' in draw_mermaid(flow)


def test_a_fallback_that_names_most_faults_is_drawn_by_those_that_it_leaves_out() -> None:
    named = tuple(kind for kind in ErrorKind if kind is not ErrorKind.CANCELLED)
    drawn = draw_text(Fallback("root", (step("a"), step("b")), steps_down_on=named))
    assert drawn.splitlines()[0] == "root  fallback · steps down on anything but cancelled · partial below the first"


def told(name: str, says: str, goes: str = "well") -> FunctionNode:
    return FunctionNode(name, "one", input=f"{{'name': {says}, 'goes': '{goes}'}}")


async def test_a_lower_rung_is_told_why_the_one_above_it_came_to_nothing() -> None:
    inner = Fallback("c", (step("d", "badly"), told("e", "fault.message")))
    flow = Fallback("root", (step("a", "badly"), told("b", "fault.kind + '!'", "badly"), inner))
    state, value, world = await ran(flow)
    assert state.outcome is Outcome.PARTIAL
    assert isinstance(value, dict)
    assert value["value"] == {"rung": "e", "value": "d went badly", "instead_of": ["d"]}
    assert world.sent == Counter({"a": 1, "tool_failed!": 1, "d": 1, "d went badly": 1})


async def test_in_the_first_rung_of_one_inside_it_is_the_fault_of_the_one_around() -> None:
    inner = Fallback("b", (told("c", "fault.message"),))
    _, value, _ = await ran(Fallback("root", (step("a", "badly"), inner)))
    assert isinstance(value, dict)
    assert value["value"]["value"] == "a went badly"


def test_there_is_no_fault_to_be_seen_in_the_first_rung() -> None:
    with pytest.raises(DefinitionError, match="names fault, which it cannot see there"):
        App("root", Fallback("root", (FunctionNode("a", "one", input="{'name': fault.message}"),)), functions=(one,))
