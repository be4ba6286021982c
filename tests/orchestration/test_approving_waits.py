"""What becomes of a wait for a yes: deadlines, other calls of the turn, cancellation, forks, requeues, retries."""

import pytest

from holdfast import Settlement
from holdfast.governance.verdict import Allow, Asking
from holdfast.integration.gateway.lines import answer, call, calls
from holdfast.journal.events import ApprovalAsked, ApprovalDecided
from holdfast.journal.events.approvals import Ruling
from holdfast.journal.mail import Decide, decision_letter, encode_mail
from holdfast.journal.port import Letter
from holdfast.kernel.errors import AlreadySettled, InputError
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.kernel.retry import Retry
from holdfast.orchestration.flow.nodes import AgentNode, Join, Parallel
from holdfast.orchestration.past.cutting import BeforeTurn
from holdfast.orchestration.run.handle import Run
from tests.orchestration.bank import SETTLE, TIMEOUT, TOOLS, Bank, paying_by_tool
from tests.orchestration.counter import CALL, PAID, Rule, counter, paying_agent, pays, shown, waiting
from tests.runtime.stage import Stage, desk, events_of, of_kind

MINUTE = 60.0
LIMITED = Asking(deadline_seconds=MINUTE)


async def approve(run: Run, path: str = CALL, by: str = "Ann") -> None:
    found = {each.path: each for each in await run.approvals()}
    await run.decide(path, Ruling.APPROVE, by=by, digest=found[path].digest)


async def test_at_the_deadline_the_call_is_refused_and_the_agent_goes_on() -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    async with stage.runtime(pays(), apps=[counter(bank)], decides=Rule((LIMITED,))) as runtime:
        run = await runtime.start("root", "pay the rent")
        await waiting(stage, run)
        (escalation,) = await run.approvals()
        assert (escalation.deadline, escalation.at_deadline) == (escalation.asked_at + MINUTE, "reject")
        await stage.clock.advance(MINUTE)
        assert await stage.result(run) == PAID
        assert "nobody has said yes to cash in time" in (await shown(run)).content
        (decided,) = of_kind(await events_of(run), ApprovalDecided)
    assert (decided.by, decided.ruling) == ("deadline", Ruling.REJECT)
    assert not bank.requests


async def test_at_the_deadline_the_node_fails_if_that_is_declared() -> None:
    stage = Stage()
    asking = Asking(deadline_seconds=MINUTE, at_deadline="abandon")
    async with stage.runtime(pays(), apps=[counter(Bank(stage.clock))], decides=Rule((asking,))) as runtime:
        run = await runtime.start("root", "pay the rent")
        await waiting(stage, run)
        await stage.clock.advance(MINUTE)
        state = await stage.ended(run)
    assert (state.outcome, state.approvals) == (Outcome.FAILED, ())
    assert state.fault is not None
    assert (state.fault.kind, state.fault.message) == (
        ErrorKind.TIMEOUT,
        "nobody has said yes to cash by the deadline",
    )


async def test_a_yes_said_at_the_instant_of_the_deadline_comes_too_late_and_one_before_it_does_not() -> None:
    for seconds, expected in ((MINUTE, 0), (MINUTE - 1, 1)):
        stage = Stage()
        bank = Bank(stage.clock)
        async with stage.runtime(pays(), apps=[counter(bank)], decides=Rule((LIMITED,))) as runtime:
            run = await runtime.start("root", "pay the rent")
            await waiting(stage, run)
            (escalation,) = await run.approvals()
            at = escalation.asked_at + seconds
            yes = Decide(path=CALL, number=1, ruling=Ruling.APPROVE, by="Ann", digest=escalation.digest, at=at)
        await stage.clock.advance(MINUTE - 1)
        stage.disk.post((Letter(decision_letter(1, 0), run.id, encode_mail(yes)),), stage.clock.now())
        await stage.clock.advance(1)
        async with stage.runtime(pays(), apps=[counter(bank)], decides=Rule((LIMITED,))) as runtime:
            run = await runtime.run(run.id)
            assert await stage.result(run) == PAID
        assert len(bank.requests) == expected


async def test_who_decides_after_the_deadline_is_told_so() -> None:
    stage = Stage()
    async with stage.runtime(pays(), apps=[counter(Bank(stage.clock))], decides=Rule((LIMITED,))) as runtime:
        run = await runtime.start("root", "pay the rent")
        await waiting(stage, run)
        (escalation,) = await run.approvals()
    await stage.clock.advance(MINUTE)
    async with stage.runtime(apps=[counter(Bank(stage.clock))], drives=False) as runtime:
        run = await runtime.run(run.id)
        with pytest.raises(AlreadySettled, match="expected a decision before the deadline of"):
            await run.decide(CALL, Ruling.APPROVE, by="Ann", digest=escalation.digest)


