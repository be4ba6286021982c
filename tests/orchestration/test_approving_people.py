"""Who may say yes to a call: never who asks for it, only who is asked, and each of them once."""

import asyncio
from collections.abc import Sequence

import pytest

from holdfast.governance.verdict import Asking
from holdfast.journal.events import ApprovalDecided, StepEnded
from holdfast.journal.events.approvals import Ruling
from holdfast.journal.mail import Decide, decision_letter, encode_mail
from holdfast.journal.port import Letter
from holdfast.kernel.errors import AlreadySettled, InputError
from holdfast.kernel.outcomes import ErrorKind
from holdfast.orchestration.people.approvals import Wish, decision_of, told_decided
from holdfast.orchestration.run.handle import Run
from tests.orchestration.bank import Bank
from tests.orchestration.counter import CALL, CUSTOMER, OPERATOR, PAID, Rule, counter, pays, waiting
from tests.runtime.stage import Stage, events_of, of_kind

FOUR_EYES = Asking(approvals=2)
FINANCE = Asking(roles=("finance", "treasury"))


async def approve(run: Run, by: str, of: str = "operator", roles: Sequence[str] = ()) -> None:
    (escalation,) = await run.approvals()
    await run.decide(CALL, Ruling.APPROVE, by=by, of=of, roles=roles, digest=escalation.digest)


@pytest.mark.parametrize(
    ("asking", "by", "of", "roles", "expected"),
    [
        (OPERATOR, "carl", "operator", (), "expected an operator who is not the end user, found carl"),
        (OPERATOR, " CARL ", "operator", (), "expected an operator who is not the end user"),
        (OPERATOR, "desk", "operator", (), "expected somebody else than who asks, found desk"),
        (OPERATOR, "root", "operator", (), "expected somebody else than who asks, found root"),
        (OPERATOR, "deadline", "operator", (), "expected the name of a person, found 'deadline'"),
        (OPERATOR, "  ", "operator", (), "expected the name of a person"),
        (OPERATOR, "carl", "user", (), "expected an operator, found carl as user"),
        (FINANCE, "Ann", "operator", (), "with the role finance or treasury, found Ann as operator without a role"),
        (FINANCE, "Ann", "operator", ("sales",), "found Ann as operator with the roles sales"),
        (CUSTOMER, "Ann", "user", (), "expected the end user carl to confirm, found Ann"),
        (CUSTOMER, "Ann", "operator", (), "expected the end user's confirmation, found Ann as operator"),
    ],
)
async def test_who_may_not_decide_is_told_why(
    asking: Asking, by: str, of: str, roles: tuple[str, ...], expected: str
) -> None:
    stage = Stage()
    async with stage.runtime(pays(), apps=[counter(Bank(stage.clock))], decides=Rule((asking,))) as runtime:
        run = await runtime.start("root", "pay the rent", user="carl")
        await waiting(stage, run)
        with pytest.raises(InputError, match=expected):
            await approve(run, by, of, roles)
        assert (await run.approvals())[0].decisions == ()


async def test_a_letter_of_somebody_who_may_not_decide_is_read_and_counts_for_nothing() -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    async with stage.runtime(pays(), apps=[counter(bank)], decides=Rule()) as runtime:
        run = await runtime.start("root", "pay the rent", user="carl")
        state = await waiting(stage, run)
        (escalation,) = await run.approvals()
        forged = Decide(
            path=CALL, number=1, ruling=Ruling.APPROVE, by="carl", digest=escalation.digest, at=stage.clock.now()
        )
        other = Decide(path=CALL, number=1, ruling=Ruling.APPROVE, by="Ann", digest="0" * 32, at=stage.clock.now())
        for place, mail in enumerate((forged, other)):
            stage.disk.post((Letter(decision_letter(1, place), run.id, encode_mail(mail)),), stage.clock.now())
        await run.resume()
        after = await waiting(stage, run)
        assert after.inbox_read > state.inbox_read
        assert (await run.approvals())[0].decisions == ()
        await approve(run, "Ann")
        assert await stage.result(run) == PAID
    assert bank.booked == {"rent": 1}


async def test_four_eyes_are_two_people_however_their_names_are_written() -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    async with stage.runtime(pays(), apps=[counter(bank)], decides=Rule((FOUR_EYES,))) as runtime:
        run = await runtime.start("root", "pay the rent")
        await waiting(stage, run)
        await approve(run, "Ann")
        await waiting(stage, run)
        (escalation,) = await run.approvals()
        assert [each.by for each in escalation.decisions] == ["Ann"]
        with pytest.raises(InputError, match="expected another person, found that ANN has approved it already"):
            await approve(run, "ANN")
        assert not bank.requests
        await approve(run, "Bob")
        assert await stage.result(run) == PAID
        settled = [event.settles for event in of_kind(await events_of(run), ApprovalDecided)]
    assert settled == [False, True]


