"""The desk answers: several matters in one message, each grounded in what was looked up, each effect once."""

from pathlib import Path

from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from holdfast.testing import ScriptedModel, answer, call, calls, fail
from tests.apps.support.desk import ADA, BRUNO, CHIDI, DANA, open_desk


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
        order = desk.shop(BRUNO).order("A-5014")
    assert order is not None
    assert str(order.refunded) == "879.00"


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
