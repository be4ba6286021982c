"""Real runs walk the table: every transition that can occur is taken by one, and every failure rule is kept by one."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

import pytest

from holdfast import App
from holdfast.flow import Criterion, FunctionNode, Review
from holdfast.journal.events import Event, LifecycleMoved, ResourcesFailed, RunEnded, RunStarted
from holdfast.kernel.errors import InputError
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.orchestration.application.app import Resources
from holdfast.orchestration.driving.preparing import OPENINGS_MAX
from holdfast.orchestration.lifecycle import DEAD, RULES, TRANSITIONS, FailureRule, Status, Transition, Trigger, after
from tests.orchestration import planning as planned
from tests.orchestration.desk_work import CITES, MEND, answered, desk_app
from tests.orchestration.lives import live, points, recorded, repeated
from tests.orchestration.world import World, step
from tests.runtime.stage import Stage, events_of, of_kind

Way = tuple[Status, Status]
NOT_YET = (
    Transition(Status.INTAKE, Trigger.TURNED_AWAY, Status.REJECTED),
    Transition(Status.REVISING, Trigger.REPLANNED, Status.EXECUTING),
    Transition(Status.WAITING, Trigger.CANCELLED, Status.CANCELLED),
)
"""What no run does yet: nobody turns requests away, no review has a plan made; what is cancelled is driven first."""


def ways(events: list[Event]) -> list[Way]:
    """Return the transitions that a journal tells of."""
    states: list[Status] = []
    for event in events:
        match event:
            case RunStarted():
                states.append(Status.INTAKE)
            case LifecycleMoved(to=state) | RunEnded(status=state):
                states.append(Status(state))
            case _:
                pass
    return list(pairwise(states))


class Opening:
    """Resources that go wrong as long as they are told to."""

    def __init__(self, world: World) -> None:
        self.trouble: Exception | None = None
        self.provided: dict[type, object] = {World: world}

    @asynccontextmanager
    async def open(self, _given: object) -> AsyncIterator[Resources]:
        if self.trouble is not None:
            raise self.trouble
        yield self.provided


async def finished(app: App, given: object, choice: str | None = None) -> list[Event]:
    """Return the journal of a run that ends by itself, or by the answer ``choice``."""
    stage = Stage()
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.start(app, given)
        await stage.ended(run)
        if choice is not None:
            await answered(stage, run, choice)
            await stage.ended(run)
        return await events_of(run)


async def waited_and_cancelled(before: App, after_it: App | None = None, opening: Opening | None = None) -> list[Event]:
    """Return the journal of a run that is parked, by whatever parks it, and then cancelled."""
    stage = Stage()
    if after_it is not None:
        async with stage.runtime(apps=[before], drives=False) as runtime:
            await runtime.start(before, [])
    async with stage.runtime(apps=[after_it or before]) as runtime:
        run = (
            await runtime.run(next(iter(stage.disk.heads())).run)
            if after_it is not None
            else await runtime.start(before, [])
        )
        await stage.clock.advance(1)
        if not (await run.head()).is_parked:
            await stage.until(runtime.park("for tonight"))
        await run.cancel("never mind")
        while not (state := await stage.until(run.wait())).is_over:
            pass
        assert state.status == "CANCELLED"
        return await events_of(run)


async def turned_down(stage: Stage, world: World) -> list[Event]:
    """Return the journal of a run whose plan is rejected, once nobody could write one that can be carried out."""
    flow = planned.node(approval=planned.APPROVED, drafts_max=1)
    script = planned.drafts(planned.plan(planned.do("a", uses="three")))
    async with stage.runtime(script, apps=[planned.app(world, flow)]) as runtime:
        run = await runtime.start("root", "do it")
        assert (await stage.ended(run)).waited_from == "PLANNING"
        await planned.decided(stage, run, ("reject", None))
        return await events_of(run)


async def requeued(app: App, given: object, opening: Opening | None = None) -> list[Event]:
    """Return the journal of a run that ends in the dead-letter queue and is requeued, once what was wrong is mended."""
    stage = Stage()
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.start(app, given)
        assert (await stage.ended(run)).status in DEAD
        if opening is not None:
            opening.trouble = None
        await run.requeue()
        await stage.until(run.wait())
        return await events_of(run)


async def all_ways() -> set[Way]:
    """Return every transition that runs have been seen to take."""
    stage = Stage()
    world = World(stage.clock)
    broken, promising = Opening(world), Opening(world)
    broken.trouble, promising.provided = OSError("no such folder"), {}
    wrong = Opening(world)
    wrong.trouble = InputError("there is no such folder")
    unreviewed = Review(criteria=(CITES,))
    busy = step("essay", seconds=500)
    told: list[list[Event]] = [
        await finished(desk_app(world), ["a"]),
        await finished(desk_app(world, unreviewed), ["a"], "accept"),
        await finished(desk_app(world, unreviewed), ["a"], "fail"),
        await finished(desk_app(world, None, step("essay", goes="badly")), None),
        await finished(desk_app(world, resources=wrong.open), []),
        await requeued(desk_app(world, None, step("essay", goes="badly")), None),
        await requeued(desk_app(world, resources=wrong.open), [], wrong),
        await turned_down(stage, world),
        await waited_and_cancelled(desk_app(world), desk_app(world, unreviewed)),
        await waited_and_cancelled(desk_app(world, resources=promising.open)),
        await waited_and_cancelled(desk_app(world, resources=broken.open)),
        await waited_and_cancelled(desk_app(World(stage.clock), None, busy)),
        await waited_and_cancelled(desk_app(world, unreviewed)),
        await waited_and_cancelled(desk_app(world, Review(criteria=(CITES,), revise=busy))),
    ]
    return {way for events in told for way in ways(events)}


async def test_every_transition_is_taken_by_a_real_run_or_known_not_to_occur_yet() -> None:
    taken = await all_ways()
    expected = {(each.origin, each.target) for each in TRANSITIONS if each not in NOT_YET}
    assert taken == expected


@pytest.mark.parametrize("each", NOT_YET, ids=lambda each: f"{each.origin} {each.trigger}")
def test_what_does_not_occur_yet_leads_where_it_will(each: Transition) -> None:
    assert each in TRANSITIONS
    assert after(each.origin, each.trigger) is each.target


# --- failure rules ---


async def intake() -> FailureRule:
    """A request that cannot be used raises where it is made, and begins nothing."""
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(apps=[desk_app(world, input=list[str])]) as runtime:
        with pytest.raises(InputError):
            await runtime.start("essay", 7)
        assert not await runtime.runs()
    return FailureRule.CALLER


async def validating() -> FailureRule:
    """An input that the app can no longer use ends its run, which is kept with the reason."""
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(apps=[desk_app(world)], drives=False) as runtime:
        run = await runtime.start("essay", "not a list")
    async with stage.runtime(apps=[desk_app(world, input=list[str])]) as runtime:
        state = await stage.ended(await runtime.run(run.id))
    assert (state.status, state.outcome) == ("REJECTED", Outcome.REFUSED)
    assert state.fault is not None
    assert state.fault.kind is ErrorKind.BAD_INPUT
    assert "essay cannot use this input" in state.fault.message
    assert stage.troubles.errors == []
    return FailureRule.DEAD_LETTER


async def planning() -> FailureRule:
    """Resources that cannot be opened are tried three times, later and later, and then a person must see to it."""
    stage = Stage()
    world = World(stage.clock)
    opening = Opening(world)
    opening.trouble = OSError("no such folder")
    async with stage.runtime(apps=[desk_app(world, None, resources=opening.open)]) as runtime:
        run = await runtime.start("essay", [])
        state = await stage.ended(run)
        failed = of_kind(await events_of(run), ResourcesFailed)
        assert state.waited_from == "PLANNING"
        assert (await run.head()).is_parked
        opening.trouble = None
        await run.resume()
        assert await stage.result(run) == {"text": "so it is", "sources": []}
    assert [event.attempt for event in failed] == [1, 2, OPENINGS_MAX]
    assert [event.retry_at is None for event in failed] == [False, False, True]
    assert state.parked == "the resources of app 'essay' could not be opened: OSError: no such folder"
    return FailureRule.RETRY_THEN_PERSON


async def executing() -> FailureRule:
    """Wherever the process dies, the next one goes on after the last thing that was finished."""
    stage = Stage()
    app = desk_app(World(stage.clock), None)
    middle = await points(stage, app, [], ()) // 2
    stage = Stage()
    app = desk_app(World(stage.clock), None)
    await live(stage, app, [], (), middle)
    state = await live(stage, app, [], ())
    assert state is not None
    assert state.status == "COMPLETE"
    assert repeated(recorded(stage)) == []
    return FailureRule.CHECKPOINT


async def reviewing() -> FailureRule:
    """A review that cannot be made is a person's to decide."""
    check = FunctionNode("read", "look_over", input="{'result': result, 'goes': 'badly'}")
    return await leaves_it_to_a_person(Review(check=check, revise=MEND))


