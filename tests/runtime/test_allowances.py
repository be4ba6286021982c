"""What an operator allows is never overshot: calls wait until it is renewed, new runs are refused or queued."""

import asyncio

import pytest

from holdfast.governance.allowance import Allowance
from holdfast.governance.purse import AllowanceLow
from holdfast.integration.gateway.lines import answer
from holdfast.journal.events import AllowanceAwaited, AllowanceRenewed, ModelCalled
from holdfast.journal.fold.state import RunState
from holdfast.kernel.charges import Charge
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.days import DAY_SECONDS, begins_at, day_of
from holdfast.kernel.errors import AllowanceSpent
from holdfast.kernel.messages import Usage
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.orchestration.run.handle import Run
from holdfast.runtime.allowances.admission import WhenSpent
from tests.runtime.meter import Meter
from tests.runtime.stage import Stage, desk, events_of, of_kind

OUTPUT = 100
EVENING = 1_800_057_000.0
"""Ten minutes before midnight."""
DESK = desk(output_tokens_max=OUTPUT)
OTHER = "globex"


def evening() -> Stage:
    return Stage(clock=VirtualClock(EVENING))


def a_day(tokens: int, tenant: str | None = "acme") -> Allowance:
    return Allowance(tenant=tenant, per="day", tokens=tokens)


async def charged(stage: Stage, days: int = 0) -> Charge:
    """What the store says was charged on this day, or that many days before."""
    day = day_of(stage.clock.now()) - days
    store = stage.store()
    stage.disk.owner, owner = store, stage.disk.owner
    try:
        found = await store.charged(day, day)
    finally:
        stage.disk.owner = owner
    return found[0].charge if found else Charge(day)


async def worst_of(agent: object = DESK) -> int:
    """What the first call of a run holds."""
    stage = Stage()
    async with stage.runtime([answer("done")]) as runtime:
        run = await runtime.start(agent, "hello")  # type: ignore[arg-type]
        await stage.ended(run)
        return of_kind(await events_of(run), ModelCalled)[0].reserved


def waiting(state: RunState) -> list[str]:
    return [each.allowance for each in state.awaited]


async def test_a_call_at_a_spent_allowance_waits_until_it_is_renewed_and_goes_on_then() -> None:
    stage, worst = evening(), await worst_of()
    async with stage.runtime(Meter(50, clock=stage.clock), allowances=[a_day(worst + 40)]) as runtime:
        first = await runtime.start(DESK, "hello", tenant="acme")
        assert await stage.result(first) == "done"
        second = await runtime.start(DESK, "hello", tenant="acme")
        state = await stage.ended(second)
        midnight = begins_at(day_of(stage.clock.now()) + 1)
        assert waiting(state) == ["the allowance of tenant acme"]
        assert state.parked == "waits for the allowance of tenant acme, renewed at 2027-01-16 00:00 UTC"
        assert (await second.head()).wake_at == midnight
        assert (await charged(stage)).tokens == 50
        await stage.clock.advance(midnight - stage.clock.now())
        assert await stage.result(second) == "done"
        events = await events_of(second)
    assert [event.renews_at for event in of_kind(events, AllowanceAwaited)] == [midnight]
    assert await charged(stage) == Charge(day_of(midnight), 50, 250_000_000)


async def test_other_tenants_are_not_held_up() -> None:
    stage = evening()
    async with stage.runtime(Meter(50, clock=stage.clock), allowances=[a_day(await worst_of() + 40)]) as runtime:
        for tenant in ("acme", OTHER, OTHER):
            assert await stage.result(await runtime.start(DESK, "hello", tenant=tenant)) == "done"


async def test_each_tenant_may_have_an_allowance_of_its_own() -> None:
    stage = evening()
    async with stage.runtime(Meter(50, clock=stage.clock), allowances=[a_day(await worst_of() + 40, "*")]) as runtime:
        for tenant in ("acme", OTHER):
            assert await stage.result(await runtime.start(DESK, "hello", tenant=tenant)) == "done"
        state = await stage.ended(await runtime.start(DESK, "hello", tenant=OTHER))
        assert waiting(state) == [f"the allowance of tenant {OTHER}"]


async def test_runs_side_by_side_wait_for_what_others_hold_and_may_not_need() -> None:
    stage, worst = evening(), await worst_of()
    script = Meter(30, clock=stage.clock, seconds=5)
    async with stage.runtime(script, allowances=[a_day(worst + 100)]) as runtime:
        runs = [await runtime.start(DESK, f"hello {number}", tenant="acme") for number in range(4)]
        held: list[int] = []

        async def watch() -> None:
            while True:
                found = await charged(stage)
                held.append(found.tokens + found.held_tokens)
                await stage.clock.sleep(0.5)

        watching = asyncio.create_task(watch())
        states = [await stage.ended(run) for run in runs]
        watching.cancel()
    assert all(state.outcome is Outcome.SUCCEEDED for state in states)
    assert max(held) <= worst + 100
    assert await charged(stage) == Charge(day_of(stage.clock.now()), 120, 1_000_000_000)


