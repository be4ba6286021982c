"""A run that is in review goes on under a later version like any other, as long as that has a review too."""

import re

import pytest

from holdfast.flow import Criterion, Migrated, Migration, OnChange, Review, Sequence
from holdfast.journal.events import RunMigrated, RunReviewed
from holdfast.kernel.outcomes import Outcome
from holdfast.orchestration.application.app import App
from holdfast.orchestration.flow.nodes import Node
from tests.orchestration.world import World, step
from tests.runtime.stage import Stage, events_of, of_kind

SLOW = 1_000.0
NEVER = Criterion("never", "1 == 2")
ASKS = Review(criteria=(NEVER,))
MENDS = Review(criteria=(NEVER,), revise=Sequence("better", (step("x"), step("y", seconds=SLOW))), rounds_max=1)
V1 = Sequence("root", (step("a"),))
V2 = Sequence("root", (step("b"),))
RENAMED = {"root/a": "root/b"}


def migrating(world: World, told: Migrated, review: Review | None, flow: Node = V2) -> App:
    rule = {"on_change": OnChange.MIGRATE, "migrations": (Migration("to_v2", lambda _: told),)}
    return world.app(flow, review=review, **rule)


async def begun(stage: Stage, world: World, review: Review) -> str:
    """Begin a run under the first version, and leave it in its review."""
    async with stage.runtime(apps=[world.app(V1, review=review)]) as runtime:
        run = await runtime.start("root", {})
        await stage.clock.advance(5)
        assert (await run.state()).reviews
    return run.id


async def test_a_run_whose_reviewer_is_asked_is_migrated_and_accepted() -> None:
    stage = Stage()
    world = World(stage.clock)
    run_id = await begun(stage, world, ASKS)
    async with stage.runtime(apps=[migrating(world, Migrated(renamed=RENAMED), ASKS)]) as runtime:
        run = await runtime.run(run_id)
        await run.answer("root/review.1", "accept")
        assert await stage.result(run) == "a"
        assert (await run.state()).outcome is Outcome.PARTIAL
        assert len(of_kind(await events_of(run), RunReviewed)) == 1
    assert world.done == {"a": 1}


async def test_what_a_revision_has_done_is_renamed_too() -> None:
    stage = Stage()
    world = World(stage.clock)
    run_id = await begun(stage, world, MENDS)
    revise = Sequence("better", (step("z"), step("y", seconds=SLOW)))
    review = Review(criteria=(NEVER,), revise=revise, rounds_max=1)
    told = Migrated(renamed={**RENAMED, "root/review.1/revise/x": "root/review.1/revise/z"})
    async with stage.runtime(apps=[migrating(world, told, review)]) as runtime:
        run = await runtime.run(run_id)
        assert (await stage.ended(run)).questions == ("root/review.2",)
        await run.answer("root/review.2", "accept")
        assert await stage.result(run) == "y"
    assert (world.done["x"], world.done["z"]) == (1, 0)


@pytest.mark.parametrize(
    ("before", "after", "told", "message"),
    [
        (ASKS, None, Migrated(renamed=RENAMED), r"expected a review .* in root/review\.1, found none: keep the review"),
        (MENDS, ASKS, Migrated(renamed=RENAMED), r"expected the review to have a node that revises"),
        (
            MENDS,
            Review(criteria=(NEVER,), revise=step("better")),
            Migrated(renamed=RENAMED),
            r"expected root/review\.1/revise to be a sequence, found a function",
        ),
        (
            ASKS,
            ASKS,
            Migrated(renamed=RENAMED, dropped=["root/review.1"]),
            r"expected the rounds of the review to stay, found root/review\.1 renamed or dropped",
        ),
    ],
)
async def test_a_version_that_cannot_go_on_with_the_review_stops_the_run_and_says_why(
    before: Review, after: Review | None, told: Migrated, message: str
) -> None:
    stage = Stage()
    world = World(stage.clock)
    run_id = await begun(stage, world, before)
    async with stage.runtime(apps=[migrating(world, told, after)]) as runtime:
        run = await runtime.run(run_id)
        if (await run.head()).is_parked:
            await run.resume()
        state = await stage.ended(run)
        assert re.search(message, str(state.parked)), state.parked
        assert of_kind(await events_of(run), RunMigrated) == []