async def test_the_other_calls_of_the_turn_go_on_while_one_waits() -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    script = (calls(call("cash", {"what": "rent"}), call("card", {"what": "bread"})), answer(PAID))
    async with stage.runtime(script, apps=[counter(bank)], decides=Rule(tools=frozenset(("cash",)))) as runtime:
        run = await runtime.start("root", "pay")
        await waiting(stage, run)
        assert bank.booked == {"bread": 1}
        await approve(run)
        assert await stage.result(run) == PAID
    assert bank.booked == {"bread": 1, "rent": 1}


async def test_two_calls_of_one_turn_are_decided_each_for_itself() -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    script = (calls(call("cash", {"what": "rent"}), call("cash", {"what": "rent"})), answer(PAID))
    async with stage.runtime(script, apps=[counter(bank)], decides=Rule()) as runtime:
        run = await runtime.start("root", "pay")
        second = "root/turn.1/call.2"
        await waiting(stage, run, CALL, second)
        one, two = await run.approvals()
        assert (one.number, two.number, one.digest == two.digest) == (1, 2, True)
        await approve(run, second)
        await waiting(stage, run, CALL)
        await run.decide(CALL, Ruling.REJECT, by="Bob", note="once is enough")
        assert await stage.result(run) == PAID
    assert bank.booked == {"rent": 1}


async def test_the_same_call_made_again_by_the_model_needs_another_yes() -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    script = (call("cash", {"what": "rent"}), call("cash", {"what": "rent"}), answer(PAID))
    async with stage.runtime(script, apps=[counter(bank)], decides=Rule()) as runtime:
        run = await runtime.start("root", "pay")
        await waiting(stage, run)
        await approve(run)
        await waiting(stage, run, "root/turn.2/call.1")
        assert bank.booked == {"rent": 1}
        await approve(run, "root/turn.2/call.1")
        await stage.result(run)
    assert bank.booked == {"rent": 2}


async def test_a_node_that_is_itself_a_tool_waits_and_fails_if_somebody_says_no() -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    async with stage.runtime(apps=[bank.app(paying_by_tool("cash"), tools=TOOLS)], decides=Rule()) as runtime:
        yes, no = await runtime.start("root", None), await runtime.start("root", None)
        for run in (yes, no):
            await waiting(stage, run, "root")
        await approve(yes, "root")
        assert await stage.result(yes) == "receipt of root"
        await no.decide("root", Ruling.REJECT, by="Ann", note="not now")
        state = await stage.ended(no)
    assert (state.outcome, bank.booked) == (Outcome.REFUSED, {"root": 1})
    assert state.fault is not None
    assert "Ann has said no to cash: not now" in state.fault.message


async def test_a_cancelled_run_ends_and_nobody_is_asked_any_more() -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    async with stage.runtime(pays(), apps=[counter(bank)], decides=Rule()) as runtime:
        run = await runtime.start("root", "pay the rent")
        await waiting(stage, run)
        (escalation,) = await run.approvals()
        await run.cancel("never mind")
        state = await stage.ended(run)
        assert (state.status, state.approvals, await run.approvals()) == ("CANCELLED", (), [])
        with pytest.raises(AlreadySettled, match="its branch has ended, or the run was cancelled"):
            await run.decide(CALL, Ruling.APPROVE, by="Ann", digest=escalation.digest)
    assert not bank.requests


async def test_a_node_that_times_out_while_it_waits_asks_nobody_any_more() -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    app = bank.app(AgentNode("root", "desk", timeout_seconds=MINUTE), agents=(paying_agent(),), functions=())
    async with stage.runtime(pays(), apps=[app], decides=Rule()) as runtime:
        run = await runtime.start("root", "pay the rent")
        await waiting(stage, run)
        await stage.clock.advance(MINUTE)
        state = await stage.ended(run)
        assert (state.outcome, await run.approvals()) == (Outcome.FAILED, [])
    assert not bank.requests


async def test_what_was_asked_is_asked_anew_once_the_run_is_requeued() -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    asking = Asking(deadline_seconds=MINUTE, at_deadline="abandon")
    async with stage.runtime(pays(), apps=[counter(bank)], decides=Rule((asking,))) as runtime:
        run = await runtime.start("root", "pay the rent")
        await waiting(stage, run)
        (escalation,) = await run.approvals()
        await stage.clock.advance(MINUTE)
        assert (await stage.ended(run)).outcome is Outcome.FAILED
        await run.requeue()
        await waiting(stage, run)
        (again,) = await run.approvals()
        assert (again.number, again.digest, again.deadline) == (2, escalation.digest, stage.clock.now() + MINUTE)
        await approve(run)
        assert await stage.result(run) == PAID
    assert bank.booked == {"rent": 1}


async def test_a_definite_failure_uses_the_yes_up() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["busy"])
    flow = paying_by_tool("card", retry=Retry(attempts_max=2))
    async with stage.runtime(apps=[bank.app(flow, tools=TOOLS)], decides=Rule()) as runtime:
        run = await runtime.start("root", None)
        await waiting(stage, run, "root")
        await approve(run, "root")
        await waiting(stage, run, "root")
        assert [each.number for each in await run.approvals()] == [2]
        assert len(bank.requests) == 1
        await approve(run, "root", by="Bob")
        assert await stage.result(run) == "receipt of root"
    assert len(bank.requests) == 2


