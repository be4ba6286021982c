"""What a simulation is: declared beside a tool, checked when it is, called in the tool's place and nowhere else."""

import pytest

from holdfast import Effect, IdempotencyKey, Provided, ToolFailure, tool
from holdfast.journal.events import StepEnded
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.orchestration.flow.nodes import FunctionNode
from tests.orchestration.forks import own_events
from tests.orchestration.world import World
from tests.runtime.stage import Stage, of_kind


async def ended(function: object) -> StepEnded:
    """Return how the call of ``function`` ends in a fork that sends nothing."""
    stage = Stage()
    world = World(stage.clock)
    app = world.app(FunctionNode("root", "act", input="{'what': 'x'}"), functions=(function,))
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.start("root", None)
        await stage.ended(run)
        fork = await runtime.fork(run)
        await stage.ended(fork)
        (found,) = of_kind(await own_events(fork), StepEnded)
        return found


async def test_it_is_handed_the_arguments_it_names_the_key_and_resources_and_may_run_in_a_thread() -> None:
    seen = []

    def made_up(what: str, key: IdempotencyKey, *, world: Provided[World]) -> str:
        seen.append((what, key[:3], type(world)))
        return "made up"

    @tool(name="act", effect=Effect.KEYED, simulate=made_up)
    async def act(what: str, *, key: IdempotencyKey) -> str:
        """Act."""
        return what

    found = await ended(act)
    assert (found.outcome, found.is_simulated, seen) == (Outcome.SUCCEEDED, True, [("x", "hf_", World)])


async def test_what_it_makes_up_must_be_what_the_tool_would_return() -> None:
    async def made_up() -> int:
        return 7

    @tool(name="act", effect=Effect.UNSAFE, simulate=made_up)
    async def act(what: str) -> str:
        """Act."""
        return what

    found = await ended(act)
    assert found.fault is not None
    assert (found.outcome, found.fault.kind) == (Outcome.FAILED, ErrorKind.BAD_RESULT)
    assert "carried out" not in found.fault.hint


@pytest.mark.parametrize("error", [ToolFailure("no such account"), ValueError("a bug"), ConnectionError("gone")])
async def test_whatever_goes_wrong_in_it_leaves_no_doubt(error: Exception) -> None:
    async def made_up() -> str:
        raise error

    @tool(name="act", effect=Effect.UNSAFE, simulate=made_up)
    async def act(what: str) -> str:
        """Act."""
        return what

    found = await ended(act)
    assert (found.outcome, found.is_simulated) == (Outcome.FAILED, True)


def test_it_is_declared_for_what_acts_on_the_world_and_takes_what_can_be_filled_in() -> None:
    def made_up(who: str) -> str:
        return who

    async def look(what: str) -> str:
        """Look."""
        return what

    with pytest.raises(DefinitionError, match="its simulation takes 'who', which is no argument of the tool"):
        tool(effect=Effect.UNSAFE, simulate=made_up)(look)
    with pytest.raises(DefinitionError, match="declared read and has a simulation"):
        tool(effect=Effect.READ, simulate=lambda: "x")(look)


def test_it_may_be_added_to_a_tool_whose_runs_are_in_flight() -> None:
    async def act(what: str) -> str:
        """Act."""
        return what

    with_one = tool(effect=Effect.UNSAFE, simulate=lambda: "x")(act)
    assert with_one.content_hash == tool(effect=Effect.UNSAFE)(act).content_hash
