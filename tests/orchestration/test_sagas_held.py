"""What undoes a saga's step waits for a yes like any other call, also in a run that is to end."""

import pytest

from holdfast import RunFailed
from holdfast.journal.events import ApprovalAsked
from holdfast.journal.events.approvals import Ruling
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.orchestration.flow.saga_questions import GIVE_UP
from tests.orchestration.clerks import TIMEOUT, Office, opening, saga
from tests.orchestration.counter import Rule
from tests.runtime.stage import Stage, events_of, of_kind

ACCOUNT, MAILBOX = opening("account"), opening("mailbox")
UNDOING = "root/undo[account]"
ASKS = Rule(tools=frozenset(("close",)))


def failing(stage: Stage) -> Office:
    return Office(stage.clock, {"open mailbox": ["badly"]})


async def test_what_undoes_a_step_is_asked_for_once_and_made_once_somebody_says_yes() -> None:
    stage = Stage()
    office = failing(stage)
    async with stage.runtime(apps=[office.app(saga(ACCOUNT, MAILBOX))], decides=ASKS) as runtime:
        run = await runtime.start("root", None)
        state = await stage.ended(run)
        assert (state.status, state.approvals, office.standing) == ("WAITING", (UNDOING,), ["account"])
        (escalation,) = await run.approvals()
        await run.decide(UNDOING, Ruling.APPROVE, by="Ann", digest=escalation.digest)
        with pytest.raises(RunFailed, match="undone: account"):
            await stage.result(run)
        assert len(of_kind(await events_of(run), ApprovalAsked)) == 1
    assert office.standing == []


async def test_in_a_cancelled_run_a_yes_to_what_undoes_a_step_is_still_heard() -> None:
    stage = Stage()
    office = Office(stage.clock)
    flow = saga(ACCOUNT, opening("mailbox", "open_marked", seconds=TIMEOUT / 2))
    async with stage.runtime(apps=[office.app(flow)], decides=ASKS) as runtime:
        run = await runtime.start("root", None)
        await stage.clock.advance(1)
        assert office.standing == ["account"]
        await run.cancel("never mind")
        state = await stage.ended(run)
        assert (state.is_over, state.approvals) == (False, (UNDOING,))
        (escalation,) = await run.approvals()
        await run.decide(UNDOING, Ruling.APPROVE, by="Ann", digest=escalation.digest)
        state = await stage.ended(run)
    assert (state.status, office.standing) == ("CANCELLED", [])


async def test_a_run_that_is_to_end_at_once_waits_for_no_yes() -> None:
    stage = Stage()
    office = failing(stage)
    async with stage.runtime(apps=[office.app(saga(ACCOUNT, MAILBOX))], decides=ASKS) as runtime:
        run = await runtime.start("root", None)
        await stage.ended(run)
        await run.cancel("never mind", abandons_doubts=True)
        state = await stage.ended(run)
    assert (state.status, state.standing, office.standing) == ("CANCELLED", ("root",), ["account"])


async def test_a_no_to_what_undoes_a_step_is_a_failure_of_which_a_person_decides() -> None:
    stage = Stage()
    office = failing(stage)
    async with stage.runtime(apps=[office.app(saga(ACCOUNT, MAILBOX))], decides=ASKS) as runtime:
        run = await runtime.start("root", None)
        await stage.ended(run)
        await run.decide(UNDOING, Ruling.REJECT, by="Ann", note="leave it open")
        state = await stage.ended(run)
        (question,) = await run.questions()
        await run.answer(question.path, GIVE_UP, by="Ann")
        state = await stage.ended(run)
    assert (state.outcome, office.standing) == (Outcome.FAILED, ["account"])
    assert state.fault is not None
    assert state.fault.kind is ErrorKind.NOT_UNDONE
    assert "Ann has said no to close: leave it open" in state.fault.message
