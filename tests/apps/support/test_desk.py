"""The desk answers: several matters in one message, each grounded in what was looked up, each effect once."""

from pathlib import Path

import pytest

from holdfast import Ruling
from holdfast.integration.gateway.lines import Say
from holdfast.kernel.errors import InputError
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from holdfast.testing import ScriptedModel, answer, call, calls, fail
from tests.apps.support.desk import ADA, BRUNO, CHIDI, DANA, Desk, open_desk


def paid_back(desk: Desk, customer: str, number: str) -> str:
    order = desk.shop(customer).order(number)
    assert order is not None
    return str(order.refunded)


async def test_several_matters_are_seen_to_in_the_order_that_is_asked_for(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        reply = await desk.reply("return the blue shirt from my last order, but first recommend a similar one in green")
        order = desk.shop(ADA).order("A-5001")
    assert reply.index("Oxford shirt in green, 59.00") < reply.index("The return of your blue Oxford shirt")
    assert order is not None
    assert [line.returned for line in order.lines] == [1, 0]


async def test_an_order_is_told_as_it_stands(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        assert "DH-993412" in await desk.reply("where is my parcel with the hiking boots?", BRUNO)
        assert "A-5030" in await desk.reply("which orders do I have?", CHIDI)


async def test_an_order_of_somebody_else_is_not_told(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        reply = await desk.reply("where is order A-5022?", ADA)
    assert "I can find no order A-5022 of yours" in reply
    assert "DH-993412" not in reply


async def test_a_refund_is_paid_once(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        assert "879.00" in await desk.reply("I want my money back for the family tent", BRUNO)
        assert paid_back(desk, BRUNO, "A-5014") == "879.00"


async def test_a_refund_over_a_thousand_waits_for_a_person_who_is_not_the_customer(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        run = await desk.begin("I'd like a refund for the trekking tents", DANA)
        state = await run.wait()
        (asked,) = await run.approvals()
        assert (state.outcome, asked.tool, asked.policies) == (None, "refund", ("large-refunds",))
        assert asked.options[0].impact == "1058.00 of order A-5008 go back to customer c-1004; nothing undoes it"
        with pytest.raises(InputError):
            await run.decide(asked.path, Ruling.APPROVE, by=DANA, digest=asked.digest)
        assert paid_back(desk, DANA, "A-5008") == "0.00"
        await run.decide(asked.path, Ruling.APPROVE, by="Ann", digest=asked.digest)
        assert "1058.00 of order A-5008 goes back to you" in str(await run.result())
        assert paid_back(desk, DANA, "A-5008") == "1058.00"


async def test_a_refund_that_a_person_makes_smaller_is_paid_as_it_was_made(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        run = await desk.begin("I'd like a refund for the trekking tents", DANA)
        await run.wait()
        (asked,) = await run.approvals()
        smaller = {"order_id": "A-5008", "amount": "529.00", "reason": "one of them"}
        await run.decide(asked.path, Ruling.EDIT, smaller, by="Ann", digest=asked.digest)
        assert "529.00" in str(await run.result())
        assert paid_back(desk, DANA, "A-5008") == "529.00"


async def test_a_refund_that_a_person_rejects_is_not_paid_and_the_customer_is_told(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        run = await desk.begin("I'd like a refund for the trekking tents", DANA)
        await run.wait()
        await run.decide("", Ruling.REJECT, by="Ann", note="they were used")
        assert "they were used" in str(await run.result())
        assert paid_back(desk, DANA, "A-5008") == "0.00"


async def test_a_large_refund_cannot_be_had_in_small_parts(tmp_path: Path) -> None:
    parts = [call("refund", {"order_id": "A-5008", "amount": amount, "reason": "tents"}) for amount in ("600", "458")]
    splits = ScriptedModel([calls(call("list_orders")), calls(parts[0]), calls(parts[1]), answer("It is done.")])
    async with open_desk(tmp_path, {"returns": splits}) as desk:
        await desk.reply("refund the tents of A-5008", DANA)
        assert paid_back(desk, DANA, "A-5008") == "600.00"
    assert "a colleague decides" in str(splits.requests[-1].messages[-1])


async def test_a_large_refund_cannot_be_had_in_small_parts_at_once(tmp_path: Path) -> None:
    parts = [call("refund", {"order_id": "A-5008", "amount": amount, "reason": "tents"}) for amount in ("600", "458")]
    splits = ScriptedModel([calls(call("list_orders")), calls(*parts), answer("It is done.")])
    async with open_desk(tmp_path, {"returns": splits}) as desk:
        await desk.reply("refund the tents of A-5008", DANA)
        assert paid_back(desk, DANA, "A-5008") == "600.00"
    assert "a colleague decides" in str(splits.requests[-1].messages)


@pytest.mark.parametrize(
    ("agent", "wanted"),
    [
        ("returns", call("refund", {"order_id": "A-5008", "amount": "90000", "reason": "tents"})),
        ("returns", call("refund", {"order_id": "A-5014", "amount": "1001", "reason": "not hers"})),
        ("orders", call("cancel_order", {"order_id": "A-5030"})),
        ("orders", call("cancel_order", {"order_id": "A-5008"})),
    ],
)
async def test_nobody_is_asked_about_what_cannot_be_done(tmp_path: Path, agent: str, wanted: Say) -> None:
    wants = ScriptedModel([calls(wanted), answer("It cannot be done.")])
    asked = {"returns": "refund the tents of A-5008", "orders": "cancel order A-5008"}[agent]
    async with open_desk(tmp_path, {agent: wants}) as desk:
        assert await desk.reply(asked, DANA) == "It cannot be done."


async def test_an_order_is_cancelled_once_the_customer_has_confirmed_it(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        run = await desk.begin("Please cancel order A-5030", CHIDI)
        await run.wait()
        (asked,) = await run.approvals()
        with pytest.raises(InputError):
            await run.decide(asked.path, Ruling.APPROVE, by="Ann", digest=asked.digest)
        await run.decide(asked.path, Ruling.APPROVE, by=CHIDI, of="user", digest=asked.digest)
        assert "A-5030 is cancelled" in str(await run.result())
        order = desk.shop(CHIDI).order("A-5030")
    assert order is not None
    assert order.status == "cancelled"


async def test_what_is_returned_already_is_said_to_be(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        await desk.reply("return the blue shirt from my last order")
        assert "The blue Oxford shirt is returned already." in await desk.reply("return the blue shirt of A-5001")


@pytest.mark.parametrize(("written", "paid"), [("1,050.00", "1050.00"), ("$20", "20.00"), ("12.5€", "12.50")])
async def test_an_amount_is_read_as_it_is_written(tmp_path: Path, written: str, paid: str) -> None:
    async with open_desk(tmp_path) as desk:
        run = await desk.begin(f"refund {written} for the trekking tents", DANA)
        await run.wait()
        for asked in await run.approvals():
            await run.decide(asked.path, Ruling.APPROVE, by="Ann", digest=asked.digest)
        await run.result()
        assert paid_back(desk, DANA, "A-5008") == paid


@pytest.mark.parametrize("written", ["1.050,00", "-20", "1e3", "20.999", "59,00", "0"])
async def test_an_amount_that_can_be_read_in_two_ways_is_asked_about(tmp_path: Path, written: str) -> None:
    async with open_desk(tmp_path) as desk:
        assert "which amount" in await desk.reply(f"refund {written} for the trekking tents", DANA)
        assert paid_back(desk, DANA, "A-5008") == "0.00"


async def test_a_message_as_long_as_it_may_be_is_answered(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        assert "Which order" in await desk.reply(("where is my order " * 500)[:8_000])


async def test_what_cannot_be_returned_is_told_with_the_reason(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        assert "that was possible until" in await desk.reply("I want to return the rain jacket of A-4807")
        assert "cannot be returned" in await desk.reply("I want to return the gift card of A-4977", DANA)
        assert "is paid" in await desk.reply("return the running shoes", CHIDI)


async def test_an_unclear_wish_is_asked_about_and_nothing_is_done(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        assert "Which item of order A-5008" in await desk.reply("I want to return something from my last order", DANA)
        order = desk.shop(DANA).order("A-5008")
    assert order is not None
    assert not any(line.returned for line in order.lines)


async def test_a_policy_is_quoted(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        assert "2 years" in await desk.reply("what is your warranty policy?")


async def test_a_statement_without_support_is_taken_out_before_a_customer_reads_it(tmp_path: Path) -> None:
    stated = "Your order A-5001 is on its way. You get 500.00 back."
    invents = ScriptedModel([calls(call("list_orders")), answer(stated)])
    async with open_desk(tmp_path, {"orders": invents}) as desk:
        reply = await desk.reply("where is my order?")
    assert reply == "Your order A-5001 is on its way."


async def test_what_cannot_be_put_right_waits_for_a_person(tmp_path: Path) -> None:
    invents = ScriptedModel([answer("You get 500.00 back.")])
    insists = ScriptedModel([answer("You get 500.00 back.")] * 5)
    async with open_desk(tmp_path, {"orders": invents, "reviser": insists}) as desk:
        state = await desk.ended("where is my order?")
    assert state.outcome is None
    assert state.parked is not None


async def test_a_part_that_fails_is_said_and_the_others_are_answered(tmp_path: Path) -> None:
    broken = ScriptedModel([fail(Fault(ErrorKind.BAD_REQUEST, "no"))])
    async with open_desk(tmp_path, {"advisor": broken}) as desk:
        run = await desk.begin("recommend a green bag, and what is your warranty policy?")
        state = await run.wait()
        reply = str(await run.value(state))
    assert state.outcome is Outcome.PARTIAL
    assert "could not be done" in reply
    assert "2 years" in reply


async def test_what_was_said_before_is_told(tmp_path: Path) -> None:
    hears = ScriptedModel([answer('{"parts": [{"kind": "other", "request": "it"}]}')])
    async with open_desk(tmp_path, {"sorter": hears}) as desk:
        run = await desk.begin("and the other one?", earlier=[{"customer": "the shirt?", "desk": "It is delivered."}])
        await run.result()
    assert "It is delivered." in hears.requests[0].messages[-1].text


async def test_a_customer_that_is_not_known_is_rejected(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        state = await desk.ended("where is my order?", "c-9")
    assert state.outcome is Outcome.REFUSED
