"""A process dies at any write while a run is forked or its fork goes on: there is one fork, whole, and it ends."""

import pytest

from holdfast.journal.events import RunForked
from holdfast.journal.fold.state import RunState
from holdfast.orchestration.flow.nodes import Parallel, Sequence
from holdfast.orchestration.past.cutting import BeforeStep
from holdfast.runtime import Runtime
from holdfast.testing.faults.invariants import gaps
from tests.orchestration.bank import Bank, paying
from tests.orchestration.lives import REQUEST, Process, live_with, recorded, repeated
from tests.runtime.stage import Stage, of_kind

FLOW = Sequence("root", (paying("card", "a"), Parallel("both", (paying("card", "b"), paying("wire", "c")))))


async def ended(runtime: Runtime, *, live: bool) -> RunState:
    """Have the run and its fork end."""
    run = await runtime.start("root", None, request_id=REQUEST)
    assert (await run.wait()).is_over
    fork = await runtime.fork(run, at=BeforeStep("root/both"), live=live, request_id="the one fork")
    return await fork.wait()


@pytest.mark.parametrize("live", [True, False])
async def test_killed_at_each_point_there_is_one_fork_and_it_is_whole(live: bool) -> None:
    async def work(runtime: Runtime) -> RunState:
        return await ended(runtime, live=live)

    stage = Stage()
    counting = Process(0)
    await live_with(stage, [Bank(stage.clock).app(FLOW)], (), work, counting)
    assert counting.passed > 20
    for kill_at in range(1, counting.passed + 1):
        stage = Stage()
        bank = Bank(stage.clock)
        app = bank.app(FLOW)
        state = None
        for death in (kill_at, 0):
            state = await live_with(stage, [app], (), work, Process(death)) or state
        assert state is not None
        assert state.status == ("COMPLETE" if live else "FAILED")
        original, fork = [head.run for head in reversed(list(stage.disk.heads()))]
        assert gaps(stage.disk.get(fork).events) == []
        events = recorded(stage, fork)
        assert repeated(events) == []
        assert [event.origin.run for event in of_kind(events, RunForked)] == [original]
        assert bank.booked == ({"a": 1, "b": 2, "c": 2} if live else {"a": 1, "b": 1, "c": 1})
