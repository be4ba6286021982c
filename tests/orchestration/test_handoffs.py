"""Members take turns by contract: who is handed over to sees what was carried and nothing else; who to is on record."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast import App, Effect, tool
from holdfast.flow import AgentNode, Contract, FunctionNode, Handoff, Loop, Map, Node, Saga, SagaStep, Sequence
from holdfast.journal.events import HandedOver, NodeEntered
from holdfast.journal.fold.state import RunState
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.messages_codec import decode_message
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.kernel.provenance import Provenance, Trust
from holdfast.orchestration.draw import Knowledge, draw_mermaid, draw_text
from holdfast.orchestration.flow.nodes import content_hash, from_json, to_json
from holdfast.orchestration.past.cutting import BeforeStep
from holdfast.testing import answer
from holdfast.testing.faults.invariants import repeated
from tests.orchestration.lives import live, points, recorded
from tests.orchestration.world import World, step
from tests.runtime.stage import Stage, desk, events_of


@tool(effect=Effect.PURE)
def add(number: int, by: int = 1) -> int:
    """Add to a number."""
    return number + by


def adds(name: str, given: str = "handed.number", by: int = 1) -> FunctionNode:
    return FunctionNode(name, "add", input=f"{{'number': {given}, 'by': {by}}}")


def below(giver: str, taker: str, most: int) -> Contract:
    return Contract(giver, taker, when=f"result < {most}", carries="{'number': result}")


def counting(most: int = 10, handovers_max: int = 20, **more: Any) -> Handoff:
    """Two who count, one by one and by threes, until it is enough."""
    members = (adds("ones"), adds("threes", by=3))
    contracts = (below("ones", "threes", most), below("threes", "ones", most))
    return Handoff("count", members, contracts, handovers_max, **{"input": "{'number': input}", **more})


async def ran(flow: Node, given: object = 0) -> tuple[RunState, Any]:
    stage = Stage()
    app = App(flow.name, flow, functions=(add,), input=object)
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.start(app, given)
        state = await stage.ended(run)
        return state, await run.value(state)


async def test_members_take_turns_until_no_contract_holds_and_the_value_says_who_ended_it_and_how_it_came_to_it() -> (
    None
):
    state, value = await ran(counting(5))
    assert (state.outcome, value["by"], value["value"]) == (Outcome.SUCCEEDED, "ones", 5)
    assert value["passed"] == [
        {"giver": "ones", "taker": "threes", "contract": "ones_to_threes"},
        {"giver": "threes", "taker": "ones", "contract": "threes_to_ones"},
    ]
    assert sorted(path for path in state.nodes if "[" in path) == ["count[ones.1]", "count[ones.3]", "count[threes.2]"]


async def test_a_handoff_nobody_hands_over_in_gives_what_its_first_member_gave() -> None:
    _, value = await ran(counting(0))
    assert value == {"by": "ones", "value": 1, "passed": []}


async def test_the_first_contract_that_holds_counts() -> None:
    members = (adds("first"), adds("second", by=10), adds("third", by=100))
    contracts = (
        Contract("first", "second", when="result > 5", carries="{'number': 0}", name="high"),
        Contract("first", "third", when="True", carries="{'number': handed.number}", name="else"),
        Contract("second", "third", when="False", carries="{}"),
    )
    flow = Handoff("root", members, contracts, 3, input="{'number': input}")
    assert (await ran(flow, 9))[1]["value"] == 10
    _, value = await ran(flow, 1)
    assert (value["value"], value["passed"][0]["contract"]) == (101, "else")


async def test_what_is_carried_is_in_the_journal_before_the_taker_begins() -> None:
    stage = Stage()
    app = App("count", counting(5), functions=(add,), input=object)
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.start(app, 0)
        state = await stage.ended(run)
        events, payloads = await events_of(run), await run.payloads(state)
        passed = [event for event in events if isinstance(event, HandedOver)]
        carried = [await payloads.fetch_json(event.carried) for event in passed]
    assert [(event.giver, event.taker) for event in passed] == [("ones", "threes"), ("threes", "ones")]
    assert carried == [{"number": 1}, {"number": 4}]
    told = [event.node for event in events if isinstance(event, HandedOver | NodeEntered)]
    assert told == ["count", "count[ones.1]", "count", "count[threes.2]", "count", "count[ones.3]"]


async def test_one_handover_too_many_fails_and_names_the_chain() -> None:
    state, _ = await ran(counting(100, handovers_max=3))
    assert state.fault is not None
    assert (state.outcome, state.fault.kind) == (Outcome.FAILED, ErrorKind.LOOP)
    assert state.fault.message.endswith("ones -> threes -> ones -> threes -> ones")
    assert "expected at most 3 handovers" in state.fault.message


@pytest.mark.parametrize(("when", "carries"), [("result.none", "{}"), ("True", "result"), ("True", "result.none")])
async def test_a_contract_that_cannot_be_evaluated_or_carries_no_dict_ends_the_handoff(when: str, carries: str) -> None:
    flow = Handoff("root", (adds("a", "handed"), adds("b")), (Contract("a", "b", when, carries),), 1)
    state, _ = await ran(flow)
    assert state.fault is not None
    assert (state.outcome, state.fault.kind) == (Outcome.FAILED, ErrorKind.EXPRESSION)


async def test_who_says_nothing_of_its_input_gets_what_was_handed_over_and_not_the_input_of_the_run() -> None:
    members = (adds("a", "handed.secret"), FunctionNode("b", "add"))
    flow = Handoff("root", members, (Contract("a", "b", "True", "{'number': result}"),), 1)
    _, value = await ran(flow, {"secret": 7, "number": 1000})
    assert value["value"] == 9


async def test_handoffs_nest_and_lie_in_maps_and_loops_and_hold_them() -> None:
    more = Loop("more", adds("one", "last if round > 1 else handed.number"), "round == 2", 2)
    to_more = Contract("count", "more", "True", "{'number': result.value}")
    members = (counting(6, input="{'number': handed.number}"), more)
    outer = Handoff("outer", members, (to_more,), 1, input="{'number': before}")
    state, value = await ran(Map("all", "input", Sequence("both", (adds("before", "item"), outer))), [0, 3])
    assert [each["value"] for each in value] == [8, 10]
    assert state.nodes["all[0]/outer[more.2][2]"].outcome is Outcome.SUCCEEDED
    assert state.nodes["all[0]/outer[count.1][ones.1]"].outcome is Outcome.SUCCEEDED


async def test_each_turn_has_a_time_limit_of_its_own_and_so_has_the_whole() -> None:
    limited: tuple[dict[str, Any], ...] = ({"turn_timeout_seconds": 1.5}, {"timeout_seconds": 2.5})
    for limits in limited:
        stage = Stage()
        world = World(stage.clock)
        async with stage.runtime(apps=[world.app(relay(seconds=("1", "2"), **limits))]) as runtime:
            state = await stage.ended(await runtime.start("root", None))
        assert state.fault is not None
        assert (state.fault.kind, world.sent["b2"]) == (ErrorKind.TIMEOUT, 1)


def relay(goes: str = "well", seconds: tuple[str, str] = ("1", "1"), name: str = "root", **more: Any) -> Handoff:
    """Two who act on the world, four turns in all; the last goes as it is told."""
    told = "{{'name': '{0}' + handed.turn, 'goes': '{2}' if handed.turn == '4' else 'well', 'seconds': {1}}}"
    members = tuple(
        FunctionNode(each, "one", input=told.format(each, takes, goes))
        for each, takes in zip("ab", seconds, strict=True)
    )
    carries = "{'turn': '2' if handed.turn == '1' else '3' if handed.turn == '2' else '4'}"
    contracts = tuple(Contract(*pair, "handed.turn != '4'", carries) for pair in (("a", "b"), ("b", "a")))
    return Handoff(name, members, contracts, 3, input="{'turn': '1'}", **more)


@pytest.mark.parametrize(
    ("from_step", "again"),
    [
        ("root[b.4]", "b4"),
        ("root[b.2]", "b2 a3 b4"),
        ("root[a.1]", "a1 b2 a3 b4"),
        ("", "b4"),
    ],
)
async def test_a_turn_that_is_done_again_is_followed_by_those_after_it(from_step: str, again: str) -> None:
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(apps=[world.app(relay("badly"))]) as runtime:
        run = await runtime.start("root", None)
        await stage.ended(run)
        before = Counter(world.sent)
        await run.requeue(from_step=from_step)
        await stage.ended(run)
        events = await events_of(run)
    assert world.sent - before == Counter(again.split())
    assert repeated(events) == []


async def test_wherever_its_process_dies_the_turn_goes_on_that_was_under_way() -> None:
    flow = Sequence("root", (step("before"), relay(name="relay"), step("after")))
    whole = Stage()
    count = await points(whole, World(whole.clock).app(flow), None, ())
    for kill_at in range(1, count + 1):
        stage = Stage()
        world = World(stage.clock)
        await live(stage, world.app(flow), None, (), kill_at)
        state = await live(stage, world.app(flow), None, ())
        events = recorded(stage)
        assert state is not None
        assert state.outcome is Outcome.SUCCEEDED
        assert repeated(events) == []
        assert [event.number for event in events if isinstance(event, HandedOver)] == [1, 2, 3]


async def test_what_a_saga_had_its_members_do_is_undone() -> None:
    stage = Stage()
    world = World(stage.clock)
    members = tuple(FunctionNode(name, "two", input=f"{{'name': '{name}'}}") for name in "xy")
    desk = Handoff("desk", members, (Contract("x", "y", "True", "{}"),), 1)
    undo = FunctionNode("undo", "one", input="{'name': 'undo of ' + result.value}")
    flow = Saga("root", (SagaStep(desk, undo), SagaStep(step("last", "badly"))))
    async with stage.runtime(apps=[world.app(flow)]) as runtime:
        state = await stage.ended(await runtime.start("root", None))
    assert state.fault is not None
    assert (state.fault.kind, world.sent["undo of y"]) == (ErrorKind.COMPENSATED, 1)


@pytest.mark.parametrize(
    ("members", "contracts", "told"),
    [
        ((), (), "expected at least one node below it"),
        ((adds("a"), adds("b")), (), "each member gets its turn, found none to b"),
        ((adds("a"),), (Contract("a", "c", "True", "{}"),), "expected one of the members a, found 'c'"),
        ((adds("a"),), (Contract("a", "a", "True", "{}"),), "expected another taker than its giver"),
        (
            (adds("a"), adds("b")),
            (Contract("a", "b", "result", "{}"), Contract("a", "b", "True", "{}")),
            "found 2 called 'a_to_b'",
        ),
        ((adds("a"), adds("b")), (Contract("a", "b", "input", "{}"),), "names input, which it cannot see there"),
        ((adds("a"), adds("b")), (Contract("a", "b", "True", "variables"),), "names variables, which it cannot see"),
        ((adds("a", "input"),), (), "names input, which it cannot see there: it sees handed"),
        ((adds("a", "before"),), (), "names before, which it cannot see there"),
        ((adds("a", "variables.x"),), (), "names variables, which it cannot see there"),
        ((adds("a", "item"),), (), "names item, which it cannot see there"),
        ((adds("handed"),), (), "expected another name, found 'handed'"),
        ((Sequence("s", (adds("x"), adds("y", "x"), adds("z", "a"))),), (), "names a, which it cannot see there"),
    ],
)
def test_a_handoff_that_cannot_be_run_or_lets_a_member_see_more_is_refused(
    members: tuple[Node, ...], contracts: tuple[Contract, ...], told: str
) -> None:
    inside = Sequence("root", (adds("before", "input"), Handoff("desk", members, contracts, 3)))
    with pytest.raises(DefinitionError, match=told):
        App("root", Map("root", "input", inside), functions=(add,), input=object)


@pytest.mark.parametrize(
    ("limits", "told"), [({"handovers_max": 0}, "handovers_max"), ({"turn_timeout_seconds": 0.0}, "turn")]
)
def test_its_limits_are_above_nothing(limits: dict[str, Any], told: str) -> None:
    with pytest.raises(DefinitionError, match=told):
        App("count", counting(**limits), functions=(add,), input=object)


def test_a_handoff_is_data_and_its_contracts_are_part_of_its_hash() -> None:
    assert from_json(to_json(counting())) == counting()
    assert content_hash(counting(10)) != content_hash(counting(11))


async def test_a_handoff_is_drawn_with_arrows_from_giver_to_taker() -> None:
    state, _ = await ran(counting(5))
    assert draw_text(counting(5), Knowledge(run=state)).splitlines() == [
        "✓ count  handoff · at most 20 handovers · begins with {'number': input}",
        "├── ✓ ones  function · add · input {'number': handed.number, 'by': 1}",
        "├── ✓ threes  function · add · input {'number': handed.number, 'by': 3}",
        "├── ones → threes  if result < 5 · carries {'number': result}",
        "└── threes → ones  if result < 5 · carries {'number': result}",
    ]
    drawn = draw_mermaid(counting(5))
    assert "n1 -->|\"if result #60; 5 · carries #123;'number': result#125;\"| n2" in drawn
    assert "n2 -->|" in drawn


@given(st.integers(0, 12), st.integers(1, 6))
def test_there_are_never_more_handovers_than_it_says(most: int, handovers_max: int) -> None:
    state, _ = asyncio.run(ran(counting(most, handovers_max)))
    number, total = 0, 1
    while total < most:
        total += 3 if number % 2 == 0 else 1
        number += 1
    passed = len(state.nodes["count"].passed)
    assert passed == min(number, handovers_max)
    assert state.outcome is (Outcome.SUCCEEDED if number <= handovers_max else Outcome.FAILED)


async def test_a_fork_before_a_turn_takes_over_what_was_handed_and_goes_on_by_itself() -> None:
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(apps=[world.app(relay())]) as runtime:
        run = await runtime.start("root", None)
        await stage.ended(run)
        fork = await runtime.fork(run, at=BeforeStep("root[a.3]"), live=True)
        state = await stage.ended(fork)
        value: Any = await fork.value(state)
    assert (state.outcome, value["value"]) == (Outcome.SUCCEEDED, "b4")
    assert world.sent == Counter({"a1": 1, "b2": 1, "a3": 2, "b4": 2})


async def test_an_agent_is_told_what_another_handed_over_as_untrusted_and_what_the_run_was_asked_as_the_users() -> None:
    stage = Stage()
    members = (AgentNode("front", "desk"), AgentNode("back", "desk"))
    flow = Handoff("root", members, (Contract("front", "back", "True", "{'asks': result}"),), 1)
    script = {"root[front.1]": [answer("for the back")], "root[back.2]": [answer("done")]}
    async with stage.runtime(script, apps=[App("root", flow, agents=(desk(),))]) as runtime:
        run = await runtime.start("root", "secret")
        state = await stage.ended(run)
        payloads = await run.payloads(state)
        asked = {}
        for path, node in state.nodes.items():
            if node.agent is not None:
                asked[path] = decode_message(await payloads.fetch(node.agent.prompt[1]))
    assert asked["root[front.1]"].text == "secret"
    assert asked["root[front.1]"].provenance == Provenance("input", Trust.USER)
    assert asked["root[back.2]"].text == '{"asks":"for the back"}'
    assert asked["root[back.2]"].provenance == Provenance("handed", Trust.UNTRUSTED)
