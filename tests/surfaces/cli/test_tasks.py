"""What a delegation has done is shown as its tasks: who was given what, in which run, and what came of it."""

import asyncio
from pathlib import Path

from holdfast import Runtime
from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.retry import Retry
from tests.orchestration.office import PLAN, Shop, buyer, errand, office, plan
from tests.runtime.stage import SCRIPTED
from tests.surfaces.cli.program import Program


async def shopped(store: Path) -> str:
    worker = buyer(Shop(VirtualClock()), retry=Retry(attempts_max=1))
    app = office(worker, models={SCRIPTED: script})
    async with Runtime.open(f"sqlite:///{store}", apps=[app, worker.app]) as runtime:
        run = await runtime.start("office", "go shopping")
        assert (await run.wait()).status == "COMPLETE"
        return run.id


def script() -> ScriptedModel:
    return ScriptedModel({PLAN: [plan(errand("milk"), errand("ink", "for_good"), errand("pen", "badly"))]})


def test_tasks_are_shown_with_their_workers_runs_and_outcomes(holdfast: Program) -> None:
    run = asyncio.run(shopped(holdfast.store))
    page = holdfast("show", run, "--json").json
    assert [(each["task"], each["worker"], each["stands"]) for each in page["tasks"]] == [
        ("buyer_1", "buyer", "done"),
        ("buyer_2", "buyer", "failed"),
        ("buyer_3", "buyer", "dead_letter"),
    ]
    children = {child["run_id"] for child in page["children"]}
    assert {each["run"] for each in page["tasks"]} == children
    told = holdfast("show", run).out
    assert "buyer_3  buyer  dead letter  run " in told
    assert "the shop is closed" in told


def test_the_failed_parts_of_a_run_that_is_complete_are_listed_when_they_are_asked_for(holdfast: Program) -> None:
    run = asyncio.run(shopped(holdfast.store))
    assert holdfast("dead", "--json").json == []
    parts = holdfast("dead", "--parts", "--json").json
    assert [(one["app"], one["parent"], one["fault"]["message"]) for one in parts] == [
        ("buyer", run, "buyer[1]: work: the shop is closed"),
        ("buyer", run, "buyer[1]: work: they do not have it"),
    ]
    assert f"{run[-6:]}, which went on without it: start buyer anew, or drop it" in holdfast("dead", "--parts").out
    assert holdfast("drop", parts[0]["run_id"]).code == 0
    assert len(holdfast("dead", "--parts", "--json").json) == 1


def test_a_run_that_is_no_delegation_has_no_tasks(holdfast: Program) -> None:
    run = holdfast("run", "greet", "hello", "--json").json["run_id"]
    assert holdfast("show", run, "--json").json["tasks"] == []
    assert "\ntasks" not in holdfast("show", run).out
