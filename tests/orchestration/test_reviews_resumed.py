"""A process dies at any write of a review; the next one goes on in the same round, and no revision is made twice."""

from holdfast.flow import Review
from holdfast.journal.events import NodeLeft, QuestionAsked, RunReviewed, StepEnded
from holdfast.journal.fold.state import RunState
from holdfast.journal.mail import Answer, answer_letter, encode_mail
from holdfast.journal.port import Letter
from holdfast.kernel.outcomes import Outcome
from holdfast.orchestration.application.app import App
from tests.orchestration.desk_work import CITES, MEND, desk_app
from tests.orchestration.lives import live, only_run, points, recorded, repeated
from tests.orchestration.world import World
from tests.runtime.stage import Stage, of_kind

ONE_ROUND = Review(criteria=(CITES,), revise=MEND, rounds_max=1)


def on_stage() -> tuple[Stage, World, App]:
    stage = Stage()
    world = World(stage.clock)
    return stage, world, desk_app(world, ONE_ROUND)


def accept(stage: Stage) -> None:
    """Accept the result, whatever is asked."""
    run = only_run(stage)
    assert run is not None
    path = "essay/review.2"
    mail = Answer(path=path, number=1, choice="accept", by="Ann")
    stage.disk.post((Letter(answer_letter(path, 1), run, encode_mail(mail)),), stage.clock.now())


async def until_over(stage: Stage, app: App) -> RunState:
    """Drive the run that has its answer until it is over."""
    async with stage.runtime((), apps=[app], store=stage.store()) as runtime:
        run_id = only_run(stage)
        assert run_id is not None
        run = await runtime.run(run_id)
        state = await stage.until(run.wait())
        while not state.is_over:
            state = await stage.until(run.wait())
        return state


def check_story(stage: Stage, world: World, told: str) -> None:
    """Raise AssertionError unless all was done once: one revision, two reviews, one question."""
    events = recorded(stage)
    assert repeated(events) == [], told
    assert [event.unmet for event in of_kind(events, RunReviewed)] == [("cites_sources",)] * 2, told
    assert len(of_kind(events, QuestionAsked)) == 1, told
    assert [len(keys) for keys in world.keys.values()] == [1], told
    assert sum(event.name == "mend" for event in of_kind(events, StepEnded)) == 1, told


async def test_killed_at_each_point_before_a_person_is_asked_a_run_asks_the_same() -> None:
    stage, world, app = on_stage()
    count = await points(stage, app, [], ())
    assert count > 10
    for kill_at in range(1, count + 1):
        stage, world, app = on_stage()
        assert await live(stage, app, [], (), kill_at) is None, f"it was to die at point {kill_at}"
        state = await live(stage, app, [], ())
        assert state is not None
        assert (state.status, state.questions) == ("WAITING", ("essay/review.2",)), f"killed at point {kill_at}"
        check_story(stage, world, f"killed at point {kill_at}")


async def test_killed_at_each_point_after_a_person_has_answered_a_run_ends_the_same() -> None:
    kill_at = 0
    while True:
        kill_at += 1
        stage, world, app = on_stage()
        await live(stage, app, [], ())
        accept(stage)
        died = await live(stage, app, [], (), kill_at) is None
        state = await until_over(stage, app)
        assert (state.status, state.outcome, state.waived) == ("COMPLETE", Outcome.PARTIAL, ("cites_sources",))
        check_story(stage, world, f"killed at point {kill_at}")
        ended = [event for event in of_kind(recorded(stage), NodeLeft) if event.node == "essay/review.2"]
        assert [event.outcome for event in ended] == [Outcome.PARTIAL]
        if not died:
            break
    assert kill_at > 3
