"""A call that needs a yes waits for it out of memory, and is made with exactly the arguments that were shown."""

import pytest

from holdfast import Settlement
from holdfast.governance.verdict import Allow, Ask, Asking, Deny
from holdfast.journal.events import ApprovalAsked, ApprovalDecided, RunParked, StepEnded, StepIntended
from holdfast.journal.events.approvals import Ruling
from holdfast.kernel.errors import InputError
from holdfast.kernel.outcomes import ErrorKind, Outcome
from tests.orchestration.bank import SETTLE, TIMEOUT, Bank
from tests.orchestration.counter import CALL, OPERATOR, PAID, Rule, counter, pays, shown, waiting
from tests.runtime.stage import Stage, drivers, events_of, of_kind


async def test_a_call_that_is_approved_is_made_once_and_the_run_goes_on() -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    async with stage.runtime(pays(), apps=[counter(bank)], decides=Rule()) as runtime:
        run = await runtime.start("root", "pay the rent")
        state = await waiting(stage, run)
        assert state.parked == f"people are to say yes or no to {CALL}"
        assert not bank.requests
        (escalation,) = await run.approvals()
        await run.decide(CALL, Ruling.APPROVE, by="Ann", digest=escalation.digest, note="it is due")
        assert await stage.result(run) == PAID
        events = await events_of(run)
    assert bank.booked == {"rent": 1}
    (asked,), (decided,) = of_kind(events, ApprovalAsked), of_kind(events, ApprovalDecided)
    assert (decided.ruling, decided.by, decided.note, decided.settles) == (Ruling.APPROVE, "Ann", "it is due", True)
    assert asked.digest == decided.digest == escalation.digest
    kinds = [type(event) for event in events if isinstance(event, ApprovalAsked | ApprovalDecided | StepIntended)]
    assert kinds == [ApprovalAsked, ApprovalDecided, StepIntended]


async def test_a_call_that_is_rejected_is_never_made_and_the_model_is_told_why() -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    async with stage.runtime(pays(), apps=[counter(bank)], decides=Rule()) as runtime:
        run = await runtime.start("root", "pay the rent")
        await waiting(stage, run)
        await run.decide(CALL, Ruling.REJECT, by="Ann", note="we own the house")
        assert await stage.result(run) == PAID
        (ended,) = of_kind(await events_of(run), StepEnded)
        told = await shown(run)
    assert (ended.outcome, ended.stage) == (Outcome.REFUSED, "approved")
    assert ended.fault is not None
    assert ended.fault.kind is ErrorKind.REJECTED
    assert "Ann has said no to cash: we own the house" in told.content
    assert not bank.requests


async def test_a_call_whose_arguments_are_edited_is_made_with_those_and_the_model_is_told() -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    async with stage.runtime(pays(), apps=[counter(bank)], decides=Rule()) as runtime:
        run = await runtime.start("root", "pay the rent")
        await waiting(stage, run)
        (escalation,) = await run.approvals()
        with pytest.raises(InputError, match="cash cannot be called with this: what: "):
            await run.decide(CALL, Ruling.EDIT, {"what": 7}, by="Ann", digest=escalation.digest)
        await run.decide(CALL, Ruling.EDIT, {"what": "half the rent"}, by="Ann", digest=escalation.digest)
        assert await stage.result(run) == PAID
        told = await shown(run)
        events = await events_of(run)
    (asked,), (decided,) = of_kind(events, ApprovalAsked), of_kind(events, ApprovalDecided)
    assert bank.booked == {"half the rent": 1}
    assert told.content == (
        '[before the call was made, Ann has changed its arguments: it was made with {"what":"half the rent"}]\n'
        "receipt of half the rent"
    )
    assert asked.digest != decided.digest


async def test_edited_arguments_are_held_against_the_policy_like_any_others() -> None:
    stage = Stage()
    bank, rule = Bank(stage.clock), Rule()
    async with stage.runtime(pays(), apps=[counter(bank)], decides=rule) as runtime:
        run = await runtime.start("root", "pay the rent")
        await waiting(stage, run)
        (escalation,) = await run.approvals()
        rule.verdict = lambda request: Deny("too much") if request.arguments["what"] == "gold" else Allow()
        await run.decide(CALL, Ruling.EDIT, {"what": "gold"}, by="Ann", digest=escalation.digest)
        await stage.result(run)
        assert "too much" in (await shown(run)).content
    assert not bank.requests


