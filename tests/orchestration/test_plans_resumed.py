"""A plan goes on wherever it was: after a crash, in a fork, requeued, and under other code."""

from collections import Counter
from typing import Any

import pytest

from holdfast.flow import Migrated, Migration, OnChange, Sequence
from holdfast.journal.events import PlanAdopted, PlanAsked
from holdfast.journal.fold.state import RunState
from holdfast.kernel.outcomes import Outcome
from holdfast.orchestration.past.cutting import BeforeStep
from holdfast.orchestration.run.handle import Run
from holdfast.testing.faults.invariants import repeated
from tests.orchestration.lives import live, points, recorded
from tests.orchestration.planning import APPROVED, app, decided, do, drafts, node, plan
from tests.orchestration.world import World, step
from tests.runtime.stage import Stage, events_of, of_kind

BAD = plan(do("a", uses="three"))
FIRST = plan(do("a", holds="result == 'a'"), do("b", "a", goes="badly"), do("c"))
SECOND = plan(do("b", "a"), do("d", "b", "c"))
SCRIPT = drafts(BAD, FIRST, SECOND)


async def approve(run: Run) -> RunState:
    """Say yes to whatever is asked."""
    state = await run.wait()
    while state.questions:
        await run.answer("", "approve", by="Ann")
        state = await run.wait()
    return state


async def test_wherever_its_process_dies_nothing_finished_is_planned_approved_or_done_twice() -> None:
    flow = node(approval=APPROVED)
    whole = Stage()
    count = await points(whole, app(World(whole.clock), flow), "do it", SCRIPT, approve)
    assert count > 20
    for kill_at in range(1, count + 1):
        stage = Stage()
        world = World(stage.clock)
        declared = app(world, flow)
        await live(stage, declared, "do it", SCRIPT, kill_at, approve)
        state = await live(stage, declared, "do it", SCRIPT, attend=approve)
        assert state is not None
        assert (state.outcome, state.status) == (Outcome.SUCCEEDED, "COMPLETE"), kill_at
        events = recorded(stage)
        assert repeated(events) == []
        assert [event.draft for event in of_kind(events, PlanAsked)] == [1, 2, 3]
        assert [event.number for event in of_kind(events, PlanAdopted)] == [1, 2]


async def ended(stage: Stage, flow: Any, script: Any) -> tuple[Run, RunState]:
    async with stage.runtime(script, apps=[app(World(stage.clock), flow)]) as runtime:
        run = await runtime.start("root", "do it")
        return run, await stage.ended(run)


async def test_requeued_after_the_last_version_what_failed_is_done_again_and_only_then_planned_anew() -> None:
    stage = Stage()
    world = World(stage.clock)
    script = drafts(plan(do("a"), do("b", "a", goes="badly")))
    async with stage.runtime(script, apps=[app(world, node(replans_max=0))]) as runtime:
        run = await runtime.start("root", "do it")
        await stage.ended(run)
        await run.requeue()
        state = await stage.ended(run)
        assert repeated(await events_of(run)) == []
        assert len(of_kind(await events_of(run), PlanAsked)) == 1
    assert state.outcome is Outcome.FAILED
    assert world.sent == {"a": 1, "b": 2}


async def test_requeued_after_the_last_draft_the_planner_writes_it_again() -> None:
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(drafts(BAD), apps=[app(world, node(drafts_max=1))]) as runtime:
        run_id = (await runtime.start("root", "do it")).id
        await stage.ended(await runtime.run(run_id))
    async with stage.runtime(drafts(FIRST, SECOND), apps=[app(world, node(drafts_max=1))]) as runtime:
        run = await runtime.run(run_id)
        await run.requeue()
        state = await stage.ended(run)
        assert repeated(await events_of(run)) == []
    assert state.outcome is Outcome.SUCCEEDED
    assert world.sent == {"a": 1, "b": 2, "c": 1, "d": 1}


async def test_requeued_after_a_no_the_same_plan_is_asked_about_again() -> None:
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(drafts(plan(do("a"))), apps=[app(world, node(approval=APPROVED))]) as runtime:
        run = await runtime.start("root", "do it")
        await decided(stage, run, ("reject", None))
        await run.requeue()
        state = await decided(stage, run, ("approve", None))
    assert state.outcome is Outcome.SUCCEEDED
    assert world.sent == {"a": 1}


@pytest.mark.parametrize(
    ("from_step", "again"),
    [
        ("root/work/a", "a b d"),
        ("root/work/b.2", "b d"),
        ("root/work/c", "c d"),
        ("root/work/d", "d"),
    ],
)
async def test_requeued_from_a_step_of_the_version_that_runs_those_after_it_are_done_again(
    from_step: str, again: str
) -> None:
    stage = Stage()
    world = World(stage.clock)
    flow = Sequence("root", (node(name="work"), step("end", "badly")))
    script = drafts(FIRST, SECOND, at="root/work")
    async with stage.runtime(script, apps=[app(world, flow)]) as runtime:
        run = await runtime.start("root", "do it")
        await stage.ended(run)
        before = Counter(world.sent)
        await run.requeue(from_step=from_step)
        await stage.ended(run)
        assert repeated(await events_of(run)) == []
    assert world.sent - before == Counter([*again.split(), "end"])


