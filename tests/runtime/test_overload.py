"""At overload new runs are refused in words that help, while those that were begun finish."""

import asyncio
from pathlib import Path

import pytest

from holdfast import App, Effect, Runtime, tool
from holdfast.journal.port import RunFilter
from holdfast.kernel.errors import InputError, Overloaded
from holdfast.kernel.ids import RunId
from holdfast.orchestration.flow.nodes import FunctionNode
from holdfast.orchestration.run.handle import Run

AT_ONCE_MAX, WAITING_MAX = 10, 100
STARTS = 10_000


class Gate:
    """An app whose only step waits until the gate is open."""

    def __init__(self) -> None:
        self.opened = asyncio.Event()

        @tool(effect=Effect.PURE, timeout_seconds=60)
        async def pass_through(name: str) -> str:
            """Wait, and give back what was given."""
            await self.opened.wait()
            return name

        self.app = App("gate", FunctionNode("gate", "pass_through", input="{'name': input}"), functions=(pass_through,))


async def started(runtime: Runtime, app: App, count: int) -> tuple[list[Run], list[Overloaded]]:
    """Begin ``count`` runs at once; return those that were begun, and the refusals."""
    answers = await asyncio.gather(
        *(runtime.start(app, f"run {number}") for number in range(count)), return_exceptions=True
    )
    runs = [answer for answer in answers if isinstance(answer, Run)]
    refused = [answer for answer in answers if isinstance(answer, Overloaded)]
    assert len(runs) + len(refused) == count
    return runs, refused


async def test_of_ten_thousand_starts_those_beyond_the_limit_are_refused_and_the_others_finish() -> None:
    gate = Gate()
    async with Runtime.open("memory:", runs_at_once_max=AT_ONCE_MAX, runs_waiting_max=WAITING_MAX) as runtime:
        runs, refused = await started(runtime, gate.app, STARTS)
        assert WAITING_MAX <= len(runs) <= WAITING_MAX + AT_ONCE_MAX
        assert "found 100: this one was not begun. Try again when some have been taken up" in str(refused[0])
        assert len(await runtime.runs(RunFilter(count_max=STARTS))) == len(runs)
        gate.opened.set()
        results = await asyncio.gather(*(run.result() for run in runs))
        assert len(set(results)) == len(runs)
        later, refused = await started(runtime, gate.app, WAITING_MAX)
        assert not refused
        await asyncio.gather(*(run.result() for run in later))


async def test_what_waits_elsewhere_counts_once_the_limit_is_reached(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'holdfast.db'}"
    gate = Gate()
    async with Runtime.open(url, drives=False, runs_waiting_max=3) as first:
        runs, refused = await started(first, gate.app, 5)
        assert (len(runs), len(refused)) == (3, 2)
    async with Runtime.open(url, drives=False, runs_waiting_max=4) as second:
        runs, refused = await started(second, gate.app, 5)
        assert (len(runs), len(refused)) == (4, 1)
        assert "expected fewer than 4 runs waiting to be driven" in str(refused[0])
    async with Runtime.open(url, apps=[gate.app]) as third:
        gate.opened.set()
        for head in await third.runs():
            await (await third.run(RunId(head.run))).result()


async def test_a_parked_run_waits_for_nobody_who_drives() -> None:
    gate = Gate()
    async with Runtime.open("memory:", runs_waiting_max=1) as runtime:
        parked = await runtime.start(gate.app, "first")
        async for entry in parked.events():
            if entry.version > 3:
                break
        await runtime.park("for a while", [parked.id])
        gate.opened.set()
        assert await (await runtime.start(gate.app, "second")).result() == "second"


async def test_a_limit_below_one_is_refused() -> None:
    with pytest.raises(InputError, match="runs_waiting_max of at least 1, found 0"):
        async with Runtime.open("memory:", runs_waiting_max=0):
            pass
