"""What was sent for a branch that nobody wants any more is owed an answer: the join goes on, the run's end waits."""

import pytest

from holdfast import Settlement
from holdfast.journal.events import RunEnded, StepInterrupted
from holdfast.kernel.limits import Budget
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.orchestration.flow.nodes import Join, Parallel, Sequence
from tests.orchestration.bank import SETTLE, TIMEOUT, Bank, paying
from tests.orchestration.lives import live, recorded
from tests.orchestration.world import World, one
from tests.orchestration.world import step as looking
from tests.runtime.stage import Stage, events_of, of_kind

RACE = Parallel("race", (paying("card", "slow", seconds=8), paying("card", "fast", seconds=1)), Join.QUORUM, quorum=1)


@pytest.mark.parametrize("by", ["card", "cash", "giro"])
async def test_a_join_goes_on_and_the_run_is_not_complete_before_the_loser_is_settled(by: str) -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    race = Parallel("race", (paying(by, "slow", seconds=8), paying("card", "fast", seconds=1)), Join.QUORUM, quorum=1)
    flow = Sequence("root", (race, paying("card", "after", seconds=1)))
    async with stage.runtime(apps=[bank.app(flow)]) as runtime:
        run = await runtime.start("root", None)
        state = await stage.ended(run)
        assert (state.status, state.doubts) == ("WAITING", ("root/race/slow",))
        assert state.nodes["root/after"].outcome is Outcome.SUCCEEDED
        (doubt,) = await run.doubts()
        assert not doubt.is_wanted
        await stage.clock.advance(TIMEOUT + SETTLE)
        await run.settle("root/race/slow", Settlement.DID_NOT)
        state = await stage.ended(run)
    assert (state.status, state.doubts) == ("COMPLETE", ())
    assert [what for what, _, _ in bank.requests] == ["slow", "fast", "after"], "it is not made again: nobody wants it"


async def test_a_branch_whose_time_is_up_leaves_an_obligation_and_the_run_cannot_fail_before() -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    app = bank.app(paying("card", seconds=8, timeout_seconds=2))
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.start("root", None)
        state = await stage.ended(run)
        assert (state.status, state.doubts) == ("WAITING", ("root",))
        await run.settle("root", Settlement.HAPPENED, "receipt 7")
        state = await stage.ended(run)
    assert (state.status, state.outcome) == ("FAILED", Outcome.FAILED)
    assert state.fault is not None
    assert state.fault.kind is ErrorKind.TIMEOUT


async def test_a_cancelled_run_waits_until_its_doubt_is_settled() -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    async with stage.runtime(apps=[bank.app(paying("card", seconds=8))]) as runtime:
        run = await runtime.start("root", None)
        await stage.clock.advance(1)
        await run.cancel("never mind")
        state = await stage.ended(run)
        assert (state.status, state.doubts) == ("WAITING", ("root",))
        assert state.parked == "cancelled, but in doubt: nobody knows what became of root"
        await stage.clock.advance(TIMEOUT + SETTLE)
        await run.settle("root", Settlement.DID_NOT)
        state = await stage.ended(run)
    assert (state.status, state.fault and state.fault.message) == ("CANCELLED", "never mind")
    assert len(bank.requests) == 1


async def test_a_run_can_be_cancelled_without_ever_knowing_and_says_so() -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    async with stage.runtime(apps=[bank.app(RACE)]) as runtime:
        run = await runtime.start("race", None)
        assert (await stage.ended(run)).doubts == ("race/slow",)
        await run.cancel("never mind", by="Ann", abandons_doubts=True)
        state = await stage.ended(run)
        (end,) = of_kind(await events_of(run), RunEnded)
    assert (state.status, state.doubts, state.abandoned) == ("CANCELLED", (), ("race/slow",))
    assert end.fault is not None
    assert end.fault.message == "never mind (abandoned in doubt: race/slow)"


async def test_asking_a_second_time_that_doubts_be_abandoned_is_enough() -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    async with stage.runtime(apps=[bank.app(paying("cash", seconds=8))]) as runtime:
        run = await runtime.start("root", None)
        await stage.clock.advance(1)
        await run.cancel("never mind")
        assert (await stage.ended(run)).status == "WAITING"
        await run.cancel("really", abandons_doubts=True)
        state = await stage.ended(run)
    assert (state.status, state.abandoned) == ("CANCELLED", ("root",))


async def test_a_look_that_is_cut_off_leaves_no_doubt() -> None:
    stage = Stage()
    world = World(stage.clock)
    app = world.app(looking("root", seconds=9), functions=(one,))
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.start("root", None)
        await stage.clock.advance(1)
        await run.cancel("never mind")
        assert (await stage.ended(run)).status == "CANCELLED"


async def test_a_call_that_was_to_be_made_again_when_its_run_was_cancelled_is_in_doubt() -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    app = bank.app(paying("card", seconds=8), budget=Budget())
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.start("root", None)
        await stage.clock.advance(1)
    async with stage.runtime(apps=[app], drives=False) as runtime:
        await (await runtime.run(run.id)).cancel("never mind")
    async with stage.runtime(apps=[app]) as runtime:
        again = await runtime.run(run.id)
        assert (await stage.ended(again)).doubts == ("root",)
        interrupted = of_kind(await events_of(again), StepInterrupted)
    assert [event.in_doubt for event in interrupted] == [False, True]
    assert len(bank.requests) == 1


async def test_killed_at_each_point_a_race_owes_an_answer_for_whatever_it_had_sent() -> None:
    kill_at = 0
    while True:
        kill_at += 1
        stage = Stage()
        bank = Bank(stage.clock)
        app = bank.app(RACE)
        died = await live(stage, app, None, (), kill_at) is None
        state = await live(stage, app, None, ())
        assert state is not None
        while state.doubts:
            async with stage.runtime(apps=[app], drives=False) as runtime:
                await (await runtime.run(state.run)).settle(state.doubts[0], Settlement.ABANDONED)
            state = await live(stage, app, None, ())
            assert state is not None
        assert (state.status, state.outcome) == ("COMPLETE", Outcome.SUCCEEDED), kill_at
        sent = {what for what, _, _ in bank.requests}
        known = {path.rpartition("/")[2] for path, node in state.nodes.items() if node.step.outcome is not None}
        assert sent <= known, f"killed at {kill_at}, something was sent and forgotten: {recorded(stage)}"
        if not died:
            break
    assert kill_at > 8