@pytest.mark.parametrize("from_step", ["root/work/draft.1", "root/work/b"])
async def test_requeued_from_its_making_the_whole_plan_is_made_again(from_step: str) -> None:
    stage = Stage()
    world = World(stage.clock)
    flow = Sequence("root", (node(name="work"), step("end", "badly")))
    script = drafts(FIRST, SECOND, at="root/work")
    async with stage.runtime(script, apps=[app(world, flow)]) as runtime:
        run = await runtime.start("root", "do it")
        await stage.ended(run)
        await run.requeue(from_step=from_step)
        await stage.ended(run)
    assert world.sent == {"a": 2, "b": 4, "c": 2, "d": 2, "end": 2}


@pytest.mark.parametrize("at", ["root/draft.2", "root/approve.1", "root/a", "root/b", "root/draft.3", "root/d"])
async def test_a_fork_goes_on_from_any_point_of_a_plan_s_life(at: str) -> None:
    stage = Stage()
    flow = node(approval=APPROVED)
    script = drafts(BAD, FIRST, SECOND)
    where = {"root/approve.1": "root/approve.2"}.get(at, at)
    async with stage.runtime(script, apps=[app(World(stage.clock), flow)]) as runtime:
        run = await runtime.start("root", "do it")
        value = await run.value(await decided(stage, run, ("approve", None), ("approve", None)))
        fork = await runtime.fork(run, at=BeforeStep(where))
        state = await decided(stage, fork, ("approve", None), ("approve", None))
        assert state.outcome is Outcome.SUCCEEDED
        assert await fork.value(state) == value


async def migrated(before: Any, after: Any, told: Migrated, let_go_at: float) -> tuple[RunState, World]:
    stage = Stage()
    world = World(stage.clock)
    slow = plan(do("a"), do("b", "a", arguments={"name": "b", "seconds": 9.0}), do("c", "b"))
    async with stage.runtime(drafts(slow), apps=[app(world, before)]) as runtime:
        run_id = (await runtime.start("root", "do it")).id
        await stage.clock.advance(let_go_at)
    rule: dict[str, Any] = {"on_change": OnChange.MIGRATE, "migrations": (Migration("to_v2", lambda _: told),)}
    async with stage.runtime((), apps=[app(world, after, **rule)]) as runtime:
        return await stage.ended(await runtime.run(run_id)), world


async def test_an_adopted_plan_goes_on_under_a_plan_node_that_has_changed() -> None:
    state, world = await migrated(node(), node(steps_max=5, replans_max=0), Migrated(), 3.0)
    assert state.outcome is Outcome.SUCCEEDED
    assert world.done == {"a": 1, "b": 1, "c": 1}


async def test_an_adopted_plan_does_not_go_on_with_what_it_may_use_no_longer() -> None:
    state, _ = await migrated(node(), node(functions=("fetch",)), Migrated(), 3.0)
    assert state.parked is not None
    assert "expected one, which root/b uses, among what its plan may use, found it left out" in state.parked


async def test_a_plan_moves_to_another_name_with_all_that_lies_below_it() -> None:
    def flow(name: str) -> Sequence:
        return Sequence("root", (node(name=name),))

    stage = Stage()
    world = World(stage.clock)
    slow = plan(do("a"), do("b", "a", arguments={"name": "b", "seconds": 9.0}), do("c", "b"))
    async with stage.runtime(drafts(slow, at="root/work"), apps=[app(world, flow("work"))]) as runtime:
        run_id = (await runtime.start("root", "do it")).id
        await stage.clock.advance(3.0)
    told = Migration("to_v2", lambda _: Migrated(renamed={"root/work": "root/job"}))
    rule: dict[str, Any] = {"on_change": OnChange.MIGRATE, "migrations": (told,)}
    async with stage.runtime((), apps=[app(world, flow("job"), **rule)]) as runtime:
        run = await runtime.run(run_id)
        state = await stage.ended(run)
        assert await run.value(state) == {"a": "a", "b": "b", "c": "c"}
    assert world.done == {"a": 1, "b": 1, "c": 1}


async def test_without_a_migration_a_run_waits_whose_plan_node_has_changed() -> None:
    stage = Stage()
    world = World(stage.clock)
    slow = plan(do("a", arguments={"name": "a", "seconds": 9.0}))
    async with stage.runtime(drafts(slow), apps=[app(world)]) as runtime:
        run_id = (await runtime.start("root", "do it")).id
        await stage.clock.advance(3.0)
    async with stage.runtime((), apps=[app(world, node(steps_max=5))]) as runtime:
        state = await stage.ended(await runtime.run(run_id))
    assert state.parked is not None
    assert "flow has changed" in state.parked
