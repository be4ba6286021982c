"""Which tools an app has, and what an agent is offered of them."""

from collections.abc import Callable

import pytest

from holdfast.integration.tools.contract import tool
from holdfast.integration.tools.registry import Registry
from holdfast.integration.tools.stock.results import read_result
from holdfast.kernel.errors import DefinitionError
from tests.integration.tools.samples import Ledger, count_orders, get_order, refund, saying


def test_an_agent_is_offered_what_it_was_granted_by_name_and_the_readers_of_results() -> None:
    registry = Registry([refund, get_order, count_orders])
    offered = registry.schemas(registry.grant(["refund", "get_order"]))
    assert [schema.name for schema in offered] == ["get_order", "read_result", "refund", "search_result"]
    assert offered[0].parameters == get_order.parameters
    assert offered[0].description == "Look up an order."


def test_the_offer_does_not_depend_on_the_order_of_anything() -> None:
    one, other = Registry([refund, get_order]), Registry([get_order, refund])
    assert one.schemas(one.grant(["refund", "get_order"])) == other.schemas(other.grant(["get_order", "refund"]))


def test_an_agent_without_tools_is_offered_none() -> None:
    registry = Registry([refund])
    assert registry.schemas(registry.grant([])) == ()


def test_two_agents_may_share_a_tool_but_two_tools_no_name() -> None:
    assert Registry([refund, refund]).get("refund") is refund
    with pytest.raises(DefinitionError, match="two"):
        Registry([saying(1), saying(2)])


def test_the_name_of_a_stock_tool_is_taken() -> None:
    @tool(name="read_result")
    async def other() -> None:
        """Other."""

    with pytest.raises(DefinitionError, match="'read_result'"):
        Registry([other])


def test_a_tool_brings_along_what_undoes_it_without_granting_it() -> None:
    @tool(undo=refund)
    async def charge(order_id: str) -> str:
        """Charge."""
        return order_id

    registry = Registry([charge])
    assert registry.get("refund") is refund
    assert "refund" not in registry.grant(["charge"])


def test_granting_what_there_is_not_names_the_nearest() -> None:
    with pytest.raises(DefinitionError, match="did you mean get_order"):
        Registry([get_order]).grant(["getOrders"])


def test_a_wrong_type_is_found_when_the_registry_is_made() -> None:
    @tool
    async def act(what: Callable[[], int]) -> object:
        """Act."""

    with pytest.raises(DefinitionError, match="act"):
        Registry([act])


def test_a_resource_that_nothing_provides_is_found_before_any_run() -> None:
    registry = Registry([get_order])
    granted = registry.grant(["get_order"])
    registry.check_provided(granted, {Ledger})
    registry.check_provided([], ())
    with pytest.raises(DefinitionError, match="get_order needs a Ledger"):
        registry.check_provided(granted, ())


@pytest.mark.parametrize("name", ["getOrder", "get-order", "GET_ORDERS", "get_ordr"])
def test_the_nearest_is_found_whatever_the_spelling(name: str) -> None:
    assert Registry([get_order, refund]).nearest(name, ["get_order", "refund"])[0] == "get_order"


def test_nothing_is_near_to_a_name_of_any_length() -> None:
    assert Registry([get_order]).nearest("z" * 1_000_000, ["get_order"]) == ()


def test_definitions_name_each_tool_and_its_hash() -> None:
    definitions = Registry([refund]).definitions()
    assert definitions["tool:refund"] == refund.content_hash
    assert definitions["tool:read_result"] == read_result.content_hash
