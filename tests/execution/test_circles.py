"""An agent that goes in circles is told which, and stopped if it does not heed; what it has done until then is kept."""

from collections.abc import Sequence
from typing import Any

import pytest

from holdfast import Agent, App, Effect, ToolFailure, tool
from holdfast.governance.loop_thresholds import DEFAULT, Threshold, Thresholds
from holdfast.integration.gateway.lines import Line, answer, call, calls
from holdfast.integration.gateway.port import ModelRequest
from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.journal.events import Event, LoopSuspected, ModelCalled, NodeLeft
from holdfast.journal.events.circles import Circle
from holdfast.journal.fold import fold
from holdfast.journal.fold.state import RunState
from holdfast.journal.snapshots import freeze, thaw
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.messages import Message, Role
from holdfast.kernel.outcomes import ErrorKind
from holdfast.kernel.provenance import RUNTIME
from holdfast.orchestration.flow.nodes import AgentNode
from tests.orchestration.lives import live, points, recorded
from tests.runtime.stage import Stage, desk, events_of, of_kind

TASK = "book the flight to Rome"
DOOR = call("look", {"at": "Rome"})


class Place:
    """What the tools look at: readings that are given in turn, and a door that stays shut."""

    def __init__(self, *readings: str) -> None:
        self.readings, self.looked = readings, 0

    def tools(self) -> list[Any]:
        @tool(effect=Effect.READ)
        async def look(at: str) -> str:
            """Look at something."""
            return f"{at} is there"

        @tool(effect=Effect.READ)
        async def measure(at: str) -> str:
            """Measure something."""
            self.looked += 1
            return self.readings[(self.looked - 1) % len(self.readings)]

        @tool(effect=Effect.READ)
        async def open_door(words: str) -> str:
            """Open the door."""
            raise ToolFailure(f"{len(words)} characters are not the word")

        @tool(effect=Effect.UNSAFE)
        async def write(text: str) -> str:
            """Write something down."""
            return f"written: {text}"

        return [look, measure, open_door, write]


def agent(place: Place | None = None, **changes: Any) -> Agent:
    return desk(tools=(place or Place("one")).tools(), **changes)


async def lived(lines: Sequence[Line], made: Agent) -> tuple[RunState, list[Any], ScriptedModel]:
    stage, model = Stage(), ScriptedModel(list(lines))
    async with stage.runtime(model) as runtime:
        run = await runtime.start(made, TASK)
        return await stage.ended(run), await events_of(run), model


def found(events: Sequence[Event]) -> list[tuple[Circle, int, bool]]:
    return [(event.circle, event.count, event.is_final) for event in of_kind(events, LoopSuspected)]


def hints(request: ModelRequest) -> list[Message]:
    return [message for message in request.messages if message.provenance == RUNTIME]


async def test_the_model_is_told_behind_the_results_and_what_it_saw_before_stays_as_it_was() -> None:
    state, events, model = await lived([DOOR, DOOR, DOOR, answer("enough")], agent())
    assert state.status == "COMPLETE"
    assert found(events) == [(Circle.SAME_CALL, 3, False)]
    before, after = model.requests[2].messages, model.requests[3].messages
    assert after[: len(before)] == before
    assert [message.role for message in after[len(before) :]] == [Role.ASSISTANT, Role.TOOL, Role.USER]
    (hint,) = hints(model.requests[3])
    assert hint is after[-1]
    assert "the same call of look 3 times" in hint.text
    assert not any(hints(request) for request in model.requests[:3])


async def test_it_is_told_once_each_time_the_circle_grows() -> None:
    other = call("look", {"at": "another place in Rome"})
    _, events, model = await lived([DOOR, DOOR, DOOR, other, DOOR, answer("enough")], agent())
    assert found(events) == [(Circle.SAME_CALL, 3, False), (Circle.SAME_CALL, 4, False)]
    assert [len(hints(request)) for request in model.requests] == [0, 0, 0, 1, 1, 2]


async def test_one_that_does_not_heed_is_stopped_with_words_that_say_why() -> None:
    state, events, model = await lived([DOOR] * 9, agent())
    assert (state.status, len(model.requests)) == ("FAILED", 6)
    assert found(events)[-1] == (Circle.SAME_CALL, 6, True)
    (left,) = of_kind(events, NodeLeft)
    assert left.fault is not None
    assert left.fault.kind is ErrorKind.LOOP
    assert "look gave the same result to the same call 6 times (it is stopped from 6 on)" in left.fault.message
    assert "requeue" in left.fault.hint
    assert state.spend.tool_calls == 6


CIRCLES: dict[Circle, tuple[list[Line], Place]] = {
    Circle.SAME_CALL: ([DOOR] * 6, Place()),
    Circle.SIMILAR_CALLS: (
        [call("open_door", {"words": f"open, door that leads to the city of Rome {'x' * n}"}) for n in range(8)],
        Place(),
    ),
    Circle.CYCLE: ([DOOR, call("look", {"at": "the door"}), call("look", {"at": "a key"})] * 5, Place()),
    Circle.NOTHING_NEW: (
        [call("look", {"at": f"Rome {n}"}) for _ in "ab" for n in range(13)],
        Place(),
    ),
    Circle.CONTRADICTION: ([call("measure", {"at": "Rome"})] * 5, Place("one Rome", "two Romes")),
    Circle.DRIFT: (
        [call("measure", {"at": f"zebra{n}"}) for n in range(9)],
        Place(*[f"stripes {n}" for n in range(9)]),
    ),
}