async def test_an_allowance_that_is_never_renewed_ends_the_run_and_says_why() -> None:
    stage = evening()
    forever = Allowance(app="desk", tokens=await worst_of() + 40)
    async with stage.runtime(Meter(50, clock=stage.clock), allowances=[forever]) as runtime:
        await stage.ended(await runtime.start(DESK, "hello"))
        state = await stage.ended(await runtime.start(DESK, "hello"))
        assert state.fault is not None
        assert state.fault.kind is ErrorKind.BUDGET
        assert "the allowance of app desk cannot pay a call of at most" in state.fault.message


async def test_a_call_that_no_fresh_allowance_could_pay_does_not_wait_for_one() -> None:
    stage = evening()
    async with stage.runtime(Meter(50, clock=stage.clock), allowances=[a_day(60)]) as runtime:
        state = await stage.ended(await runtime.start(DESK, "hello", tenant="acme"))
        assert state.fault is not None
        assert "can never pay a call that may come to so much" in state.fault.message


async def test_a_lost_call_stays_charged_to_its_day_until_somebody_looks_it_up() -> None:
    stage, worst = evening(), await worst_of()
    async with stage.runtime(Meter(50, clock=stage.clock, seconds=60), allowances=[a_day(10 * worst)]) as runtime:
        run = await runtime.start(DESK, "hello", tenant="acme")
        await stage.clock.advance(1)
        assert (await charged(stage)).held_tokens == worst
    assert await charged(stage) == Charge(day_of(stage.clock.now()), worst, unpriced=1)
    before = day_of(stage.clock.now())
    await stage.clock.advance(DAY_SECONDS)
    limits = [a_day(10 * worst)]
    async with stage.runtime(Meter(50, clock=stage.clock, seconds=60), apps=[DESK], allowances=limits) as runtime:
        run = await runtime.run(run.id)
        await stage.clock.advance(1)
        (unseen,) = (await run.state()).unseen
        await run.reconcile(unseen.node, 1, unseen.attempt, Usage(20, 4, 0, 0.01))
        await stage.result(run)
    assert await charged(stage, 1) == Charge(before, 24, 10_000_000)
    assert await charged(stage) == Charge(before + 1, 50, 250_000_000)


async def test_what_is_held_before_midnight_is_charged_to_that_day() -> None:
    stage = evening()
    day = day_of(stage.clock.now())
    await stage.clock.advance(begins_at(day + 1) - stage.clock.now() - 2)
    async with stage.runtime(Meter(50, clock=stage.clock, seconds=5), allowances=[a_day(1_000)]) as runtime:
        await stage.result(await runtime.start(DESK, "hello", tenant="acme"))
    assert day_of(stage.clock.now()) == day + 1
    assert await charged(stage, 1) == Charge(day, 50, 250_000_000)
    assert await charged(stage) == Charge(day + 1)


async def parked_at_a_spent_allowance(stage: Stage, allowance: int) -> Run:
    async with stage.runtime(Meter(50, clock=stage.clock), allowances=[a_day(allowance)]) as runtime:
        await stage.ended(await runtime.start(DESK, "hello", tenant="acme"))
        run = await runtime.start(DESK, "hello", tenant="acme")
        await stage.ended(run)
    return run


async def test_a_raised_allowance_lets_those_that_wait_go_on_when_the_operator_starts_again() -> None:
    stage, worst = evening(), await worst_of()
    run = await parked_at_a_spent_allowance(stage, worst + 40)
    async with stage.runtime(Meter(50, clock=stage.clock), apps=[DESK], allowances=[a_day(2 * worst + 100)]) as runtime:
        await stage.clock.advance(1)
        again = await runtime.run(run.id)
        assert await stage.result(again) == "done"
        assert of_kind(await events_of(again), AllowanceRenewed) == []


async def test_one_that_is_not_raised_keeps_them_waiting() -> None:
    stage, worst = evening(), await worst_of()
    run = await parked_at_a_spent_allowance(stage, worst + 40)
    async with stage.runtime(Meter(50, clock=stage.clock), apps=[DESK], allowances=[a_day(worst + 41)]) as runtime:
        await stage.clock.advance(1)
        state = await stage.ended(await runtime.run(run.id))
        assert waiting(state) == ["the allowance of tenant acme"]


