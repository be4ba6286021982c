"""What is put before whoever decides: what the call is for, what would come of it, and where its arguments stand."""

from decimal import Decimal

import msgspec
import pytest

from holdfast import App, Effect, Topic, Trust, tool
from holdfast.flow import Start, Subscription
from holdfast.governance.escalation import Evidence
from holdfast.governance.verdict import Ask, Asking
from holdfast.integration.gateway.lines import answer, call
from holdfast.integration.tools.contract import Tool
from holdfast.integration.tools.sources import Source, evidence_for
from holdfast.journal.bus import DeliveryFilter
from holdfast.journal.events.approvals import Ruling
from holdfast.orchestration.flow.nodes import AgentNode, ChildNode, Sequence, ToolNode
from tests.orchestration.bank import Bank, cash, paying
from tests.orchestration.counter import CALL, PAID, Rule, counter, pays, waiting
from tests.runtime.stage import Stage, desk


@tool(effect=Effect.READ)
async def get_order(order_id: str) -> dict[str, str]:
    """Get an order."""
    return {"id": order_id, "total": "249.90", "iban": "DE02 1203 0000"}


@tool(effect=Effect.UNSAFE)
async def take_back(order_id: str) -> str:
    """Take a refund back."""
    return order_id


def spends(amount: Decimal) -> str:
    return f"{amount} leave the account"


@tool(effect=Effect.UNSAFE, undo=take_back, impact=spends)
async def refund(order_id: str, amount: Decimal, iban: str, urgent: bool = False) -> str:
    """Refund an order."""
    return f"refunded {amount}"


def broken() -> str:
    raise ValueError("no rate")


@tool(impact=broken)
async def sell(what: str) -> str:
    """Sell something."""
    return what


@tool(impact="everybody reads it")
async def announce(text: str) -> str:
    """Announce something."""
    return text


REFUND = call(
    "refund",
    {"order_id": "4711", "amount": "249.90", "iban": "XX99", "urgent": True},
    text="The order is damaged, so I refund it.",
)


async def test_an_escalation_says_what_for_what_then_and_where_from() -> None:
    stage = Stage()
    rule = Rule(verdict=None, tools=frozenset(("refund",)))
    agent = desk(tools=(get_order, refund))
    script = (call("get_order", {"order_id": "4711"}), REFUND, answer(PAID))
    async with stage.runtime(script, apps=[agent], decides=rule) as runtime:
        run = await runtime.start("desk", "I want my money back for order 4711", user="carl")
        path = "desk/turn.2/call.1"
        await waiting(stage, run, path)
        (asked,) = await run.approvals()
    assert (asked.goal, asked.words) == ("I want my money back for order 4711", "The order is damaged, so I refund it.")
    assert (asked.tool, asked.caller, asked.user, asked.reason) == ("refund", "desk", "carl", "it pays")
    assert (asked.effect, asked.reversibility) == (Effect.UNSAFE, "take_back")
    assert {way.ruling: way.impact for way in asked.options}[Ruling.APPROVE] == (
        "249.90 leave the account; take_back undoes it"
    )
    assert asked.evidence == (
        Evidence("amount", "249.90", ("a result of get_order",)),
        Evidence("iban", "XX99"),
        Evidence("order_id", "4711", ("the task", "a result of get_order"), is_trusted=True),
    )


@pytest.mark.parametrize(
    ("chosen", "arguments", "impact"),
    [
        (sell, {"what": "gold"}, "what would come of it is not known (ValueError: no rate); nothing undoes it"),
        (announce, {"text": "hi"}, "everybody reads it; nothing undoes it"),
        (get_order, {"order_id": "1"}, "get_order is called with these arguments; it changes nothing"),
    ],
)
async def test_what_would_come_of_it_is_said_even_where_the_tool_cannot_say(
    chosen: Tool, arguments: dict[str, object], impact: str
) -> None:
    stage = Stage()
    rule = Rule(tools=frozenset((chosen.name,)))
    script = (call(chosen.name, arguments), answer(PAID))
    async with stage.runtime(script, apps=[desk(tools=(chosen,))], decides=rule) as runtime:
        run = await runtime.start("desk", "go on")
        await waiting(stage, run, "desk/turn.1/call.1")
        (asked,) = await run.approvals()
    assert asked.options[0].impact == impact


@pytest.mark.parametrize(
    ("value", "text", "is_found"),
    [
        ("4711", "order 4711.", True),
        ("10", "order 4710", False),
        ("10", "it costs 10.50", True),
        ("50", "it costs 10.50", False),
        ("DE02 1203", "iban: DE02 1203 0000", True),
        ("a.b", "a-b", False),
        (" ", "a b", False),
    ],
)
def test_a_value_stands_where_it_stands_as_a_word_of_its_own(value: str, text: str, is_found: bool) -> None:
    arguments = msgspec.json.encode({"x": value})
    (found,) = evidence_for(arguments, (Source("the task", text),))
    assert (found.found_in == ("the task",)) == is_found


def test_values_that_lie_deeper_are_found_by_the_way_to_them_and_flags_are_not_looked_for() -> None:
    arguments = msgspec.json.encode({"to": {"cities": ["Bonn", "Ulm"]}, "n": 3, "flag": True, "none": None})
    found = evidence_for(arguments, (Source("the task", "send 3 to Ulm"),))
    assert [(each.argument, bool(each.found_in)) for each in found] == [
        ("to.cities[0]", False),
        ("to.cities[1]", True),
        ("n", True),
    ]


