"""However tasks go and wherever a process dies: each ends in one way, once, and nobody spends what is not there."""

import asyncio
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from holdfast.delegation import TaskOutcome
from holdfast.integration.gateway.lines import Improvised, Line, answer
from holdfast.journal.events import ChildEnded, ChildStarted, Event, RunEnded
from holdfast.journal.fold.state import RunState
from holdfast.kernel.limits import Budget
from holdfast.kernel.outcomes import Outcome
from holdfast.orchestration.application.app import App
from holdfast.orchestration.run.handle import Run
from holdfast.runtime import Runtime
from tests.orchestration.family import ends_after_its_children, unfinished
from tests.orchestration.lives import REQUEST, Process, live_with, recorded, repeated
from tests.orchestration.office import Shop, buyer, errand, office, plan
from tests.orchestration.test_delegating import WRITER
from tests.runtime.stage import Stage, of_kind

Ways = list[tuple[str, ...]]

LIVES_MAX = 200
WAYS = {
    ("well",): TaskOutcome.DONE,
    ("badly", "well"): TaskOutcome.DONE,
    ("asks",): TaskOutcome.DONE,
    ("for_good",): TaskOutcome.FAILED,
    ("badly", "for_good"): TaskOutcome.FAILED,
    ("badly",): TaskOutcome.DEAD_LETTER,
    ("insists",): TaskOutcome.NEEDS_HUMAN,
    ("well", "badly"): TaskOutcome.DONE,
}
SIX = [("well",), ("badly", "well"), ("asks",), ("for_good",), ("badly",), ("insists",)]


def apps(shop: Shop, budget: Budget = Budget()) -> list[App]:
    worker = buyer(shop, budget=Budget(turns=3), questions_max=1)
    return [office(worker, rounds_max=2, synthesise=WRITER, budget=budget), worker.app]


def script(ways: Ways) -> dict[str, list[Line | Improvised]]:
    tasks = [errand(f"thing {number}", *way) for number, way in enumerate(ways)]
    return {
        "office/rounds[1]/plan": [plan(*tasks[:3])],
        "office/rounds[2]/plan": [plan(*tasks[3:])],
        "office/answer": [answer("that is all")],
    }


async def answered(runtime: Runtime) -> RunState:
    """Begin the run, or go on with it, answer whatever is asked, and return how it ended."""
    run = await runtime.start("office", "go", request_id=REQUEST)
    for _ in range(LIVES_MAX):
        state = await run.wait()
        if state.is_over:
            return state
        for waits in await runtime.inbox(run):
            asking = await runtime.run(waits.head.run)
            for question in await asking.questions():
                await asking.answer(question.path, "green")
    raise AssertionError("it does not come to an end")


async def results(run: Run) -> dict[str, str]:
    value = await run.value(await run.state())
    assert isinstance(value, dict)
    return {each["task"]: each["outcome"] for each in value["results"]}


async def lived(ways: Ways, kills: list[int], budget: Budget = Budget()) -> tuple[Stage, dict[str, str]]:
    """Return the stage after so many lives, each cut off at its point, and what came of each task."""
    stage = Stage()
    shop = Shop(stage.clock)
    for kill_at in kills:
        await live_with(stage, apps(shop, budget), script(ways), answered, Process(kill_at))
    state = await live_with(stage, apps(shop, budget), script(ways), answered, Process(0))
    assert state is not None
    assert state.outcome in (Outcome.SUCCEEDED, Outcome.PARTIAL)
    async with stage.runtime((), apps=apps(shop, budget), drives=False) as runtime:
        return stage, await results(await runtime.run(state.run))


def check_family(stage: Stage) -> list[Event]:
    """Raise AssertionError unless each run ended once and after its children; return what the first one recorded."""
    assert unfinished(stage) == []
    assert ends_after_its_children(stage)
    for head in stage.disk.heads():
        events = recorded(stage, head.run)
        assert repeated(events) == []
        assert len(of_kind(events, RunEnded)) == 1
    return recorded(stage)


async def test_killed_at_each_point_every_task_ends_as_it_would_have_and_is_begun_once() -> None:
    stage, process = Stage(), Process(0)
    assert await live_with(stage, apps(Shop(stage.clock)), script(SIX), answered, process) is not None
    count = process.passed
    assert count > 60
    expected = {f"buyer_{number}": WAYS[way] for number, way in enumerate(SIX, 1)}
    for kill_at in range(1, count + 1):
        stage, ended = await lived(SIX, [kill_at])
        assert ended == expected, f"killed at point {kill_at}"
        events = check_family(stage)
        begun = Counter(event.child for event in of_kind(events, ChildStarted))
        assert sorted(begun.values()) == [1] * len(SIX), f"killed at point {kill_at}"


@given(
    st.lists(st.sampled_from(sorted(WAYS)), min_size=1, max_size=6),
    st.lists(st.integers(1, 90), max_size=3),
)
def test_however_tasks_go_and_processes_die_each_ends_in_exactly_one_way(ways: Ways, kills: list[int]) -> None:
    stage, ended = asyncio.run(lived(ways, kills))
    tasks = [f"buyer_{number}" for number in range(1, len(ways) + 1)]
    assert list(ended) == tasks
    # A try that was cut off is made again, and goes as the next one does: so what is done may differ, never how often.
    assert all(outcome in (*WAYS.values(), TaskOutcome.DONE) for outcome in ended.values())
    if not kills:
        assert ended == {task: WAYS[way] for task, way in zip(tasks, ways, strict=True)}
    events = check_family(stage)
    assert len({event.child for event in of_kind(events, ChildStarted)}) == len(ways)


@given(
    st.lists(st.sampled_from(sorted(WAYS)), min_size=1, max_size=6),
    st.integers(4, 12),
    st.lists(st.integers(1, 90), max_size=2),
)
def test_what_is_lent_to_tasks_never_exceeds_what_their_delegation_has(
    ways: Ways, turns: int, kills: list[int]
) -> None:
    stage, ended = asyncio.run(lived(ways, kills, Budget(turns=turns)))
    assert len(ended) == len(ways)
    lent: dict[str, int] = {}
    spent = 0
    for event in check_family(stage):
        match event:
            case ChildStarted(child=child, budget=Budget(turns=int(share))):
                lent[child] = share
            case ChildEnded(child=child, spend=spend):
                del lent[child]
                spent += spend.turns
            case _:
                continue
        assert spent + sum(lent.values()) <= turns
