"""The seconds of a budget count anew from a requeue, for what is reviewed then and for runs that begin then."""

from dataclasses import dataclass, field
from typing import Any

from holdfast import Budget, Effect, ToolFailure, tool
from holdfast.flow import FunctionNode, Review, Sequence
from holdfast.integration.tools.contract import Tool
from holdfast.kernel.outcomes import Outcome
from holdfast.orchestration.application.app import App
from tests.orchestration.desk_work import look_over, write
from tests.orchestration.family import child, family
from tests.orchestration.world import World, one, step
from tests.runtime.stage import Stage

SECONDS = Budget(seconds=100.0)


@dataclass
class Door:
    """Is shut, until it is opened."""

    is_open: bool = False
    knock: Tool = field(init=False)

    def __post_init__(self) -> None:
        @tool(effect=Effect.PURE)
        def knock() -> str:
            """Come in, if the door is open."""
            if not self.is_open:
                raise ToolFailure("shut")
            return "in"

        self.knock = knock


async def requeued_late(stage: Stage, door: Door, apps: list[App], given: object) -> Any:
    """Return how a run ends that fails at the door, and is requeued after the time it had."""
    async with stage.runtime(apps=apps) as runtime:
        run = await runtime.start(apps[0].name, given, budget=SECONDS)
        assert (await stage.ended(run)).status == "FAILED"
        await stage.clock.advance(1_000)
        door.is_open = True
        await run.requeue()
        return await stage.ended(run)


async def test_the_seconds_of_a_review_count_from_the_requeue() -> None:
    stage, door = Stage(), Door()
    world = World(stage.clock)
    check = Sequence(
        "reading", (step("take_time", seconds=50), FunctionNode("read", "look_over", input="{'result': result}"))
    )
    flow = Sequence(
        "essay", (FunctionNode("knock", "knock", "{}"), FunctionNode("text", "write", "{'sources': input}"))
    )
    app = world.app(flow, review=Review(check=check), functions=(door.knock, write, look_over, one))
    state = await requeued_late(stage, door, [app], [])
    assert (state.status, state.outcome, state.parked) == ("COMPLETE", Outcome.SUCCEEDED, None)


async def test_a_run_that_is_begun_after_a_requeue_has_the_seconds_that_its_parent_has_then() -> None:
    stage, door = Stage(), Door()
    world = World(stage.clock)
    flow = Sequence("root", (FunctionNode("knock", "knock", "{}"), step("take_time", seconds=20), child("pay")))
    state = await requeued_late(stage, door, family(world, flow, functions=(door.knock, one)), None)
    assert (state.status, state.outcome) == ("COMPLETE", Outcome.SUCCEEDED)
    (kid,) = state.children.values()
    assert kid.budget.seconds == 80.0