async def test_a_node_that_is_a_tool_is_traced_to_the_input_and_to_what_other_nodes_gave() -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    pay = ToolNode("pay", "cash", input="{'what': order}")
    flow = Sequence("root", (paying("card", "order"), pay))
    app = bank.app(flow, tools=(cash,))
    async with stage.runtime(apps=[app], decides=Rule(tools=frozenset(("cash",)))) as runtime:
        run = await runtime.start("root", "pay twice")
        await waiting(stage, run, "root/pay")
        (asked,) = await run.approvals()
    assert (asked.goal, asked.caller) == ('"pay twice"', None)
    assert asked.evidence == (Evidence("what", "receipt of order", ("the result of root/order",)),)


async def test_the_inbox_lists_what_waits_at_any_depth_and_below_one_run() -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    inner = bank.app(AgentNode("inner", "desk"), agents=(desk(tools=(cash,)),), functions=())
    middle = bank.app(ChildNode("middle", "inner", input="'pay the rent'"), functions=())
    outer = bank.app(ChildNode("outer", "middle", input="'pay the rent'"), functions=())
    pay = call("cash", {"what": "rent"})
    script = (pay, pay, answer(PAID))
    async with stage.runtime(script, apps=[outer, middle, inner, counter(bank)], decides=Rule()) as runtime:
        other = await runtime.start("root", "pay the rent")
        await waiting(stage, other)
        await stage.clock.advance(1)
        top = await runtime.start("outer", None)
        await stage.ended(top)
        everywhere, below = await runtime.inbox(), await runtime.inbox(top)
        assert [each.head.app for each in everywhere] == ["root", "inner"]
        assert [(each.head.app, each.head.parent is not None) for each in below] == [("inner", True)]
        run = await runtime.run(below[0].head.run)
        (escalation,) = await run.approvals()
        await run.decide("", Ruling.APPROVE, by="Ann", digest=escalation.digest)
        assert await stage.result(top) == PAID


async def test_what_a_flow_hands_to_an_agent_is_nobody_s_word() -> None:
    stage = Stage()
    bank = Bank(stage.clock)
    flow = Sequence("root", (paying("card", "order"), AgentNode("desk", "desk", input="'pay rent, says ' + order")))
    app = bank.app(flow, agents=(desk(tools=(cash,)),))
    async with stage.runtime(pays(), apps=[app], decides=Rule(tools=frozenset(("cash",)))) as runtime:
        run = await runtime.start("root", "pay the rent")
        await waiting(stage, run, "root/desk/turn.1/call.1")
        (asked,) = await run.approvals()
    assert asked.goal == "pay rent, says receipt of order"
    assert asked.evidence == (Evidence("what", "rent", ("what it was given",)),)


@pytest.mark.parametrize("trust", [Trust.UNTRUSTED, Trust.USER])
async def test_what_an_event_says_is_trusted_as_far_as_its_topic(trust: Trust) -> None:
    stage = Stage()
    came = Topic("mail.came", trust=trust)
    node = ToolNode("root", "announce", input="{'text': input}")
    reacts = Subscription("root_on", came, start=Start.EARLIEST)
    app = App("root", node, tools=(announce,), input=object, subscribes=(reacts,))
    async with stage.runtime(apps=[app], decides=Rule(tools=frozenset(("announce",)))) as runtime:
        event = await runtime.publish(came, "all is lost")
        await stage.until(stage.clock.sleep(5))
        (reaction,) = await runtime._store.bus.deliveries(DeliveryFilter(event_id=event.event_id))
        run = await runtime.run(reaction.run or "")
        await waiting(stage, run, "root")
        (asked,) = await run.approvals()
    is_users = trust is Trust.USER
    assert asked.evidence == (Evidence("text", "all is lost", ("the run's input",), is_trusted=is_users),)


async def test_of_changed_arguments_nothing_is_said_that_was_found_of_those_before() -> None:
    stage = Stage()
    rule = Rule((Asking(approvals=2),), tools=frozenset(("announce",)))
    script = (call("announce", {"text": "go"}), answer(PAID))
    async with stage.runtime(script, apps=[desk(tools=(announce,))], decides=rule) as runtime:
        run = await runtime.start("desk", "go on")
        path = "desk/turn.1/call.1"
        await waiting(stage, run, path)
        (asked,) = await run.approvals()
        await run.decide(path, Ruling.EDIT, {"text": "stop"}, by="Ann", digest=asked.digest)
        await waiting(stage, run, path)
        (changed,) = await run.approvals()
    assert (asked.options[0].impact, len(asked.evidence)) == ("everybody reads it; nothing undoes it", 1)
    assert changed.options[0].impact == "announce is called with the arguments as they were changed"
    assert (changed.evidence, changed.options[1:]) == ((), asked.options[1:])


async def test_a_policy_is_named_with_its_reason() -> None:
    stage = Stage()
    rule = Rule(verdict=lambda _request: Ask("above 100", (Asking(),), policies=("refunds.cedar#3",)))
    async with stage.runtime(pays(), apps=[counter(Bank(stage.clock))], decides=rule) as runtime:
        run = await runtime.start("root", "pay the rent")
        await waiting(stage, run, CALL)
        (asked,) = await run.approvals()
    assert (asked.reason, asked.policies) == ("above 100", ("refunds.cedar#3",))