async def test_a_new_run_is_refused_while_the_allowance_is_spent_or_waited_for() -> None:
    stage, worst = evening(), await worst_of()
    async with stage.runtime(Meter(50, clock=stage.clock), allowances=[a_day(worst + 40)]) as runtime:
        await stage.ended(await runtime.start(DESK, "hello", tenant="acme"))
        await stage.ended(await runtime.start(DESK, "hello", tenant="acme"))
        with pytest.raises(AllowanceSpent, match="try again when it is renewed, at 2027-01-16 00:00 UTC") as refused:
            await runtime.start(DESK, "hello", tenant="acme")
        assert refused.value.renews_at == begins_at(day_of(stage.clock.now()) + 1)
        assert len(await runtime.runs()) == 2
        assert await stage.result(await runtime.start(DESK, "hello", tenant=OTHER)) == "done"


@pytest.mark.parametrize("when_spent", ["refuse", "queue"])
async def test_a_request_that_has_begun_its_run_finds_it_though_the_allowance_is_spent(when_spent: WhenSpent) -> None:
    stage, worst = evening(), await worst_of()
    async with stage.runtime(Meter(worst, clock=stage.clock), allowances=[a_day(2 * worst)]) as runtime:
        run = await runtime.start(DESK, "hello", tenant="acme", request_id="r1")
        await stage.ended(run)
        fork = await runtime.fork(run, request_id="f1")
        await stage.ended(fork)
        again = await runtime.start(DESK, "hello", tenant="acme", request_id="r1", when_spent=when_spent)
        assert (again.id, (await runtime.fork(run, request_id="f1")).id) == (run.id, fork.id)
        for tenant, request_id in (("acme", "r2"), ("acme", None)):
            with pytest.raises(AllowanceSpent):
                await runtime.start(DESK, "hello", tenant=tenant, request_id=request_id)


async def test_a_run_that_waits_no_more_holds_up_no_new_one() -> None:
    stage, worst = evening(), await worst_of()
    async with stage.runtime(Meter(50, clock=stage.clock), allowances=[a_day(worst + 40)]) as runtime:
        await stage.ended(await runtime.start(DESK, "hello", tenant="acme"))
        waits = await runtime.start(DESK, "hello", tenant="acme")
        await stage.ended(waits)
        await waits.cancel("enough")
        await stage.ended(waits)
        assert waiting(await stage.ended(await runtime.start(DESK, "hello", tenant="acme")))


async def test_what_no_renewal_helps_holds_up_no_new_run() -> None:
    stage = evening()
    forever = Allowance(app="desk", tokens=await worst_of() + 40)
    async with stage.runtime(Meter(50, clock=stage.clock), allowances=[forever]) as runtime:
        states = [await stage.ended(await runtime.start(DESK, "hello")) for _ in range(3)]
    assert [state.outcome for state in states] == [Outcome.SUCCEEDED, Outcome.FAILED, Outcome.FAILED]


async def test_or_queued_until_it_is_renewed() -> None:
    stage, worst = evening(), await worst_of()
    async with stage.runtime(Meter(worst, 50, clock=stage.clock), allowances=[a_day(worst)]) as runtime:
        await stage.ended(await runtime.start(DESK, "hello", tenant="acme"))
        queued = await runtime.start(DESK, "hello", tenant="acme", when_spent="queue")
        state = await stage.ended(queued)
        assert state.parked == "waits for the allowance of tenant acme, renewed at 2027-01-16 00:00 UTC"
        assert state.nodes.get("desk") is None
        await stage.clock.advance(600)
        assert await stage.result(queued) == "done"


async def test_a_process_that_does_not_drive_asks_the_store() -> None:
    stage, worst = evening(), await worst_of()
    async with stage.runtime(Meter(worst, clock=stage.clock), allowances=[a_day(worst)]) as runtime:
        await stage.ended(await runtime.start(DESK, "hello", tenant="acme"))
    async with stage.runtime([], allowances=[a_day(worst)], drives=False) as runtime:
        with pytest.raises(AllowanceSpent):
            await runtime.start(DESK, "hello", tenant="acme")


async def test_one_that_is_nearly_spent_is_told_of_once_a_period_and_a_broken_listener_stops_nothing() -> None:
    stage, worst = evening(), await worst_of()
    heard: list[AllowanceLow] = []

    def listen(alert: AllowanceLow) -> None:
        heard.append(alert)
        raise RuntimeError("the pager is broken")

    asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
    limits = [a_day(worst + 20)]
    model = Meter(worst, 20, clock=stage.clock)
    async with stage.runtime(model, allowances=limits, on_alert=listen) as runtime:
        await stage.result(await runtime.start(DESK, "hello", tenant="acme"))
        assert [(one.owner, one.renews_at) for one in heard] == [
            ("the allowance of tenant acme", begins_at(day_of(stage.clock.now()) + 1))
        ]
        assert await stage.result(await runtime.start(DESK, "hello", tenant=OTHER)) == "done"
        assert len(heard) == 1
