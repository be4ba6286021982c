"""A step of a saga that came only half the way is undone, whatever undoes it, and is in part no more then."""

from typing import Any

import pytest

from holdfast import App, Effect, ToolFailure, tool
from holdfast.flow import FunctionNode, Join, Parallel
from holdfast.integration.tools.postcondition import Complete, Partial
from holdfast.journal.fold.state import RunState
from holdfast.kernel.outcomes import Outcome
from holdfast.orchestration.flow.nodes import Node, Saga, SagaStep
from holdfast.orchestration.flow.saga_questions import BY_HAND, GIVE_UP
from tests.runtime.stage import Stage

UNDO = FunctionNode("remove", "remove", input="{'room': given.room}")
ROOM = "{'room': 'blue'}"


class House:
    """Furnishes rooms, of which nothing is ever whole at once."""

    def __init__(self, *, declares: bool, can_remove: bool = True) -> None:
        self.log, self.can_remove = list[str](), can_remove
        self._more: dict[str, Any] = {"resource": lambda room: room} if declares else {}

    @property
    def tools(self) -> tuple[Any, ...]:
        async def is_whole() -> Complete | Partial:
            return Partial("a chair is missing")

        @tool(effect=Effect.UNSAFE, **self._more)
        async def paint(room: str) -> str:
            """Paint a room."""
            self.log.append("paint")
            return room

        @tool(effect=Effect.UNSAFE, **self._more)
        async def strip(room: str) -> str:
            """Take the paint off."""
            self.log.append("strip")
            return room

        @tool(effect=Effect.UNSAFE, postcondition=is_whole, **self._more)
        async def furnish(room: str) -> str:
            """Furnish a room."""
            self.log.append("furnish")
            return room

        @tool(effect=Effect.UNSAFE, **self._more)
        async def remove(room: str, force: bool = True) -> str:
            """Take out of a room what is in it."""
            if not self.can_remove:
                raise ToolFailure("the door is locked")
            self.log.append("remove")
            return room

        return paint, strip, furnish, remove


SAGA = Saga(
    "saga",
    (
        SagaStep(FunctionNode("paint", "paint", input=ROOM), FunctionNode("strip", "strip", input=ROOM)),
        SagaStep(FunctionNode("furnish", "furnish", input=ROOM), UNDO),
    ),
)
TOLERANT = Parallel("root", (SAGA, FunctionNode("here", "strip", input="{'room': 'red'}")), join=Join.BEST_EFFORT)


async def at_rest(flow: Node, house: House, *, decided: str = "") -> RunState:
    stage = Stage()
    app = App("root", flow, functions=house.tools, input=object)
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.start("root", {})
        state = await stage.ended(run)
        if decided:
            (question,) = await run.questions()
            await run.answer(question.path, decided, by="Ann")
            state = await stage.ended(run)
        return state


@pytest.mark.parametrize("declares", [False, True])
async def test_what_came_half_the_way_is_undone_and_so_is_what_came_before_it(declares: bool) -> None:
    house = House(declares=declares)
    state = await at_rest(TOLERANT, house)
    assert [did for did in house.log if did != "strip"] == ["paint", "furnish", "remove"]
    assert house.log.count("strip") == 2
    assert (state.in_part, state.standing) == ((), ())
    assert state.fault is None or "in part" not in state.fault.message
    assert state.outcome is Outcome.PARTIAL, "a branch has failed, and nothing is left of it"


async def test_what_a_person_has_undone_is_in_part_no_more_either() -> None:
    house = House(declares=True, can_remove=False)
    state = await at_rest(TOLERANT, house, decided=BY_HAND)
    assert (state.in_part, state.standing) == ((), ())
    assert house.log.count("strip") == 2


async def test_what_is_given_up_stays_in_part_and_what_came_before_it_is_undone() -> None:
    house = House(declares=True, can_remove=False)
    state = await at_rest(TOLERANT, house, decided=GIVE_UP)
    assert ([part.path for part in state.in_part], state.standing) == (["root/saga/furnish"], ("root/saga",))
    assert (state.outcome, "paint" in house.log, house.log.count("strip")) == (Outcome.FAILED, True, 2)
