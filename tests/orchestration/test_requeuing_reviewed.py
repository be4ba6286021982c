"""A run whose result was reviewed is requeued: what comes of it this time is reviewed anew, with nothing of before."""

import pytest

from holdfast import Effect, tool
from holdfast.flow import Branch, Case, Criterion, FunctionNode, Map, Parallel, Review, Sequence
from holdfast.kernel.errors import InputError
from holdfast.observability.projection import project
from holdfast.observability.span import SpanKind
from holdfast.orchestration.flow.nodes import Node
from holdfast.orchestration.run.handle import Run
from holdfast.testing.faults.invariants import repeated
from tests.orchestration.desk_work import MEND, WRITE, answered, desk_app, in_steps, look_over
from tests.orchestration.world import World, one
from tests.runtime.stage import Stage, events_of

NEVER = Criterion("never", "1 == 2", otherwise="what cannot be")
CHECKED = Review(criteria=(NEVER,), check=FunctionNode("look", "look_over", "{'result': result}"), revise=MEND)


async def rejected(stage: Stage, run: Run) -> None:
    """Have a person say that the result will not do."""
    await stage.ended(run)
    await answered(stage, run, "fail")
    assert (await stage.ended(run)).status == "FAILED"


@pytest.mark.parametrize("inside", ["review.1", "review.1/check", "review.1/revise", "review.3"])
async def test_a_step_of_a_review_is_refused_and_one_of_the_flow_asked_for(inside: str) -> None:
    stage = Stage()
    app = desk_app(World(stage.clock), CHECKED, in_steps(WRITE))
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.start("essay", [])
        await rejected(stage, run)
        with pytest.raises(InputError, match=f"found 'essay/{inside}' in a review of its result: name a step of the"):
            await run.requeue(from_step=f"essay/{inside}")
        with pytest.raises(InputError, match=r"every step of run .* has succeeded: say from which one"):
            await run.requeue()
        assert (await run.state()).status == "FAILED"


DRAFT = FunctionNode("draft", "write", "{'sources': input}")
ROOTS: list[tuple[Node, str]] = [
    (Sequence("essay", (DRAFT,)), "essay/draft"),
    (Parallel("essay", (DRAFT, FunctionNode("other", "write", "{'sources': input}"))), "essay/draft"),
    (Branch("essay", (Case("True", DRAFT),)), "essay/draft"),
    (Map("essay", "[1, 2]", DRAFT), "essay[1]"),
    (FunctionNode("essay", "write", "{'sources': input}"), "essay"),
    (Sequence("essay", (DRAFT,)), "essay"),
]


@pytest.mark.parametrize(("flow", "from_step"), ROOTS)
async def test_whatever_the_root_the_reviews_of_before_are_forgotten_and_count_anew(flow: Node, from_step: str) -> None:
    stage = Stage()
    world = World(stage.clock)
    review = Review(criteria=(NEVER,), revise=FunctionNode("better", "one", "{'name': 'revised'}"), rounds_max=1)
    async with stage.runtime(apps=[desk_app(world, review, flow)]) as runtime:
        run = await runtime.start("essay", [])
        for lives in (1, 2, 3):
            await stage.ended(run)
            state = await run.state()
            assert state.questions == ("essay/review.2",)
            assert [each.node for each in state.reviews] == ["essay/review.1", "essay/review.2"]
            assert world.sent == {"revised": lives}
            await rejected(stage, run)
            await run.requeue(from_step=from_step)
        await stage.ended(run)
        assert repeated(await events_of(run)) == []
        spans = project([entry async for entry in run.events(follow=False)]).by_id.values()
    rounds = [span for span in spans if span.path == "essay/review.1" and span.kind is SpanKind.NODE]
    assert len(rounds) == 4, "each life has a first round of its own"
    assert stage.troubles.heard == []


async def test_a_revision_of_before_is_not_judged_for_what_the_flow_gives_now() -> None:
    stage = Stage()
    lives: list[str] = []

    @tool(effect=Effect.PURE)
    async def draft() -> int:
        """Write the next draft."""
        lives.append("a draft")
        return len(lives)

    other = FunctionNode("other", "look_over", "{'result': input}")
    flow = Parallel("essay", (FunctionNode("draft", "draft", "{}"), other))
    good = Criterion("good", "result != 'revised' and result.draft > 1")
    review = Review(criteria=(good,), revise=FunctionNode("better", "one", "{'name': 'revised'}"), rounds_max=1)
    world = World(stage.clock)
    app = world.app(flow, review=review, functions=(draft, look_over, one))
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.start("essay", {"sources": []})
        await rejected(stage, run)
        await run.requeue(from_step="essay/draft")
        assert await stage.result(run) == {"draft": 2, "other": []}
