"""Nothing of a plan runs before somebody has said yes to that version; they see what changed, and may change it."""

from typing import Any

import pytest

from holdfast.flow import PlanApproval
from holdfast.journal.events import PlanAdopted, PlanChecked, StepIntended
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.orchestration.people.questions import Question
from holdfast.orchestration.plan.stage import EDITS_MAX
from tests.orchestration.planning import APPROVED, app, decided, do, drafts, node, plan
from tests.orchestration.world import World
from tests.runtime.stage import Stage, events_of, of_kind

FIRST = plan(do("a"), do("b", "a", goes="badly"))
SECOND = plan(do("b", "a"), do("c", "b"))
FLOW = node(approval=APPROVED)


async def test_a_person_sees_the_plan_and_then_only_what_has_changed() -> None:
    stage = Stage()
    world = World(stage.clock)
    seen: list[Question] = []
    async with stage.runtime(drafts(FIRST, SECOND), apps=[app(world, FLOW)]) as runtime:
        run = await runtime.start("root", "do it")
        state = await stage.ended(run)
        assert (state.status, state.waited_from) == ("WAITING", "PLANNING")
        seen += await run.questions()
        assert not world.sent
        await run.answer("", "approve", by="Ann")
        await stage.ended(run)
        assert world.sent == {"a": 1, "b": 1}
        seen += await run.questions()
        await run.answer("", "approve", by="Bob")
        state = await stage.ended(run)
        adopted = of_kind(await events_of(run), PlanAdopted)
    assert state.outcome is Outcome.SUCCEEDED
    assert [(each.number, each.by) for each in adopted] == [(1, "Ann"), (2, "Bob")]
    first, second = seen
    assert first.question == "Carry out version 1 of the plan? + a (one); + b (one)"
    assert [option.name for option in first.options] == ["approve", "reject", "edit"]
    details: Any = second.details
    assert details["version"] == 2
    assert [(each["kind"], each["step"], each.get("field", "")) for each in details["changes"]] == [
        ("changed", "b", "arguments"),
        ("added", "c", ""),
    ]
    assert [step["name"] for step in details["plan"]["steps"]] == ["a", "b", "c"]


async def test_a_plan_that_is_rejected_is_not_carried_out() -> None:
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(drafts(FIRST), apps=[app(world, FLOW)]) as runtime:
        run = await runtime.start("root", "do it")
        await stage.ended(run)
        await run.answer("", "reject", by="Ann", note="too dear")
        state = await stage.ended(run)
    assert (state.status, state.outcome) == ("FAILED", Outcome.FAILED)
    assert state.fault is not None
    assert (state.fault.kind, state.fault.message) == (
        ErrorKind.REJECTED,
        "the plan was rejected by Ann: too dear",
    )
    assert not world.sent


async def test_at_the_deadline_a_plan_is_rejected() -> None:
    stage = Stage()
    world = World(stage.clock)
    flow = node(approval=PlanApproval(deadline_seconds=60.0))
    async with stage.runtime(drafts(FIRST), apps=[app(world, flow)]) as runtime:
        run = await runtime.start("root", "do it")
        await stage.ended(run)
        await stage.clock.advance(61.0)
        state = await stage.ended(run)
    assert state.fault is not None
    assert state.fault.kind is ErrorKind.REJECTED
    assert not world.sent


async def test_what_a_person_writes_instead_is_checked_and_carried_out() -> None:
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(drafts(FIRST), apps=[app(world, FLOW)]) as runtime:
        run = await runtime.start("root", "do it")
        state = await decided(stage, run, ("edit", plan(do("z"))))
        assert await run.value(state) == {"z": "z"}
        (adopted,) = of_kind(await events_of(run), PlanAdopted)
    assert adopted.by == "Ann"
    assert world.sent == {"z": 1}


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (plan(do("z", uses="three")), "found 'three'"),
        (plan(do("z", "y")), "expected z to come after steps that there are"),
        (None, "expected a plan"),
        ({"steps": [{"name": 1}]}, "expected a plan"),
    ],
)
async def test_a_change_that_cannot_be_carried_out_is_asked_about_again_with_the_reasons(
    written: Any, told: str
) -> None:
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(drafts(plan(do("a"))), apps=[app(world, FLOW)]) as runtime:
        run = await runtime.start("root", "do it")
        await decided(stage, run, ("edit", written))
        (question,) = await run.questions()
        details: Any = question.details
        assert told in details["problems"][0]
        assert [step["name"] for step in details["plan"]["steps"]] == ["a"]
        assert not world.sent
        state = await decided(stage, run, ("approve", None))
        assert await run.value(state) == {"a": "a"}


async def test_a_person_can_change_a_plan_only_so_often() -> None:
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(drafts(plan(do("a"))), apps=[app(world, FLOW)]) as runtime:
        run = await runtime.start("root", "do it")
        state = await decided(stage, run, *[("edit", None)] * (EDITS_MAX + 1))
        assert len(of_kind(await events_of(run), PlanChecked)) == EDITS_MAX + 1
    assert state.fault is not None
    assert f"after at most {EDITS_MAX} changes" in state.fault.message
    assert not world.sent


async def test_after_the_last_bad_draft_a_person_may_write_the_plan_and_has_nothing_to_say_yes_to() -> None:
    stage = Stage()
    world = World(stage.clock)
    bad = plan(do("a", uses="three"))
    flow = node(approval=APPROVED, drafts_max=2)
    async with stage.runtime(drafts(bad, bad), apps=[app(world, flow)]) as runtime:
        run = await runtime.start("root", "do it")
        await stage.ended(run)
        (question,) = await run.questions()
        details: Any = question.details
        assert question.question == "None of 2 drafts can be carried out. Write version 1 of the plan?"
        assert [option.name for option in question.options] == ["reject", "edit"]
        assert "found 'three'" in details["problems"][0]
        assert details["draft"]["steps"][0]["uses"] == "three"
        state = await decided(stage, run, ("edit", bad), ("edit", plan(do("z"))))
    assert state.outcome is Outcome.SUCCEEDED
    assert world.sent == {"z": 1}


async def test_as_long_as_the_planner_may_try_again_a_bad_draft_is_shown_to_nobody() -> None:
    stage = Stage()
    world = World(stage.clock)
    async with stage.runtime(drafts(plan(do("a", uses="three")), FIRST), apps=[app(world, FLOW)]) as runtime:
        run = await runtime.start("root", "do it")
        state = await stage.ended(run)
        assert len(state.questions) == 1
        (question,) = await run.questions()
    details: Any = question.details
    assert [step["name"] for step in details["plan"]["steps"]] == ["a", "b"]


async def test_no_call_is_sent_before_the_version_that_has_it_was_approved() -> None:
    stage = Stage()
    world = World(stage.clock)
    flow = node(functions=("two",), approval=APPROVED)
    steps = plan(do("a", uses="two"), do("b", "a", uses="two", goes="badly"))
    again = plan(do("b", "a", uses="two"))
    async with stage.runtime(drafts(steps, again), apps=[app(world, flow)]) as runtime:
        run = await runtime.start("root", "do it")
        await decided(stage, run, ("approve", None), ("approve", None))
        events = await events_of(run)
    allowed: set[str] = set()
    for event in events:
        if isinstance(event, PlanAdopted):
            allowed |= {f"root/{step.place}" for step in event.steps}
        if isinstance(event, StepIntended):
            assert event.node in allowed
