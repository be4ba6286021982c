"""A hundred recorded runs of a real agent, lived through again by ours: whoever ended well is never suspected."""

from collections.abc import Callable

from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.journal.events import LoopSuspected, ModelReplied
from tests.execution.taubench import Recorded, agent_of, needs_recordings, recorded, script_of
from tests.runtime.stage import Stage, events_of, of_kind

pytestmark = needs_recordings
Counted = Callable[[str, object], None]


async def suspicions(run: Recorded) -> list[LoopSuspected]:
    """Return what is found when the run is lived through again."""
    lines, world = script_of(run)
    stage = Stage()
    async with stage.runtime(ScriptedModel(lines)) as runtime:
        again = await runtime.start(agent_of(world), run.task)
        state = await stage.ended(again)
        events = await events_of(again)
    found = of_kind(events, LoopSuspected)
    if not any(each.is_final for each in found):
        assert state.status == "COMPLETE"
        assert not any(world.results.values()), "every recorded result was asked for again"
        assert len(of_kind(events, ModelReplied)) >= len(lines) - 1
    return found


async def test_no_recorded_run_that_ended_well_is_told_or_stopped(record_property: Counted) -> None:
    good = [run for run in recorded() if run.is_good]
    assert len(good) == 31
    assert {run.name: found for run in good if (found := await suspicions(run))} == {}
    record_property("counted", f"none of {len(good)} recorded runs that ended well was told that it goes in circles")


async def test_some_recorded_runs_that_failed_are_told_and_none_is_stopped(record_property: Counted) -> None:
    bad = [run for run in recorded() if not run.is_good]
    told = {run.name: found for run in bad if (found := await suspicions(run))}
    assert sorted(told) == ["task 11.2", "task 13.0", "task 8.1", "task 9.2"]
    assert not any(each.is_final for found in told.values() for each in found)
    record_property("counted", f"{len(told)} of {len(bad)} recorded runs that failed were told of circles")
