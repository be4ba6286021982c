"""Whatever a planner writes and however it goes: nothing unapproved runs, nothing forbidden, nothing finished twice."""

import asyncio
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.journal.events import Event, NodeEntered, NodeLeft, PlanAdopted, PlanChecked, StepIntended, StepJudged
from holdfast.kernel.outcomes import Outcome
from holdfast.orchestration.lifecycle import FINAL, Status
from holdfast.testing.faults.invariants import repeated
from tests.orchestration.planning import APPROVED, app, decided, drafts, node, plan
from tests.orchestration.world import World
from tests.runtime.stage import Stage, events_of, of_kind

NAMES = ("a", "b", "c", "d")
VERSIONS_MAX = 3
DRAFTS_MAX = 2
ANSWERS = ("approve", "approve", "edit", "reject")


@st.composite
def plans(draw: st.DrawFn) -> dict[str, Any]:
    """Return a plan, most often one that can be carried out; steps go badly, or do not come to what is expected."""
    names = draw(st.permutations(NAMES))[: draw(st.integers(1, len(NAMES)))]
    is_forbidden, is_circular = draw(st.integers(0, 9)) == 0, draw(st.integers(0, 9)) == 0
    steps = []
    for place, name in enumerate(names):
        before = names if is_circular else names[:place]
        steps.append(
            {
                "name": name,
                "kind": "function",
                "uses": "three" if is_forbidden else "one",
                "arguments": {"name": name, "goes": "badly" if draw(st.integers(0, 4)) == 0 else "well"},
                "after": [other for other in before if draw(st.booleans())],
                "holds": draw(st.sampled_from((None, None, None, "result != None", "False"))),
            }
        )
    return plan(*steps)


async def lived(written: list[Any], answers: list[tuple[str, Any]], *, is_approved: bool) -> tuple[list[Event], World]:
    stage = Stage()
    world = World(stage.clock)
    flow = node(
        functions=("one",),
        approval=APPROVED if is_approved else None,
        drafts_max=DRAFTS_MAX,
        replans_max=VERSIONS_MAX - 1,
        at_once_max=2,
    )
    async with stage.runtime(drafts(*written), apps=[app(world, flow)]) as runtime:
        run = await runtime.start("root", "do it")
        state = await decided(stage, run, *answers)
        if not state.is_over:
            await run.cancel("nobody answers any more")
            state = await stage.ended(run)
        assert Status(state.status) in FINAL
        return await events_of(run), world


@settings(max_examples=120, deadline=None)
@given(
    st.lists(plans(), min_size=VERSIONS_MAX * DRAFTS_MAX, max_size=VERSIONS_MAX * DRAFTS_MAX),
    st.lists(st.tuples(st.sampled_from(ANSWERS), plans()), max_size=4),
    st.booleans(),
)
def test_a_plan_keeps_its_promises(written: list[Any], answers: list[tuple[str, Any]], is_approved: bool) -> None:
    told = [(choice, value if choice == "edit" else None) for choice, value in answers]
    events, world = asyncio.run(lived(written, told, is_approved=is_approved))
    assert repeated(events) == []
    assert not world.unsafe, "what a plan may not use is never called"
    assert len(of_kind(events, PlanAdopted)) <= VERSIONS_MAX
    assert world.acting_at_once <= 2
    check_only_adopted(events, is_approved=is_approved)
    check_finished_stays(events)


def check_only_adopted(events: list[Event], *, is_approved: bool) -> None:
    """Raise AssertionError if anything was entered that no adopted version has, or a version nobody said yes to."""
    present: set[str] = set()
    good = 0
    for event in events:
        match event:
            case PlanChecked(problems=None):
                good += 1
            case PlanAdopted(steps=adopted, by=by):
                assert good, "what is adopted was checked"
                assert bool(by) is is_approved
                present = {f"root/{step.place}" for step in adopted}
            case NodeEntered(node=path, kind="function"):
                assert path in present, f"{path} was entered and is in no version that is carried out"
            case StepIntended(node=path, name=name):
                assert (path in present, name) == (True, "one")
            case _:
                pass


def check_finished_stays(events: list[Event]) -> None:
    """Raise AssertionError if a step that was finished is not in a later version as it was, or was done anew."""
    ended: set[str] = set()
    wanting: set[str] = set()
    places: dict[str, str] = {}
    for event in events:
        match event:
            case NodeLeft(node=path, outcome=Outcome.SUCCEEDED):
                ended.add(path.rpartition("/")[2])
            case StepJudged(step=place, fault=fault) if fault is not None:
                wanting.add(place)
            case PlanAdopted(steps=adopted):
                now = {step.name: step.place for step in adopted}
                for name, place in places.items():
                    if place in ended and place not in wanting:
                        assert now.get(name) == place, f"{name} was finished, and is now at {now.get(name)}"
                places = now
            case _:
                pass
