"""A run that has ended leaves nothing behind for the garbage collector: what it said is freed at once."""

import gc
from collections.abc import Iterator

import pytest

from holdfast import Budget
from holdfast.integration.gateway.lines import answer, call
from tests.runtime.stage import Stage, desk

RUNS = 20
SLEEPER_OBJECTS = 5
"""What a withdrawn sleeper of the virtual clock leaves, which holds on to its own future."""


@pytest.fixture
def uncollected() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def garbage_after(runs: int, budget: Budget) -> int:
    """Return how many objects only the collector could free after so many runs."""
    stage = Stage()
    async with stage.runtime([call("nothing"), answer("hi")] * runs) as runtime:
        for _ in range(runs):
            assert await stage.result(await runtime.start(desk(), "hello", budget=budget)) == "hi"
    del runtime
    return gc.collect()


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("budget", [Budget(), Budget(seconds=3600)], ids=["to the end", "with a timer withdrawn"])
async def test_no_run_leaves_a_cycle(budget: Budget) -> None:
    few, many = await garbage_after(1, budget), await garbage_after(1 + RUNS, budget)
    assert many - few < RUNS * SLEEPER_OBJECTS
