"""Loops, fallbacks, votes and handoffs go on under other code: in the same round, rung or turn, with those votes."""

from typing import Any

import pytest

from holdfast.flow import Contract, Fallback, Handoff, Loop, Migrated, Migration, Node, OnChange, Sequence, Vote
from holdfast.journal.codec import decode
from holdfast.journal.events import HandedOver
from holdfast.journal.fold import fold
from holdfast.journal.fold.state import RunState
from holdfast.kernel.errors import DefinitionChanged
from holdfast.orchestration.flow.nodes import FunctionNode, children
from holdfast.orchestration.migrating.migrating import adopt
from tests.orchestration.world import World, step
from tests.runtime.stage import Stage


def looking(name: str) -> FunctionNode:
    return FunctionNode(name, "one", input="{'name': 'round ' + ['1', '2', '3'][round - 1], 'seconds': 2}")


def looped(name: str, inner: str, rounds_max: int = 3) -> Sequence:
    return Sequence("root", (Loop(name, Sequence("body", (looking(inner),)), "round == 3", rounds_max),))


def laddered(first: str) -> Sequence:
    return Sequence("root", (Fallback("ladder", (step(first, "badly"), step("b", seconds=9.0))),))


def voted(first: str) -> Sequence:
    voters = (step(first), step("b"), step("c", seconds=9.0))
    return Sequence("root", (Vote("vote", voters, key="'same'"), step("after", seconds=9.0)))


def handing(first: str, second: str = "b", handovers_max: int = 2, seconds: float = 2.0) -> Sequence:
    """Two who take three turns."""
    members = tuple(
        FunctionNode(name, "one", input=f"{{'name': 'turn ' + handed.turn, 'seconds': {seconds}}}")
        for name in (first, second)
    )
    contracts = (
        Contract(first, second, "handed.turn == '1'", "{'turn': '2'}"),
        Contract(second, first, "True", "{'turn': '3'}"),
    )
    return Sequence("root", (Handoff("desk", members, contracts, handovers_max, input="{'turn': '1'}"),))


async def migrated(before: Node, after: Node, told: Migrated, let_go_at: float) -> tuple[RunState, Any, World]:
    """Begin a run under one flow, let go of it after so many seconds, and end it under the other."""
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(apps=[world.app(before)]) as runtime:
        run_id = (await runtime.start("root", None)).id
        await stage.clock.advance(let_go_at)
    rule: dict[str, Any] = {"on_change": OnChange.MIGRATE, "migrations": (Migration("to_v2", lambda _: told),)}
    async with stage.runtime(apps=[world.app(after, **rule)]) as runtime:
        run = await runtime.run(run_id)
        state = await stage.ended(run)
        assert state.parked is None
        return state, await run.value(state), world


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (looped("again", "look"), Migrated(renamed={"root/loop": "root/again"})),
        (looped("loop", "see"), Migrated(renamed={"root/loop[]/look": "root/loop[]/see"})),
        (looped("loop", "look", 5), Migrated()),
    ],
)
async def test_a_loop_goes_on_in_its_round(after: Node, told: Migrated) -> None:
    _, value, world = await migrated(looped("loop", "look"), after, told, 3.0)
    assert value == "round 3"
    assert world.done == {"round 1": 1, "round 2": 1, "round 3": 1}


async def test_a_fallback_stays_on_its_rung_and_calls_the_ones_above_as_they_are_called_now() -> None:
    told = Migrated(renamed={"root/ladder/a": "root/ladder/first"})
    _, value, world = await migrated(laddered("a"), laddered("first"), told, 3.0)
    assert value == {"rung": "b", "value": "b", "instead_of": ["first"]}
    assert (world.sent["a"], world.sent["first"]) == (1, 0)


@pytest.mark.parametrize("let_go_at", [3.0, 12.0])
async def test_a_vote_counts_what_was_voted_under_the_names_that_voters_have_now(let_go_at: float) -> None:
    told = Migrated(renamed={"root/vote/a": "root/vote/first"})
    state, _, world = await migrated(voted("a"), voted("first"), told, let_go_at)
    assert state.nodes["root/vote"].keys == ("first", "b", "c")
    assert (world.sent["a"], world.sent["first"]) == (1, 0)


@pytest.mark.parametrize("let_go_at", [1.0, 3.0, 5.0])
@pytest.mark.parametrize(
    ("after", "renamed"),
    [
        (handing("first"), {"root/desk[a]": "root/desk[first]"}),
        (handing("a", "second"), {"root/desk[b]": "root/desk[second]"}),
        (handing("a", handovers_max=9), {}),
    ],
)
async def test_a_handoff_goes_on_in_its_turn_under_the_names_that_members_have_now(
    after: Node, renamed: dict[str, str], let_go_at: float
) -> None:
    state, value, world = await migrated(handing("a"), after, Migrated(renamed=renamed), let_go_at)
    first, second = (member.name for member in children(children(after)[0]))
    assert value["value"] == "turn 3"
    assert [(each["giver"], each["taker"]) for each in value["passed"]] == [(first, second), (second, first)]
    assert world.done == {"turn 1": 1, "turn 2": 1, "turn 3": 1}
    assert state.nodes["root/desk"].branches == (first, second)


async def test_a_handoff_cannot_go_on_without_the_member_whose_turn_it_is() -> None:
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(apps=[world.app(handing("a"))]) as runtime:
        run_id = (await runtime.start("root", None)).id
        await stage.clock.advance(3.0)
    told = Migrated(renamed={"root/desk[a]": "root/desk[first]"})
    rule: dict[str, Any] = {"on_change": OnChange.MIGRATE, "migrations": (Migration("to_v2", lambda _: told),)}
    async with stage.runtime(apps=[world.app(handing("first", "other"), **rule)]) as runtime:
        state = await stage.ended(await runtime.run(run_id))
    assert state.parked is not None
    assert "expected 'b', whose turn it is, among the members of root/desk, found none" in state.parked


async def test_a_turn_that_is_dropped_is_handed_over_anew_by_the_present_contracts() -> None:
    before, after = handing("a"), handing("a", "other")
    _, value, world = await migrated(before, after, Migrated(dropped=("root/desk[b]",)), 3.0)
    assert [each["taker"] for each in value["passed"]] == ["other", "a"]
    assert world.done == {"turn 1": 1, "turn 2": 1, "turn 3": 1}
    assert world.sent["turn 2"] == 2


async def test_a_member_that_has_the_next_turn_and_has_not_begun_it_must_be_there_still() -> None:
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(apps=[world.app(handing("a"))]) as runtime:
        run = await runtime.start("root", None)
        await stage.ended(run)
        recorded = stage.disk.get(run.id).events
    passed = next(entry.version for entry in recorded if isinstance(decode(entry.body), HandedOver))
    rule: dict[str, Any] = {"on_change": OnChange.MIGRATE, "migrations": (Migration("to_v2", lambda _: Migrated()),)}
    told = "expected 'b', whose turn it is, among the members of root/desk"
    with pytest.raises(DefinitionChanged, match=told):
        adopt(fold(recorded[:passed]), world.app(handing("a", "other"), **rule))
    assert adopt(fold(recorded[:passed]), world.app(handing("a", handovers_max=9), **rule)) is not None