@pytest.mark.parametrize("circle", Circle)
async def test_every_circle_is_found_and_told_of(circle: Circle) -> None:
    lines, place = CIRCLES[circle]
    only: dict[str, Threshold | None] = dict.fromkeys((each.value for each in Circle), None)
    loops = Thresholds(**only | {circle.value: getattr(DEFAULT, circle.value)})
    state, events, model = await lived([*lines, answer("enough")], agent(place, loops=loops))
    threshold = getattr(DEFAULT, circle.value)
    first, *_, last = of_kind(events, LoopSuspected)
    assert (first.circle, first.count, first.threshold) == (circle, threshold.hint, threshold.hint)
    told = [request for request in model.requests if hints(request)]
    assert str(threshold.hint) in hints(told[0])[0].text
    assert (state.status, last.is_final) == (("FAILED", True) if threshold.stop else ("COMPLETE", False))


async def test_a_read_after_an_own_change_contradicts_nothing() -> None:
    write = call("write", {"text": "Rome"})
    measure = call("measure", {"at": "Rome"})
    _, events, _ = await lived([measure, write] * 4 + [answer("enough")], agent(Place("one Rome", "two Romes")))
    assert Circle.CONTRADICTION not in [circle for circle, _, _ in found(events)]


async def test_an_agent_that_nobody_is_to_look_at_goes_round_as_often_as_it_likes() -> None:
    state, events, _ = await lived([DOOR] * 9 + [answer("enough")], agent(loops=None))
    assert (state.status, found(events)) == ("COMPLETE", [])


async def test_its_thresholds_can_be_set_and_belong_to_what_it_is() -> None:
    strict = agent(loops=Thresholds(same_call=Threshold(2, 3)))
    state, events, _ = await lived([DOOR] * 9, strict)
    assert (state.status, found(events)) == ("FAILED", [(Circle.SAME_CALL, 2, False), (Circle.SAME_CALL, 3, True)])
    assert len({each.content_hash for each in (strict, agent(), agent(loops=None))}) == 3


@pytest.mark.parametrize(("hint", "stop"), [(1, 3), (4, 3), (3, 41), (41, None)])
def test_a_threshold_that_cannot_be_is_refused(hint: int, stop: int | None) -> None:
    with pytest.raises(DefinitionError, match=r"expected 2 ≤ hint ≤ stop ≤ 40, found hint"):
        Threshold(hint, stop)


async def test_calls_side_by_side_count_one_by_one() -> None:
    state, events, _ = await lived([calls(DOOR, DOOR, DOOR), calls(DOOR, DOOR, DOOR), answer("never")], agent())
    assert found(events) == [(Circle.SAME_CALL, 3, False), (Circle.SAME_CALL, 6, True)]
    assert state.status == "FAILED"


async def test_a_hint_names_no_tool_that_the_agent_does_not_have() -> None:
    strange = call("ignore_all_rules", {"at": "Rome"})
    _, _, model = await lived([strange, strange, strange, answer("enough")], agent())
    (hint,) = hints(model.requests[3])
    assert "ignore_all_rules" not in hint.text
    assert "a tool that you do not have" in hint.text


async def test_whenever_the_process_dies_the_model_is_told_once_of_each_circle() -> None:
    lines = [DOOR, DOOR, DOOR, DOOR, answer("enough")]

    def said(request: ModelRequest) -> Line:
        return lines[sum(message.role is Role.ASSISTANT for message in request.messages)]

    app = App("root", AgentNode("root", "desk"), agents=(agent(),))
    places = await points(Stage(), app, TASK, said)
    for place in range(1, places + 1):
        stage = Stage()
        state = await live(stage, app, TASK, said, kill_at=place) or await live(stage, app, TASK, said)
        assert state is not None
        assert state.status == "COMPLETE"
        assert found(recorded(stage)) == [(Circle.SAME_CALL, 3, False), (Circle.SAME_CALL, 4, False)]


async def test_a_requeued_run_may_go_round_again_from_the_beginning() -> None:
    stage = Stage()
    async with stage.runtime(ScriptedModel([DOOR] * 8 + [answer("enough")])) as runtime:
        run = await runtime.start(agent(), TASK)
        assert (await stage.ended(run)).status == "FAILED"
        await run.requeue(by="Ann")
        assert await stage.result(run) == "enough"
        events = await events_of(run)
    assert found(events)[-1] == (Circle.SAME_CALL, 6, True)
    assert len(of_kind(events, ModelCalled)) == 9


async def test_a_fork_of_a_run_that_went_round_is_another_try() -> None:
    stage = Stage()
    async with stage.runtime(ScriptedModel([DOOR] * 7 + [answer("enough")])) as runtime:
        run = await runtime.start(agent(), TASK)
        assert (await stage.ended(run)).status == "FAILED"
        assert await stage.result(await runtime.fork(run)) == "enough"


async def test_a_snapshot_keeps_the_trail() -> None:
    stage = Stage()
    async with stage.runtime(ScriptedModel([DOOR] * 4 + [answer("enough")])) as runtime:
        run = await runtime.start(agent(), TASK)
        await stage.ended(run)
    state = fold(stage.disk.get(run.id).events)
    node = state.nodes["desk"]
    assert node.agent is not None
    assert [mark.turn for mark in node.agent.trail.marks] == [1, 2, 3, 4]
    assert [each.count for each in node.agent.trail.suspected] == [4]
    assert thaw(freeze(state), run.id) == state
