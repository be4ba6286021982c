"""Whether arguments make sense: checks on parameters and on the tool, and what happens when they break."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Annotated

import pytest

from holdfast.integration.tools.checks.declared import ExistsIn, on
from holdfast.integration.tools.checks.objection import Objection
from holdfast.integration.tools.checks.values import InUnit
from holdfast.integration.tools.contract import IdempotencyKey, Provided, Tool, tool
from holdfast.integration.tools.stages.semantics import CHECKS_SECONDS_MAX, OBJECTIONS_SHOWN_MAX
from holdfast.kernel.effects import Effect
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from tests.integration.tools.workshop import Workshop, workshop


@dataclass
class Shop:
    """The orders there are, and what was asked and sent."""

    orders: tuple[str, ...] = ("4711", "4712")
    asked: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)


async def known_order(order_id: str, *, shop: Provided[Shop]) -> tuple[str, ...]:
    shop.asked.append(order_id)
    return shop.orders


def is_known(order_id: str) -> bool:
    return order_id == "4711"


OrderId = Annotated[str, ExistsIn(known_order, "an order of this shop")]


@tool(effect=Effect.READ)
async def look_up(order_id: OrderId, *, shop: Provided[Shop]) -> str:
    """Look up an order."""
    shop.sent.append(order_id)
    return "found"


async def refused(shop: Workshop, name: str, arguments: str) -> Fault:
    ended = await shop.ended(shop.order(name, arguments))
    assert (ended.outcome, ended.stage) == (Outcome.REFUSED, "semantics")
    assert ended.fault is not None
    return ended.fault


async def test_what_exists_passes_and_what_does_not_is_told_with_the_nearest() -> None:
    async with workshop(look_up) as shop:
        shop.resources = {Shop: (orders := Shop())}
        assert (await shop.ended(shop.order("look_up", '{"order_id": "4711"}'))).outcome is Outcome.SUCCEEDED
        fault = await refused(shop, "look_up", '{"order_id": "471"}')
    assert orders.sent == ["4711"]
    assert orders.asked == ["4711", "471"]
    assert fault == Fault(
        ErrorKind.BAD_ARGUMENTS,
        "order_id: expected an order of this shop, found '471' (allowed: 4712, 4711)",
        hint="nothing was done: correct the arguments and call look_up again",
    )


async def test_each_item_of_a_list_is_examined_and_none_is_nothing() -> None:
    @tool(effect=Effect.READ, checks=[on("ids", ExistsIn(is_known)), on("weight", InUnit("kg"))])
    async def find(ids: list[str] | None = None, weight: str | None = None) -> str:
        """Find."""
        return "found"

    async with workshop(find) as shop:
        assert (await shop.ended(shop.order("find"))).outcome is Outcome.SUCCEEDED
        fault = await refused(shop, "find", '{"ids": ["4711", "1", "2"], "weight": "3"}')
    assert [part.partition(":")[0] for part in fault.message.split("; ")] == ["ids", "ids", "weight"]


async def test_no_more_problems_are_told_than_can_be_read() -> None:
    @tool(effect=Effect.READ, checks=[on("ids", InUnit("kg"))])
    async def weigh(ids: list[str]) -> str:
        """Weigh."""
        return "weighed"

    async with workshop(weigh) as shop:
        fault = await refused(shop, "weigh", f'{{"ids": {str(["x"] * 9).replace(chr(39), chr(34))}}}')
    assert fault.message.endswith(f"and {9 - OBJECTIONS_SHOWN_MAX} more")


def transfer(check: Callable[..., object]) -> Tool:
    @tool(effect=Effect.KEYED, checks=[check])
    async def transfer(source: str, target: str, *, key: IdempotencyKey, shop: Provided[Shop]) -> str:
        """Transfer."""
        shop.sent.append(key)
        return "transferred"

    return transfer


SAME = '{"source": "a", "target": "a"}'


async def test_a_check_of_several_arguments_may_be_plain_and_ask_for_resources() -> None:
    def differ(source: str, target: str, *, shop: Provided[Shop]) -> Objection | None:
        shop.asked.append(source)
        return Objection("another account than the source", target, example='"b"') if source == target else None

    async with workshop(transfer(differ)) as shop:
        shop.resources = {Shop: (accounts := Shop())}
        fault = await refused(shop, "transfer", SAME)
        await shop.ended(shop.order("transfer", '{"source": "a", "target": "b"}'))
    assert fault.message == "expected another account than the source, found 'a', for example \"b\""
    assert (accounts.asked, len(accounts.sent)) == (["a", "a"], 1)


def broken(source: str) -> None:
    raise ValueError(f"no table for\n{source}")


def unreachable(source: str) -> None:
    raise ConnectionResetError("reset by peer")


def odd(source: str) -> bool:
    return False


@pytest.mark.parametrize(
    ("check", "message", "retryable"),
    [
        (broken, "ValueError: no table for a", False),
        (unreachable, "ConnectionResetError: reset by peer", True),
        (odd, "expected None or an Objection, found bool", False),
    ],
)
async def test_a_check_that_breaks_refuses_the_call(
    check: Callable[..., object], message: str, retryable: bool
) -> None:
    async with workshop(transfer(check)) as shop:
        shop.resources = {Shop: (accounts := Shop())}
        fault = await refused(shop, "transfer", SAME)
    assert accounts.sent == []
    assert fault.kind is ErrorKind.CHECK_FAILED
    assert fault.message == f"the check {check.__name__} of transfer could not be made, so the call was not: {message}"
    assert fault.retryable is retryable


async def test_a_check_that_never_answers_refuses_the_call_in_time() -> None:
    async def stuck(source: str) -> None:
        await asyncio.Event().wait()

    async with workshop(transfer(stuck)) as shop:
        shop.resources = {Shop: (accounts := Shop())}
        calling = asyncio.create_task(refused(shop, "transfer", SAME))
        await shop.clock.advance(CHECKS_SECONDS_MAX)
        fault = await calling
    assert (fault.kind, fault.retryable, accounts.sent) == (ErrorKind.CHECK_FAILED, True, [])


async def test_cancellation_passes_through_a_check() -> None:
    async def stuck(source: str) -> None:
        await asyncio.Event().wait()

    async with workshop(transfer(stuck)) as shop:
        shop.resources = {Shop: Shop()}
        calling = asyncio.create_task(shop.invoke(shop.order("transfer", SAME)))
        await shop.clock.advance(1)
        calling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await calling
        assert await shop.steps() == []


async def test_a_call_that_may_have_been_sent_is_not_examined_anew() -> None:
    """Its first attempt may have changed what is looked up: to refuse the second would say that nothing was done."""

    async with workshop(transfer(broken)) as shop:
        shop.resources = {Shop: (accounts := Shop())}
        ended = await shop.ended(shop.order("transfer", SAME, attempt=2))
    assert (ended.outcome, len(accounts.sent)) == (Outcome.SUCCEEDED, 1)


async def test_a_resource_of_a_check_must_be_held() -> None:
    assert Shop in look_up.requires
    async with workshop(transfer(lambda source: None)) as shop:
        assert shop.resources == {}
        with pytest.raises(DefinitionError, match="needs a Shop"):
            await shop.invoke(shop.order("transfer", SAME))


def declarations() -> Iterator[tuple[Callable[[], object], str]]:
    def hidden() -> object:
        @tool(effect=Effect.READ)
        async def act(ids: list[OrderId]) -> None:
            """Act."""

        return act

    def declared(check: object) -> Callable[[], object]:
        def act(amount: str) -> None:
            """Act."""

        return lambda: tool(effect=Effect.READ, checks=[check])(act)  # type: ignore[list-item]  # that is the point

    def two(one: str, other: str) -> bool:
        return one == other

    def nothing() -> bool:
        return True

    yield hidden, "hides a check inside another type"
    yield declared(on("amuont", InUnit("kg"))), "is on 'amuont', which is no parameter .there are: amount."
    yield declared(InUnit("kg")), "stands among its checks"
    yield declared(lambda price: None), "takes 'price', which is no argument"
    yield lambda: on("amount", ExistsIn(two)), "found other, which nothing fills in"
    yield lambda: on("amount", ExistsIn(nothing)), "found no parameter"


@pytest.mark.parametrize(("declare", "message"), list(declarations()))
def test_a_check_that_would_never_be_made_is_refused_when_declared(declare: Callable[[], object], message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        declare()


def test_a_check_is_part_of_the_definition() -> None:
    def made(*units: str) -> Tool:
        @tool(effect=Effect.READ)
        async def weigh(weight: Annotated[str, InUnit(*units)]) -> None:
            """Weigh."""

        return weigh

    assert made("kg").content_hash == made("kg").content_hash != made("g").content_hash
    assert made("kg").parameters == made("g").parameters
