"""The stages before the intent, each alone: known, arguments, granted."""

import pytest

from holdfast.integration.tools.contract import Tool, tool
from holdfast.integration.tools.invocation import Invocation, Refused
from holdfast.integration.tools.stages.arguments import Arguments
from holdfast.integration.tools.stages.granted import Granted
from holdfast.integration.tools.stages.known import NAMES_SHOWN_MAX, Known
from holdfast.journal.events import StepInterrupted
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.outcomes import ErrorKind, Fault
from tests.integration.tools.samples import Ledger, get_order, refund, saying
from tests.integration.tools.workshop import Workshop, workshop


def refused(end: object) -> Fault:
    assert isinstance(end, Refused)
    return end.fault


def known(shop: Workshop, name: str, arguments: str = "{}") -> Invocation:
    invocation = shop.invocation(shop.order(name, arguments))
    found = shop.registry.get(name)
    assert found
    invocation.tool = found
    return invocation


async def test_known_finds_the_tool() -> None:
    async with workshop(get_order) as shop:
        invocation = shop.invocation(shop.order("get_order"))
        assert await Known(shop.registry).run(invocation) is None
        assert invocation.tool is get_order


async def test_an_unknown_tool_is_refused_with_the_nearest_and_what_was_granted() -> None:
    async with workshop(get_order, refund) as shop:
        fault = refused(await Known(shop.registry).run(shop.invocation(shop.order("getOrders"))))
    assert fault.kind is ErrorKind.UNKNOWN_TOOL
    assert fault.message == "there is no tool 'getOrders'"
    assert fault.hint == "did you mean get_order? you may call: get_order, read_result, refund, search_result"


async def test_what_is_not_granted_is_not_suggested() -> None:
    async with workshop(get_order, refund) as shop:
        order = shop.order("getOrders", granted=["refund"])
        fault = refused(await Known(shop.registry).run(shop.invocation(order)))
    assert fault.hint == "you may call: refund"


async def test_whoever_has_no_tools_is_told_so() -> None:
    async with workshop(get_order) as shop:
        fault = refused(await Known(shop.registry).run(shop.invocation(shop.order("other", granted=[]))))
    assert fault.hint == "you have no tools: go on without"


async def test_a_long_list_of_tools_is_cut() -> None:
    async with workshop() as shop:
        many = [f"tool_{number:03}" for number in range(NAMES_SHOWN_MAX + 2)]
        fault = refused(await Known(shop.registry).run(shop.invocation(shop.order("x", granted=many))))
    assert fault.hint.endswith("tool_029 and 2 more")


async def test_granted_lets_pass_what_was_granted_and_nothing_else() -> None:
    async with workshop(get_order, refund) as shop:
        invocation = known(shop, "refund")
        assert await Granted(shop.registry).run(invocation) is None
        invocation.order = shop.order("refund", granted=["get_order"])
        fault = refused(await Granted(shop.registry).run(invocation))
    assert (fault.kind, fault.message) == (ErrorKind.NOT_GRANTED, "the tool refund is not granted here")
    assert fault.hint.endswith("you may call: get_order")


async def test_arguments_become_values_with_defaults_and_resources() -> None:
    async with workshop(get_order) as shop:
        ledger = Ledger()
        shop.resources = {Ledger: ledger}
        invocation = known(shop, "get_order", '{"order_id": "4711"}')
        assert await Arguments().run(invocation) is None
    assert invocation.values == {"order_id": "4711", "detail": "short", "ledger": ledger}


async def test_a_resource_that_the_run_lacks_is_a_mistake_of_the_program() -> None:
    async with workshop(get_order) as shop:
        with pytest.raises(DefinitionError, match="get_order needs a Ledger"):
            await Arguments().run(known(shop, "get_order", '{"order_id": "4711"}'))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ('{"order_id": "1"}', "amount: is required and missing"),
        ('{"order_id": "1", "amount": 0}', "amount: Input should be greater than or equal to 1, found 0"),
        ('{"order_id": "1", "amount": "many"}', "amount: Input should be a valid integer"),
        ('{"order_id": "1", "amount": 5, "key": "k"}', "key: is no parameter (there are: order_id, amount)"),
        ('{"order_id": "1", "amount": 5', "one JSON object: they are not valid JSON"),
        ('["1", 5]', "one JSON object: they are an array"),
        ("{}", "order_id: is required and missing; amount: is required and missing"),
    ],
)
async def test_arguments_that_do_not_fit_are_refused_with_the_reason_and_an_example(
    arguments: str, message: str
) -> None:
    async with workshop(refund) as shop:
        fault = refused(await Arguments().run(known(shop, "refund", arguments)))
    assert fault.kind is ErrorKind.BAD_ARGUMENTS
    assert message in fault.message
    assert fault.hint.endswith('for example refund with {"order_id":"text","amount":1}')


async def test_what_is_allowed_is_said() -> None:
    async with workshop(get_order) as shop:
        invocation = known(shop, "get_order", '{"order_id": "1", "detail": "huge"}')
        fault = refused(await Arguments().run(invocation))
    assert fault.message == "detail: Input should be 'short' or 'full', found 'huge'"


async def test_many_mistakes_are_told_in_part() -> None:
    @tool
    async def add(numbers: list[int]) -> int:
        """Add."""
        return sum(numbers)

    async with workshop(add) as shop:
        fault = refused(
            await Arguments().run(known(shop, "add", '{"numbers": ' + str(["x"] * 9).replace("'", '"') + "}"))
        )
    assert fault.message.startswith("numbers[0]: Input should be a valid integer")
    assert fault.message.endswith("and 4 more")


def picky() -> Tool:
    class Even(int):
        @classmethod
        def __get_pydantic_core_schema__(cls, source: object, handler: object) -> dict[str, object]:
            def check(value: object) -> int:
                raise LookupError(f"no luck with {value}")

            return {"type": "function-plain", "function": {"type": "no-info", "function": check}}

        @classmethod
        def __get_pydantic_json_schema__(cls, core: object, handler: object) -> dict[str, object]:
            return {"type": "integer"}

    @tool
    async def halve(number: Even) -> int:
        """Halve."""
        return number // 2

    return halve


async def test_a_check_that_breaks_refuses_the_call() -> None:
    async with workshop(picky()) as shop:
        fault = refused(await Arguments().run(known(shop, "halve", '{"number": 3}')))
    assert "LookupError: no luck with 3" in fault.message
    assert fault.hint.endswith("halve takes: number")


async def test_what_the_model_wrote_is_not_hidden_in_what_it_is_told() -> None:
    async with workshop(saying(1)) as shop:
        fault = refused(await Known(shop.registry).run(shop.invocation(shop.order("\u202esay\n\x1b[2J"))))
        assert fault.message == r"there is no tool '\u202esay\n\x1b[2J'"


@pytest.mark.parametrize(("granted", "arguments"), [((), '{"order_id": "1", "amount": 5}'), (("refund",), "{}")])
async def test_a_call_that_was_sent_before_is_in_doubt_where_it_may_not_be_made_any_more(
    granted: tuple[str, ...], arguments: str
) -> None:
    async with workshop(refund) as shop:
        shop.resources = {Ledger: Ledger()}
        await shop.invoke(shop.order("refund", arguments, attempt=2, granted=granted))
        (last,) = await shop.steps()
    assert isinstance(last, StepInterrupted)
    assert (last.attempt, last.in_doubt) == (1, True)
