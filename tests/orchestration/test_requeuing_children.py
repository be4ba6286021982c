"""A run is requeued that had started others: what they did is not done once more unless somebody says so."""

import pytest

from holdfast import Effect, ToolFailure, tool
from holdfast.kernel.errors import InputError
from holdfast.kernel.outcomes import Outcome
from holdfast.orchestration.application.app import App
from holdfast.orchestration.flow.nodes import ChildNode, FunctionNode, Sequence
from tests.orchestration.world import World, one, step, three, two
from tests.runtime.stage import Stage


class Shop:
    """Says no until it is open."""

    def __init__(self) -> None:
        self.is_open = False

    def ask(self) -> FunctionNode:
        return FunctionNode("ask", "ask", "{}")

    def family(self, world: World, *steps: FunctionNode, deep: bool = False) -> list[App]:
        """Return an app whose child does ``steps`` and then asks; if ``deep``, the child's child does them."""

        @tool(effect=Effect.PURE)
        async def ask() -> str:
            """Ask the shop."""
            if not self.is_open:
                raise ToolFailure("closed")
            return "open"

        functions = (one, two, three, ask)
        doing = Sequence("inner" if deep else "kid", (*steps, self.ask()))
        kids = [world.app(doing, functions=functions)]
        if deep:
            kids.append(world.app(Sequence("kid", (ChildNode("below", "inner"),))))
        return [world.app(Sequence("root", (ChildNode("start", "kid"), step("last")))), *kids]


@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize("function", ["two", "three"])
async def test_what_a_failed_child_did_is_not_done_again_unasked(function: str, *, deep: bool) -> None:
    stage, shop = Stage(), Shop()
    world = World(stage.clock)
    async with stage.runtime(apps=shop.family(world, step("pay", function=function), deep=deep)) as runtime:
        run = await runtime.start("root", {})
        assert (await stage.ended(run)).outcome is Outcome.FAILED
        shop.is_open = True
        told = (
            rf"done, or may have been: {function} at {'inner' if deep else 'kid'}/pay in the child run at root/start\."
        )
        for from_step in ("", "root/start"):
            with pytest.raises(InputError, match=told):
                await run.requeue(from_step=from_step)
        assert world.sent == {"pay": 1}
        await run.requeue(repeats_effects=True)
        assert (await stage.ended(run)).outcome is Outcome.SUCCEEDED
    assert world.sent == {"pay": 2, "last": 1}
    assert len(world.keys["pay"]) == (2 if function == "two" else 0), "another child has keys of its own"


async def test_what_a_child_did_that_succeeded_is_not_done_again_unasked() -> None:
    stage, shop = Stage(), Shop()
    shop.is_open = True
    world = World(stage.clock)
    _, *kids = shop.family(world, step("pay", function="three"))
    root = world.app(Sequence("root", (step("first"), ChildNode("start", "kid"), step("last", "badly"))))
    async with stage.runtime(apps=[root, *kids]) as runtime:
        run = await runtime.start("root", {})
        await stage.ended(run)
        for from_step in ("root/first", "root/start", "root"):
            with pytest.raises(InputError, match="three at kid/pay in the child run at root/start"):
                await run.requeue(from_step=from_step)
        await run.requeue(from_step="root/last")
        await stage.ended(run)
    assert world.sent == {"first": 1, "pay": 1, "last": 2}


async def test_a_child_that_only_looked_may_be_done_again() -> None:
    stage, shop = Stage(), Shop()
    world = World(stage.clock)
    async with stage.runtime(apps=shop.family(world, step("look"))) as runtime:
        run = await runtime.start("root", {})
        await stage.ended(run)
        shop.is_open = True
        await run.requeue()
        assert (await stage.ended(run)).outcome is Outcome.SUCCEEDED
    assert world.sent == {"look": 2, "last": 1}


async def test_a_child_whose_effect_certainly_failed_may_be_done_again() -> None:
    stage, shop = Stage(), Shop()
    world = World(stage.clock)
    async with stage.runtime(apps=shop.family(world, step("pay", "badly", function="three"))) as runtime:
        run = await runtime.start("root", {})
        await stage.ended(run)
        await run.requeue()
        await stage.ended(run)
    assert world.sent == {"pay": 2}


async def test_a_child_of_which_nothing_is_known_may_have_done_anything() -> None:
    stage, there, shop = Stage(), Stage(), Shop()
    apps = shop.family(World(stage.clock), step("look"))
    async with stage.runtime(apps=apps) as runtime, there.runtime(apps=apps) as target:
        run = await runtime.start("root", {})
        await stage.ended(run)
        assert await target.upkeep.restore(await runtime.upkeep.archive(run.id))
        moved = await target.run(run.id)
        with pytest.raises(InputError, match="did at root/start, which is not in this store"):
            await moved.requeue()
