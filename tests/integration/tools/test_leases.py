"""A lease as a tool takes it: one holder at a time, renewed while it is used, a token that tells a late one."""

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace

from holdfast import App, Effect, Leases, Provided, tool
from holdfast.integration.tools.leases import LEASE_SECONDS
from holdfast.journal.leases import Lease
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.kernel.retry import Retry
from holdfast.orchestration.flow.nodes import FunctionNode
from tests.runtime.stage import Stage


class Printer:
    """Prints for one at a time, and takes nothing under an older token than the newest it has seen."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.tokens: list[int] = []
        self.printing = 0
        self.at_once = 0

    async def print(self, token: int, seconds: float) -> None:
        assert token >= max(self.tokens, default=0), "who comes late is refused"
        self.tokens.append(token)
        self.printing += 1
        self.at_once = max(self.at_once, self.printing)
        try:
            await self.stage.clock.sleep(seconds)
        finally:
            self.printing -= 1

    def app(self, wait_seconds: float = 0.0, seconds: float = 10.0, retry: Retry | None = None) -> App:
        """Return an app whose one step prints for so long, under a lease."""

        @tool(effect=Effect.UNSAFE, timeout_seconds=1_000)
        async def print_it(*, leases: Provided[Leases]) -> int:
            """Print."""
            async with leases.hold("printer", wait_seconds=wait_seconds) as lease:
                await self.print(lease.token, seconds)
                return lease.token

        return App("root", FunctionNode("root", "print_it", "{}", retry=retry), functions=(print_it,), input=object)

    def steal(self) -> None:
        """Have somebody else take the lease, as if its time had run out unnoticed."""
        desk = self.stage.disk.desk
        (lease,) = desk._leases.values()
        desk._leases.update({key: replace(lease, until=0.0) for key in desk._leases})
        desk.lease(Lease(lease.tenant, lease.name, "a thief", 0, 0.0), 100.0, self.stage.clock.now())


async def test_who_waits_gets_it_next_under_a_larger_token() -> None:
    stage = Stage()
    printer = Printer(stage)
    async with stage.runtime(apps=[printer.app(wait_seconds=100)]) as runtime:
        runs = [await runtime.start("root", None) for _ in range(4)]
        tokens = [await stage.result(run) for run in runs]
    assert (sorted(map(str, tokens)), printer.tokens, printer.at_once) == (["1", "2", "3", "4"], [1, 2, 3, 4], 1)


async def test_who_does_not_wait_fails_before_anything_is_sent_and_can_try_again() -> None:
    stage = Stage()
    printer = Printer(stage)
    async with stage.runtime(apps=[printer.app()]) as runtime:
        first = await runtime.start("root", None)
        await stage.clock.advance(1)
        state = await stage.ended(await runtime.start("root", None))
        assert state.fault is not None
        assert (state.fault.kind, state.fault.retryable) == (ErrorKind.TOOL_FAILED, True)
        assert state.fault.message == (
            f"expected the lease on printer to be free, found that run {first.id} at root has it"
        )
        await stage.ended(first)
    async with stage.runtime(apps=[printer.app(retry=Retry(attempts_max=9, seconds_first=20.0))]) as runtime:
        runs = [await runtime.start("root", None) for _ in range(2)]
        for run in runs:
            assert (await stage.ended(run)).outcome is Outcome.SUCCEEDED
    assert printer.at_once == 1


async def test_one_that_is_used_for_longer_than_it_lasts_is_renewed() -> None:
    stage = Stage()
    printer = Printer(stage)
    async with stage.runtime(apps=[printer.app(seconds=LEASE_SECONDS * 4)]) as runtime:
        first = await runtime.start("root", None)
        await stage.clock.advance(LEASE_SECONDS * 3)
        assert (await stage.ended(await runtime.start("root", None))).outcome is Outcome.FAILED
        assert (await stage.ended(first)).outcome is Outcome.SUCCEEDED


async def test_who_loses_it_is_stopped_and_nobody_knows_what_was_done() -> None:
    stage = Stage()
    printer = Printer(stage)
    async with stage.runtime(apps=[printer.app(seconds=100)]) as runtime:
        run = await runtime.start("root", None)
        await stage.clock.advance(1)
        printer.steal()
        state = await stage.ended(run)
        assert (state.doubts, printer.printing) == (("root",), 0)


async def test_one_is_given_back_when_the_call_is_withdrawn() -> None:
    stage = Stage()
    printer = Printer(stage)
    async with stage.runtime(apps=[printer.app(seconds=100)]) as runtime:
        run = await runtime.start("root", None)
        await stage.clock.advance(1)
        await run.cancel("enough")
        await stage.ended(run)
        other = await runtime.start("root", None)
        await stage.clock.advance(1)
        assert printer.tokens == [1, 2]
        await stage.ended(other)


@pytest.mark.parametrize("seconds", [0.0, 5.0])
async def test_no_task_is_left_behind(seconds: float) -> None:
    stage = Stage()
    printer = Printer(stage)
    async with stage.runtime(apps=[printer.app(seconds=seconds)]) as runtime:
        await stage.ended(await runtime.start("root", None))
    left: list[Any] = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    assert left == []