async def test_an_edit_leaves_no_yes_standing_that_was_said_to_other_arguments() -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    async with stage.runtime(pays(), apps=[counter(bank)], decides=Rule((FOUR_EYES,))) as runtime:
        run = await runtime.start("root", "pay the rent")
        await waiting(stage, run)
        await approve(run, "Ann")
        await waiting(stage, run)
        (seen,) = await run.approvals()
        await run.decide(CALL, Ruling.EDIT, {"what": "less"}, by="Bob", digest=seen.digest)
        await waiting(stage, run)
        (edited,) = await run.approvals()
        assert (edited.arguments, edited.is_edited) == ('{"what":"less"}', True)
        assert [each.by for each in edited.decisions] == ["Bob"]
        with pytest.raises(AlreadySettled, match=r"expected .* to be as it was shown"):
            await run.decide(CALL, Ruling.APPROVE, by="Ann", digest=seen.digest)
        await run.decide(CALL, Ruling.APPROVE, by="Ann", digest=edited.digest)
        assert await stage.result(run) == PAID
    assert bank.booked == {"less": 1}


async def test_a_confirmation_and_an_approval_do_not_stand_for_each_other() -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    async with stage.runtime(pays(), apps=[counter(bank)], decides=Rule((OPERATOR, CUSTOMER))) as runtime:
        run = await runtime.start("root", "pay the rent", user="carl")
        await waiting(stage, run)
        await approve(run, "Carl", of="user")
        await waiting(stage, run)
        with pytest.raises(InputError, match="expected another person, found that carl has approved it already"):
            await approve(run, "carl", of="user")
        assert not bank.requests
        await approve(run, "Ann")
        assert await stage.result(run) == PAID
    assert bank.booked == {"rent": 1}


async def test_where_nobody_could_ever_confirm_the_call_is_refused_at_once() -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    async with stage.runtime(pays(), apps=[counter(bank)], decides=Rule((CUSTOMER,))) as runtime:
        run = await runtime.start("root", "pay the rent")
        assert await stage.result(run) == PAID
        (ended,) = of_kind(await events_of(run), StepEnded)
    assert ended.fault is not None
    assert (ended.fault.kind, bank.requests) == (ErrorKind.REJECTED, [])
    assert "the run acts for no end user who could confirm it" in ended.fault.message


async def test_of_two_who_decide_at_once_one_is_heard_and_the_other_is_told_who_was_first() -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    async with stage.runtime(pays(), apps=[counter(bank)], decides=Rule()) as runtime:
        run = await runtime.start("root", "pay the rent")
        await waiting(stage, run)
        (escalation,) = await run.approvals()
        said = await asyncio.gather(
            run.decide(CALL, Ruling.APPROVE, by="Ann", digest=escalation.digest),
            run.decide(CALL, Ruling.REJECT, by="Bob", digest=escalation.digest),
            return_exceptions=True,
        )
        assert said[0] is None
        assert isinstance(said[1], AlreadySettled)
        assert "Ann had it approved already" in str(said[1])
        assert await stage.result(run) == PAID
        decided = of_kind(await events_of(run), ApprovalDecided)
        with pytest.raises(AlreadySettled, match="Ann was first, to approve it"):
            await run.decide(CALL, Ruling.REJECT, by="Bob")
    assert [event.by for event in decided] == ["Ann"]
    assert bank.booked == {"rent": 1}


async def test_two_who_have_seen_the_same_have_one_letter_between_them() -> None:
    stage = Stage()
    async with stage.runtime(pays(), apps=[counter(Bank(stage.clock))], decides=Rule((FOUR_EYES,))) as runtime:
        run = await runtime.start("root", "pay the rent")
        state = await waiting(stage, run)
        (escalation,) = await run.approvals()
        now = stage.clock.now()
        letters = [decision_of(state, (), wish(by, escalation.digest), now) for by in ("Ann", "Bob")]
        assert letters[0][1] == letters[1][1]
        for mail, letter_id in letters:
            stage.disk.post((Letter(letter_id, run.id, encode_mail(mail)),), now)
        (heard,) = stage.disk.inboxes[run.id].values()
        assert "Ann was first, to approve it: look at it again" in told_decided(CALL, heard.body)
        await run.resume()
        await waiting(stage, run)
        await approve(run, "Bob")
        assert await stage.result(run) == PAID


def wish(by: str, digest: str) -> Wish:
    return Wish(path=CALL, ruling=Ruling.APPROVE, by=by, digest=digest, of="operator", roles=(), note="")


async def test_who_says_the_same_twice_has_said_it_once() -> None:
    stage = Stage()
    async with stage.runtime(pays(), apps=[counter(Bank(stage.clock))], decides=Rule((FOUR_EYES,))) as runtime:
        run = await runtime.start("root", "pay the rent")
        await waiting(stage, run)
        (escalation,) = await run.approvals()
        for _ in range(2):
            await run.decide(CALL, Ruling.APPROVE, by="Ann", digest=escalation.digest)
            await stage.clock.advance(1)
        await waiting(stage, run)
        assert len(of_kind(await events_of(run), ApprovalDecided)) == 1


async def test_a_yes_names_what_it_is_said_to() -> None:
    stage = Stage()
    async with stage.runtime(pays(), apps=[counter(Bank(stage.clock))], decides=Rule()) as runtime:
        run = await runtime.start("root", "pay the rent")
        await waiting(stage, run)
        with pytest.raises(InputError, match="expected the digest of what is decided of"):
            await run.decide(CALL, Ruling.APPROVE, by="Ann")
        with pytest.raises(InputError, match=r"expected the path of a call that waits for a yes, found 'root/x'"):
            await run.decide("root/x", Ruling.APPROVE, by="Ann", digest="0" * 8)
        (escalation,) = await run.approvals()
        await run.decide("", Ruling.APPROVE, by="Ann", digest=escalation.digest[:8])
        assert await stage.result(run) == PAID
