"""Runs that wait on a disk: for an instant that comes and for a person, in one process after the other."""

from pathlib import Path

import pytest

from holdfast import App, Runtime
from holdfast.kernel.outcomes import Outcome
from holdfast.orchestration.flow.nodes import DecisionNode, Sequence, WaitNode

DESK = App(
    "desk",
    Sequence(
        "desk",
        (
            WaitNode("past", until="'2020-01-01T00:00:00Z'"),
            WaitNode("soon", seconds=0.05),
            DecisionNode("ask", "'Send ' + input + '?'", details="past"),
        ),
    ),
)
URLS = ("memory:", "sqlite")


@pytest.mark.parametrize("kind", URLS)
async def test_a_run_waits_and_asks_on_every_store(kind: str, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'runs.db'}" if kind == "sqlite" else kind
    async with Runtime.open(url, apps=[DESK]) as runtime:
        run = await runtime.start("desk", "it")
        state = await run.wait()
        assert state.parked == "a person is to decide at desk/ask"
        soon = state.nodes["desk/soon"]
        assert soon.wakes_at is not None
        assert state.nodes["desk/ask"].entered_at >= soon.wakes_at
        await run.answer("desk/ask", "approve", {"copies": 2}, by="Ann")
        assert await run.result() == {"choice": "approve", "by": "Ann", "note": "", "value": {"copies": 2}}


async def test_what_waits_outlives_its_process(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'runs.db'}"
    async with Runtime.open(url, apps=[DESK]) as runtime:
        run = await runtime.start("desk", "it")
        await run.wait()
    async with Runtime.open(url, apps=[DESK], drives=False) as runtime:
        again = await runtime.run(run.id)
        assert [question.question for question in await again.questions()] == ["Send it?"]
        await again.answer("", "reject", by="Ann")
    async with Runtime.open(url, apps=[DESK]) as runtime:
        state = await (await runtime.run(run.id)).wait()
    assert state.outcome is Outcome.SUCCEEDED
