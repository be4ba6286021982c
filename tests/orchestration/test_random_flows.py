"""Whatever the flow and however its leaves go: it ends, as counting says, in an order the flow allows."""

import asyncio

from hypothesis import given

from holdfast.journal.codec import decode, encode
from holdfast.journal.events import Event
from holdfast.journal.fold import begin, evolve, fold
from holdfast.journal.port import Recorded
from holdfast.orchestration.flow.nodes import Node
from holdfast.orchestration.lifecycle import FINAL, Status
from holdfast.orchestration.people.following import Entry
from holdfast.orchestration.walk.scheduler import decide
from tests.orchestration.plays import SAFE, check_order, forecast, leaves_some_out, plays
from tests.orchestration.world import World
from tests.runtime.stage import Stage


async def play(flow: Node) -> tuple[list[Entry], object, World]:
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime() as runtime:
        run = await runtime.start(world.app(flow), None)
        state = await stage.ended(run)
        entries = [entry async for entry in run.events(follow=False)]
        value = await run.value(state)
    assert stage.troubles.heard == []
    return entries, value, world


def refolded(entries: list[Entry]) -> list[Recorded]:
    return [Recorded(entry.version, entry.at, encode(entry.event)) for entry in entries]


@given(plays(functions=SAFE))
def test_a_flow_ends_as_counting_says(flow: Node) -> None:
    entries, value, world = asyncio.run(play(flow))
    state = fold(refolded(entries))
    expected = forecast(flow)
    assert Status(state.status) in FINAL
    assert state.outcome is expected.outcome
    if not leaves_some_out(flow):
        assert value == expected.value
    assert state.reserved == 0
    assert not state.doubts
    assert world.acting == set()
    assert all(times == 1 for times in world.sent.values()), "nothing was sent twice"
    check_order(flow, [entry.event for entry in entries])


@given(plays(depth=3, functions=SAFE))
def test_what_is_wanted_follows_from_the_state_alone(flow: Node) -> None:
    entries, _, _ = asyncio.run(play(flow))
    first, *rest = entries
    state = begin(first.event, first.at)
    for entry in rest:
        wanted = decide(flow, {}, state)
        assert wanted, f"it was not over and wanted nothing before {entry}"
        assert decide(flow, {}, fold(refolded(entries[: state.version]))) == wanted
        state = evolve(state, entry.event, entry.at)
    assert decide(flow, {}, state) == ()


@given(plays(depth=3, functions=SAFE))
def test_the_same_flow_in_the_same_world_leaves_the_same_journal(flow: Node) -> None:
    def told(entries: list[Entry]) -> list[tuple[float, Event]]:
        return [(entry.at, decode(encode(entry.event))) for entry in entries[1:]]

    first, _, _ = asyncio.run(play(flow))
    second, _, _ = asyncio.run(play(flow))
    assert told(first) == told(second)
