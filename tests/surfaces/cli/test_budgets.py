"""A budget that runs low is seen in every view; one that ends a run is told with what was achieved and how to go on."""

import asyncio

import pytest

from holdfast.runtime import Runtime
from tests.surfaces.cli.program import Program


def test_a_budget_that_runs_low_and_then_ends_the_run_is_told_with_the_way_on(holdfast: Program) -> None:
    done = holdfast("run", "greet", "hello", "--turns", "1")
    assert done.code == 1
    assert "budget: the run's turns limit reached: 1 of 1" in " ".join(done.out.split())
    assert (
        "with a higher limit (--tokens, --usd, --turns and others) it goes on from there: holdfast requeue" in done.out
    )
    run = holdfast("runs", "--json").json[0]["run_id"]
    assert "budget of the run runs low: 1 of 1 turns" in holdfast("tail", run).out
    assert "budget low" in holdfast("trace", run, "--json").out
    shown = holdfast("show", run)
    assert "runs low  turns" in shown.out
    assert holdfast("show", run, "--json").json["low"] == ["turns"]
    more = holdfast("requeue", run, "--turns", "4")
    assert (more.code, more.out.splitlines()[0]) == (0, "Good morning")


def test_what_a_run_had_achieved_is_shown_though_it_failed(holdfast: Program) -> None:
    run = holdfast("run", "shop", str(holdfast.folder / "open"), "--json").json["run_id"]
    told = " ".join(holdfast("show", run).out.split())
    assert "achieved before it ended shop/enter: " in told
    assert list(holdfast("show", run, "--json").json["achieved"]["results"]) == ["shop/enter"]


@pytest.mark.parametrize("limit", ["--depth", "--fan-out", "--descendants"])
def test_a_run_can_be_limited_in_the_runs_that_it_begins(holdfast: Program, limit: str) -> None:
    done = holdfast("run", "boss", "go", limit, "0", "--json")
    assert (done.code, done.json["fault"]["kind"]) == (1, "budget")


def test_a_run_for_which_nobody_waits_says_so(holdfast: Program) -> None:
    runs = [holdfast("run", "greet", "hello", *flags, "--json").json["run_id"] for flags in ((), ("--batch",))]

    async def are_batch() -> list[bool]:
        (store,) = holdfast.folder.rglob("holdfast.db")
        async with Runtime.open(f"sqlite:///{store}", drives=False) as runtime:
            return [(await (await runtime.run(run)).state()).is_batch for run in runs]

    assert asyncio.run(are_batch()) == [False, True]


def test_the_limits_of_a_family_can_be_raised_too(holdfast: Program) -> None:
    run = holdfast("run", "shop", str(holdfast.folder / "open"), "--json").json["run_id"]
    (holdfast.folder / "open").touch()
    done = holdfast("requeue", run, "--depth", "3", "--fan-out", "9", "--descendants", "20")
    assert done.code == 0