async def test_what_is_sent_again_under_its_key_is_the_same_effect_and_needs_no_other_yes() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["lost"])
    async with stage.runtime(apps=[bank.app(paying_by_tool("card"), tools=TOOLS)], decides=Rule()) as runtime:
        run = await runtime.start("root", None)
        await waiting(stage, run, "root")
        await approve(run, "root")
        assert await stage.result(run) == "receipt of root"
        assert len(of_kind(await events_of(run), ApprovalAsked)) == 1
    assert (len(bank.requests), len(bank.keys), bank.booked) == (2, 1, {"root": 1})


async def test_an_approved_call_that_did_not_happen_is_made_again_on_the_same_yes() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["dropped"])
    async with stage.runtime(pays(), apps=[counter(bank)], decides=Rule()) as runtime:
        run = await runtime.start("root", "pay the rent")
        await waiting(stage, run)
        await approve(run)
        state = await stage.ended(run)
        assert (state.doubts, state.approvals) == ((CALL,), ())
        await stage.clock.advance(TIMEOUT + SETTLE)
        await run.settle(CALL, Settlement.DID_NOT)
        assert await stage.result(run) == PAID
    assert bank.booked == {"rent": 1}


async def test_a_doubt_shows_the_arguments_that_were_sent_and_not_those_that_were_asked_for() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["lost"])
    async with stage.runtime(pays(), apps=[counter(bank)], decides=Rule()) as runtime:
        run = await runtime.start("root", "pay the rent")
        await waiting(stage, run)
        (escalation,) = await run.approvals()
        await run.decide(CALL, Ruling.EDIT, {"what": "half"}, by="Ann", digest=escalation.digest)
        await stage.ended(run)
        (doubt,) = await run.doubts()
    assert doubt.arguments == '{"what":"half"}'


async def test_a_policy_that_asks_for_more_meanwhile_has_people_asked_anew() -> None:
    stage = Stage()
    bank, rule = Bank(stage.clock), Rule()
    async with stage.runtime(pays(), apps=[counter(bank)], decides=rule) as runtime:
        run = await runtime.start("root", "pay the rent")
        await waiting(stage, run)
        rule.asking = (Asking(roles=("finance",)),)
        await approve(run)
        await waiting(stage, run)
        (again,) = await run.approvals()
        assert (again.number, again.needs[0].roles) == (2, ("finance",))
        with pytest.raises(InputError, match="with the role finance"):
            await approve(run)
        assert not bank.requests


async def test_a_no_stands_even_if_the_policy_asks_nobody_any_more() -> None:
    stage = Stage()
    bank, rule = Bank(stage.clock), Rule()
    async with stage.runtime(pays(), apps=[counter(bank)], decides=rule) as runtime:
        run = await runtime.start("root", "pay the rent")
        await waiting(stage, run)
        rule.verdict = lambda _request: Allow()
        await run.decide(CALL, Ruling.REJECT, by="Ann")
        assert await stage.result(run) == PAID
    assert not bank.requests


async def test_a_live_fork_has_people_asked_anew_and_one_that_is_not_asks_nobody() -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    beside = desk(name="beside", tools=())
    app = bank.app(
        Parallel("root", (paying_by_tool("cash", "pay"), AgentNode("desk", "beside"))), agents=(beside,), tools=TOOLS
    )
    async with stage.runtime((answer("hello"),), apps=[app], decides=Rule()) as runtime:
        run = await runtime.start("root", "hello")
        await waiting(stage, run, "root/pay")
        (escalation,) = await run.approvals()
        live = await runtime.fork(run, at=BeforeTurn(1), live=True)
        await waiting(stage, live, "root/pay")
        (asked,) = await live.approvals()
        assert (asked.run, asked.number) == (live.id, 2)
        await run.decide("root/pay", Ruling.APPROVE, by="Ann", digest=escalation.digest)
        await stage.result(run)
        assert (await live.state()).approvals == ("root/pay",)
        pretending = await runtime.fork(run, at=BeforeTurn(1))
        assert (await stage.ended(pretending)).approvals == ()
    assert bank.booked == {"pay": 1}


async def test_branches_wait_each_for_themselves_and_the_others_go_on() -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    flow = Parallel("root", (paying_by_tool("cash", "pay"), paying_by_tool("card", "beside")), join=Join.ALL)
    async with stage.runtime(apps=[bank.app(flow, tools=TOOLS)], decides=Rule(tools=frozenset(("cash",)))) as runtime:
        run = await runtime.start("root", None)
        await waiting(stage, run, "root/pay")
        assert bank.booked == {"beside": 1}
        await approve(run, "root/pay")
        await stage.result(run)
    assert bank.booked == {"beside": 1, "pay": 1}
