"""A review's nodes may be of any kind, runs of other apps and scripts too, and see the variables of the run."""

from typing import Any

from holdfast import Effect, Provided, Steps, Variables, script, tool
from holdfast.flow import ChildNode, Criterion, FunctionNode, Review, ScriptNode, Sequence
from holdfast.kernel.outcomes import Outcome
from holdfast.orchestration.application.app import App
from tests.orchestration.desk_work import CITES, MEND, answered, desk_app, in_steps, look_over, mend, write
from tests.orchestration.family import ends_after_its_children, the_child
from tests.orchestration.world import World
from tests.runtime.stage import Stage

MADE_UP = ["made up by me"]


def on_stage() -> tuple[Stage, World]:
    stage = Stage()
    return stage, World(stage.clock)


def reader(world: World) -> App:
    """Return an app that finds what is wrong with an essay."""
    return world.app(FunctionNode("reader", "look_over", input="{'result': input}"), functions=(look_over,))


def mender(world: World) -> App:
    """Return an app that finds one more source."""
    flow = FunctionNode("mender", "mend", input="{'result': input.result, 'unmet': input.unmet}")
    return world.app(flow, functions=(mend,))


async def test_runs_of_other_apps_check_and_revise() -> None:
    stage, world = on_stage()
    review = Review(
        criteria=(CITES,),
        check=ChildNode("read", "reader", input="result"),
        revise=ChildNode("better", "mender", input="{'result': result, 'unmet': unmet}"),
    )
    async with stage.runtime(apps=[desk_app(world, review), reader(world), mender(world)]) as runtime:
        run = await runtime.start("essay", ["a"])
        value: Any = await stage.result(run)
        state = await run.state()
    assert value["sources"] == ["a", "source 2"]
    assert state.outcome is Outcome.SUCCEEDED
    kids = {the_child(state, f"essay/review.{path}") for path in ("1/check", "1/revise", "2/check")}
    assert kids == set(state.children)
    assert ends_after_its_children(stage)


async def test_what_a_run_of_another_app_finds_is_unmet() -> None:
    stage, world = on_stage()
    review = Review(check=Sequence("reading", (ChildNode("read", "reader", input="result"),)))
    async with stage.runtime(apps=[desk_app(world, review), reader(world)]) as runtime:
        run = await runtime.start("essay", MADE_UP)
        state = await stage.ended(run)
    assert state.questions == ("essay/review.1",)
    assert state.reviews[0].unmet == ("reading",)


@script
async def reads(given: Any, steps: Steps) -> object:
    found = await steps.call("look", look_over, result=given)
    await steps.sleep("over_night", 1_000)
    return [*found, *await steps.call("look", look_over, result=given)]


@script
async def mends(given: Any, steps: Steps) -> object:
    return await steps.call("mend", mend, **given)


SCRIPTED = Review(
    criteria=(CITES,),
    check=ScriptNode("read", "reads", input="result"),
    revise=ScriptNode("better", "mends", input="{'result': result, 'unmet': unmet}"),
)


async def test_scripts_check_and_revise_and_go_on_in_another_process() -> None:
    stage, world = on_stage()
    app = desk_app(world, SCRIPTED, scripts=(reads, mends))
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.start("essay", ["a"])
        await stage.clock.advance(10)
        assert (await run.state()).nodes["essay/review.1/check/look"].outcome is Outcome.SUCCEEDED
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.run(run.id)
        value: Any = await stage.result(run)
        state = await run.state()
    assert value["sources"] == ["a", "source 2"]
    assert {"essay/review.1/check/look.2", "essay/review.1/revise/mend"} <= set(state.nodes)
    assert world.done == {"source 2": 1}
    assert stage.troubles.errors == []


@tool(effect=Effect.PURE)
def note(name: str, value: object, *, variables: Provided[Variables]) -> None:
    """Set a variable."""
    variables.put(name, value)


async def test_criteria_checks_and_revisions_see_the_variables_of_the_run() -> None:
    stage, world = on_stage()
    flow = in_steps(
        FunctionNode("noting", "note", input="{'name': 'wanted', 'value': ['made up']}"),
        FunctionNode("text", "write", input="{'sources': input}"),
    )
    review = Review(
        criteria=(Criterion("wanted", "result.sources == variables.wanted"),),
        check=FunctionNode("read", "look_over", input="{'result': {'sources': variables.wanted}}"),
        revise=FunctionNode("better", "write", input="{'sources': variables.wanted}"),
        rounds_max=1,
    )
    app = world.app(flow, review=review, functions=(note, write, look_over))
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.start("essay", ["a"])
        state = await stage.ended(run)
        assert [each.unmet for each in state.reviews] == [("wanted", "read"), ("read",)]
        await answered(stage, run, "accept")
        value: Any = await stage.result(run)
    assert value["sources"] == ["made up"]


async def test_a_parent_is_given_what_its_child_was_revised_to() -> None:
    stage, world = on_stage()
    kid = desk_app(world, Review(criteria=(CITES,), revise=MEND))
    top = world.app(Sequence("top", (ChildNode("ask", "essay", input="['a']"),)))
    async with stage.runtime(apps=[top, kid]) as runtime:
        value: Any = await stage.result(await runtime.start("top", None))
    assert value["sources"] == ["a", "source 2"]