async def test_waiting_costs_no_worker_and_no_memory() -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    before = drivers()
    async with stage.runtime(pays(), apps=[counter(bank)], decides=Rule()) as runtime:
        run = await runtime.start("root", "pay the rent")
        await waiting(stage, run)
        assert drivers() <= before
        (parked,) = of_kind(await events_of(run), RunParked)
    assert parked.wake_at is None


async def test_a_call_that_may_have_been_made_is_made_again_as_it_was_or_not_at_all() -> None:
    stage = Stage()
    bank, rule = Bank(stage.clock, goes=["lost"]), Rule()
    rule.verdict = lambda _: Ask("it pays twice", (OPERATOR,)) if bank.requests else Allow()
    async with stage.runtime(pays(by="card"), apps=[counter(bank)], decides=rule) as runtime:
        run = await runtime.start("root", "pay the rent")
        await waiting(stage, run)
        (escalation,) = await run.approvals()
        assert [way.ruling for way in escalation.options] == [Ruling.APPROVE, Ruling.REJECT]
        with pytest.raises(InputError, match="it may have been made already"):
            await run.decide(CALL, Ruling.EDIT, {"what": "half the rent"}, by="Ann", digest=escalation.digest)
        await run.decide(CALL, Ruling.APPROVE, by="Ann", digest=escalation.digest)
        assert await stage.result(run) == PAID
    assert (bank.booked, len(bank.keys)) == ({"rent": 1}, 1)


@pytest.mark.parametrize(("goes", "how"), [("lost", Settlement.HAPPENED), ("dropped", Settlement.DID_NOT)])
async def test_a_no_to_a_call_that_may_have_been_made_leaves_it_in_doubt(goes: str, how: Settlement) -> None:
    stage = Stage()
    bank, rule = Bank(stage.clock, goes=[goes]), Rule()
    rule.verdict = lambda _: Ask("it pays twice", (OPERATOR,)) if bank.requests else Allow()
    async with stage.runtime(pays(by="card"), apps=[counter(bank)], decides=rule) as runtime:
        run = await runtime.start("root", "pay the rent")
        await waiting(stage, run)
        await run.decide(CALL, Ruling.REJECT, by="Ann", note="once is enough")
        assert (await stage.ended(run)).doubts == (CALL,)
        await stage.clock.advance(TIMEOUT + SETTLE)
        await run.settle(CALL, how, "receipt of rent" if how is Settlement.HAPPENED else None)
        assert await stage.result(run) == PAID
        told = (await shown(run)).content
    assert bank.booked == ({"rent": 1} if how is Settlement.HAPPENED else {})
    assert ("Ann has said no to card: once is enough" in told) is (how is Settlement.DID_NOT)


async def test_who_is_asked_once_more_of_edited_arguments_says_yes_to_those() -> None:
    stage = Stage()
    bank, rule = Bank(stage.clock), Rule()
    async with stage.runtime(pays(), apps=[counter(bank)], decides=rule) as runtime:
        run = await runtime.start("root", "pay the rent")
        await waiting(stage, run)
        (escalation,) = await run.approvals()
        rule.asking = (Asking(roles=("boss",)),)
        await run.decide(CALL, Ruling.EDIT, {"what": "half the rent"}, by="Ann", digest=escalation.digest)
        await waiting(stage, run)
        (escalation,) = await run.approvals()
        assert (escalation.arguments, escalation.is_edited) == ('{"what":"half the rent"}', True)
        await run.decide(CALL, Ruling.APPROVE, by="Bob", roles=("boss",), digest=escalation.digest)
        assert await stage.result(run) == PAID
        assert 'made with {"what":"half the rent"}' in (await shown(run)).content
    assert bank.booked == {"half the rent": 1}
