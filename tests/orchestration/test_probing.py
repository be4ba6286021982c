"""A tool that can look what became of its call answers for itself; a person is asked when it cannot."""

import pytest

from holdfast import Settlement
from holdfast.journal.events import DoubtProbed, DoubtSettled
from holdfast.kernel.outcomes import Outcome
from holdfast.orchestration.driving.settling import PROBES_MAX
from holdfast.orchestration.flow.nodes import Join, Parallel, Sequence
from tests.orchestration.bank import KEY_SECONDS, SETTLE, TIMEOUT, Bank, paying
from tests.orchestration.lives import live, recorded, repeated
from tests.runtime.stage import Stage, events_of, of_kind


@pytest.mark.parametrize(("goes", "sent"), [("lost", 1), ("dropped", 2)])
async def test_it_is_looked_up_and_made_again_only_if_it_did_not_happen(goes: str, sent: int) -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=[goes])
    async with stage.runtime(apps=[bank.app(paying("wire"))]) as runtime:
        run = await runtime.start("root", None)
        assert await stage.result(run) == "receipt of root"
        (settled,) = of_kind(await events_of(run), DoubtSettled)
    assert settled.by == "probe"
    assert len(bank.requests) == sent
    assert bank.booked == {"root": 1}
    assert len(bank.keys) == 1


async def test_nobody_looks_while_what_was_sent_may_still_arrive() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["lost"])
    async with stage.runtime(apps=[bank.app(paying("wire"))]) as runtime:
        run = await runtime.start("root", None)
        await stage.result(run)
    assert bank.looks[0] - bank.requests[0][2] == pytest.approx(TIMEOUT + SETTLE)


async def test_a_look_that_tells_nothing_is_repeated_with_growing_distance() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["lost"], blind=3)
    async with stage.runtime(apps=[bank.app(paying("wire"))]) as runtime:
        run = await runtime.start("root", None)
        await stage.result(run)
    between = [later - sooner for sooner, later in zip(bank.looks, bank.looks[1:], strict=False)]
    assert between == pytest.approx([1, 2, 4])


async def test_a_probe_that_cannot_tell_gives_way_to_a_person() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["lost"])
    async with stage.runtime(apps=[bank.app(paying("giro"))]) as runtime:
        run = await runtime.start("root", None)
        state = await stage.ended(run)
        assert (state.status, state.doubts) == ("WAITING", ("root",))
        probed = of_kind(await events_of(run), DoubtProbed)
        assert [event.probe for event in probed] == list(range(1, PROBES_MAX + 1))
        assert probed[-1].retry_at is None
        assert probed[0].fault is not None
        assert "the books are closed" in probed[0].fault.message
        await run.settle("root", Settlement.HAPPENED, "receipt 7")
        assert await stage.result(run) == "receipt 7"


async def test_a_person_may_answer_before_the_probe_does() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["lost"])
    async with stage.runtime(apps=[bank.app(paying("wire"))]) as runtime:
        run = await runtime.start("root", None)
        await stage.clock.advance(1)
        await run.settle("root", Settlement.HAPPENED, "receipt 7")
        assert await stage.result(run) == "receipt 7"
    assert bank.looks == []


async def test_the_loser_of_a_race_is_looked_up_too() -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    flow = Parallel("root", (paying("wire", "slow", seconds=8), paying("wire", "fast", seconds=1)), Join.QUORUM, 1)
    async with stage.runtime(apps=[bank.app(flow)]) as runtime:
        run = await runtime.start("root", None)
        state = await stage.ended(run)
    assert (state.status, state.outcome) == ("COMPLETE", Outcome.SUCCEEDED)
    assert [event.how for event in of_kind(recorded(stage), DoubtSettled)] == [Settlement.DID_NOT]
    assert [what for what, _, _ in bank.requests] == ["slow", "fast"]


async def test_a_cancelled_run_lets_the_probe_answer_or_asks_a_person() -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    async with stage.runtime(apps=[bank.app(paying("wire", seconds=8))]) as runtime:
        run = await runtime.start("root", None)
        await stage.clock.advance(1)
        await run.cancel("never mind")
        assert (await stage.ended(run)).status == "CANCELLED"
    assert len(bank.looks) == 1


@pytest.mark.parametrize(("by", "asks"), [("voucher", True), ("ticket", False)])
async def test_a_key_that_may_be_forgotten_is_not_sent_again(by: str, asks: bool) -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    app = bank.app(paying(by, seconds=8))
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.start("root", None)
        await stage.clock.advance(1)
    await stage.clock.advance(KEY_SECONDS)
    async with stage.runtime(apps=[app]) as runtime:
        again = await runtime.run(run.id)
        state = await stage.ended(again)
        assert bool(state.doubts) is asks
        if asks:
            await again.settle("root", Settlement.DID_NOT)
        assert await stage.result(again) == "receipt of root"
    assert len(bank.looks) == (0 if asks else 1)
    assert len(bank.keys) == 1
    assert bank.booked == {"root": 1}


async def test_a_key_that_is_still_known_is_sent_again_at_once() -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    app = bank.app(paying("voucher", seconds=8))
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.start("root", None)
        await stage.clock.advance(1)
    await stage.clock.advance(KEY_SECONDS / 2)
    async with stage.runtime(apps=[app]) as runtime:
        assert await stage.result(await runtime.run(run.id)) == "receipt of root"
    assert len(bank.requests) == 2


@pytest.mark.parametrize("goes", ["lost", "dropped"])
async def test_killed_at_each_point_what_can_be_looked_up_is_done_once(goes: str) -> None:
    kill_at = 0
    while True:
        kill_at += 1
        stage = Stage()
        bank = Bank(stage.clock, goes=[goes], blind=1)
        app = bank.app(Sequence("root", (paying("wire", "pay"), paying("wire", "then"))))
        died = await live(stage, app, None, (), kill_at) is None
        state = await live(stage, app, None, ())
        assert state is not None
        assert (state.status, state.outcome) == ("COMPLETE", Outcome.SUCCEEDED), kill_at
        assert repeated(recorded(stage)) == []
        assert bank.booked == {"pay": 1, "then": 1}, kill_at
        if not died:
            break
    assert kill_at > 8