async def revising() -> FailureRule:
    """Revisions that fail use up their rounds; then it is a person's to decide."""
    revise = FunctionNode("better", "mend", input="{'result': result, 'unmet': unmet, 'goes': 'badly'}")
    return await leaves_it_to_a_person(Review(criteria=(Criterion("never", "False"),), revise=revise))


async def leaves_it_to_a_person(review: Review) -> FailureRule:
    stage = Stage()
    async with stage.runtime(apps=[desk_app(World(stage.clock), review)]) as runtime:
        run = await runtime.start("essay", [])
        state = await stage.ended(run)
        assert (await run.head()).is_parked
    assert len(state.questions) == 1
    return FailureRule.PERSON


SCENES: dict[Status, Callable[[], Awaitable[FailureRule]]] = {
    Status.INTAKE: intake,
    Status.VALIDATING: validating,
    Status.PLANNING: planning,
    Status.EXECUTING: executing,
    Status.REVIEWING: reviewing,
    Status.REVISING: revising,
}


@pytest.mark.parametrize("state", RULES)
async def test_a_run_that_fails_fares_as_the_rule_of_its_state_says(state: Status) -> None:
    assert await SCENES[state]() is RULES[state]


async def test_resources_that_open_at_the_second_attempt_need_nobody() -> None:
    stage = Stage()
    world = World(stage.clock)
    opening = Opening(world)
    opening.trouble = OSError("the disk is not mounted yet")
    async with stage.runtime(apps=[desk_app(world, None, resources=opening.open)]) as runtime:
        run = await runtime.start("essay", [])
        await stage.clock.advance(0.5)
        state = await run.state()
        assert (state.status, state.openings_failed) == ("WAITING", 1)
        assert state.parked is not None
        assert state.parked.endswith("OSError: the disk is not mounted yet: it is tried again")
        opening.trouble = None
        value: Any = await stage.result(run)
        assert (await run.state()).openings_failed == 0
    assert value == {"text": "so it is", "sources": []}
    assert stage.troubles.errors == []


async def test_resources_that_do_not_open_again_are_tried_again_in_a_run_that_had_begun() -> None:
    stage = Stage()
    world = World(stage.clock)
    opening = Opening(world)
    app = desk_app(world, None, step("essay", seconds=50), resources=opening.open)
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.start("essay", None)
        await stage.clock.advance(1)
    opening.trouble = InputError("there is no such folder any more")
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.run(run.id)
        state = await stage.ended(run)
        assert (state.status, state.waited_from) == ("WAITING", "EXECUTING"), "it began when its input could be used"
        opening.trouble = OSError("not mounted")
        await run.resume()
        await stage.clock.advance(0.5)
        opening.trouble = None
        assert await stage.result(run) == "essay"
        assert len(of_kind(await events_of(run), ResourcesFailed)) == 1
