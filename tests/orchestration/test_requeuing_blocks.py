"""A run is requeued of which a block failed: it goes on with what it has staged, or is done again as a whole."""

import pytest

from holdfast import Effect, Provided, ToolFailure, Variables, tool
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.errors import InputError
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.orchestration.application.script import script
from holdfast.orchestration.application.steps import Steps
from holdfast.orchestration.flow.nodes import Block, FunctionNode, Node, Parallel, ScriptNode, Sequence
from tests.orchestration.world import World, one, step, three, two
from tests.runtime.stage import Stage


class Till:
    """Functions that add to sums, and one that fails until it is open."""

    def __init__(self, clock: VirtualClock) -> None:
        till = self
        self.is_open = False

        @tool(effect=Effect.PURE, timeout_seconds=100)
        async def add(to: str, seconds: float, *, variables: Provided[Variables]) -> None:
            """Add one, after a while."""
            await clock.sleep(seconds)
            before = variables.get(to, 0)
            assert isinstance(before, int)
            variables.put(to, before + 1)

        @tool(effect=Effect.PURE)
        def ask() -> None:
            """Fail while it is closed."""
            if not till.is_open:
                raise ToolFailure("closed")

        @script
        async def main(_given: object, steps: Steps) -> None:
            await steps.call("add", add, to="a", seconds=0)
            await steps.call("ask", ask)

        self.functions = (add, ask, one, two, three)
        self.scripts = (main,)


def add(name: str, to: str, seconds: float = 0) -> FunctionNode:
    return FunctionNode(name, "add", f"{{'to': '{to}', 'seconds': {seconds}}}")


ASK = FunctionNode("ask", "ask", "{}")


class Play:
    """A run of a flow that fails first, on a stage of its own."""

    def __init__(self, flow: Node) -> None:
        self.stage = Stage()
        self.till = Till(self.stage.clock)
        self.world = World(self.stage.clock)
        self.app = self.world.app(flow, functions=self.till.functions, scripts=self.till.scripts)

    async def again(self, from_step: str = "", *, repeats_effects: bool = False) -> dict[str, object]:
        """Have it fail and go on so, with the till open; return the variables then."""
        async with self.stage.runtime(apps=[self.app]) as runtime:
            run = await runtime.start("root", None)
            self.failed = await self.stage.ended(run)
            assert self.failed.outcome is Outcome.FAILED
            self.till.is_open = True
            await run.requeue(from_step=from_step, repeats_effects=repeats_effects)
            state = await self.stage.ended(run)
            assert state.outcome is Outcome.SUCCEEDED
            assert self.stage.troubles.heard == []
            return await run.variables(state)


def overtaken(*more: Node) -> Sequence:
    """Return a flow with a block that another branch overtakes."""
    block = Block("block", Sequence("steps", (*more, add("first", "a"), add("then", "b", 10))))
    return Sequence("root", (Parallel("both", (block, add("beside", "a", 5))),))


@pytest.mark.parametrize("from_step", ["", "root/both/block", "root/both/block/steps", "root/both/block/steps/then"])
async def test_a_block_that_was_overtaken_is_done_again_as_a_whole(from_step: str) -> None:
    play = Play(overtaken())
    assert await play.again(from_step) == {"a": 2, "b": 1}
    fault = play.failed.nodes["root/both/block"].fault
    assert fault is not None
    assert fault.kind is ErrorKind.CONFLICT


async def test_what_is_done_in_a_block_that_was_overtaken_is_not_done_again_unasked() -> None:
    with pytest.raises(InputError, match="three at root/both/block/steps/pay"):
        await Play(overtaken(step("pay", function="three"))).again()
    play = Play(overtaken(step("pay", function="three")))
    assert await play.again(repeats_effects=True) == {"a": 2, "b": 1}
    assert play.world.sent == {"pay": 2}


async def test_a_block_of_which_a_step_failed_goes_on_with_what_it_has_staged() -> None:
    steps = (step("pay", function="three"), add("first", "a"), ASK, add("then", "a"))
    play = Play(Sequence("root", (Block("block", Sequence("steps", steps)),)))
    assert await play.again() == {"a": 2}
    assert play.world.sent == {"pay": 1}


@pytest.mark.parametrize("from_step", ["root/block/steps/second", "root/block/steps/inner/third", "root/block"])
async def test_from_a_step_inside_it_a_block_is_done_again_with_nothing_staged(from_step: str) -> None:
    inner = Block("inner", add("third", "a"))
    steps = (add("first", "a"), add("second", "a"), inner, ASK)
    play = Play(Sequence("root", (Block("block", Sequence("steps", steps)), add("after", "a"))))
    assert await play.again(from_step) == {"a": 4}


async def test_a_block_of_which_a_script_failed_is_done_again_as_a_whole() -> None:
    steps = (add("first", "a"), ScriptNode("main", "main"))
    play = Play(Sequence("root", (Block("block", Sequence("steps", steps)),)))
    assert await play.again() == {"a": 2}


async def test_what_was_written_outside_of_blocks_stays_when_its_step_is_done_again() -> None:
    play = Play(Sequence("root", (Block("block", add("first", "a")), add("second", "a"), ASK)))
    assert await play.again("root/block") == {"a": 4}
