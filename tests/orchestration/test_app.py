"""An app is checked when it is declared; its input is checked before anything is written."""

import datetime
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from holdfast import App, Effect, Prompt, Provided, Steps, script, tool
from holdfast.kernel.errors import DefinitionError, InputError
from holdfast.orchestration.flow.nodes import AgentNode, FunctionNode, Sequence, ToolNode
from tests.runtime.stage import desk


class Ledger:
    """A resource."""


class Order(BaseModel):
    model_config = ConfigDict(strict=True)
    number: int
    on: datetime.date | None = None


@tool(effect=Effect.READ)
async def balance(*, ledger: Provided[Ledger]) -> int:
    """Read the balance."""
    return 1


@tool(effect=Effect.READ)
async def look(at: str) -> str:
    """Look at something."""
    return at


async def plan(_given: object, steps: Steps) -> object:
    return await steps.call("look", look, at="x")


def app(**changes: Any) -> App:
    return App(**{"name": "shop", "flow": AgentNode("shop", "desk"), "agents": (desk(tools=[look]),), **changes})


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"name": "The Shop"}, "app name 'The Shop' cannot stand in a step path"),
        ({"flow": AgentNode("desk", "desk")}, "expected its flow to have the same name, found 'desk'"),
        ({"flow": AgentNode("shop", "clerk")}, "shop: expected agent 'clerk' to be one of the app's"),
        ({"agents": (desk(), desk())}, "expected every agent to have a name of its own, found 'desk' twice"),
        ({"scripts": (script(plan), script(plan))}, "expected every script to have a name of its own, found 'plan'"),
        ({"functions": (look, look)}, "expected every function to have a name of its own, found 'look' twice"),
        ({"functions": (balance,)}, "balance needs a Ledger, which nothing provides"),
        ({"agents": (desk(tools=[balance]),)}, "balance needs a Ledger, which nothing provides"),
    ],
)
def test_what_is_declared_wrongly_is_refused(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        app(**changes)
    assert told in str(refused.value)


def test_what_its_resources_provide_its_tools_may_need() -> None:
    assert app(functions=(balance,), provides=frozenset((Ledger,))).functions_by_name == {"balance": balance}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"flow": AgentNode("shop", "desk", tools=())}, "flow"),
        ({"agents": (desk(tools=[look], prompt=Prompt("p", "Another.")),)}, "agent:desk"),
        ({"functions": (look,)}, "function:look"),
        ({"scripts": (script(plan),)}, "script:plan"),
        ({"tools": (balance,), "provides": frozenset((Ledger,))}, "tool:balance"),
    ],
)
def test_whatever_decides_how_a_run_goes_is_among_its_definitions(changes: dict[str, Any], named: str) -> None:
    before, now = app().definitions, app(**changes).definitions
    assert {name for name in before.keys() | now.keys() if before.get(name) != now.get(name)} == {named}


def test_an_agent_is_granted_its_own_tools_or_fewer() -> None:
    shop = app(flow=Sequence("shop", (AgentNode("all", "desk"), AgentNode("none", "desk", tools=()))))
    assert "look" in shop.granted(AgentNode("all", "desk"))
    assert shop.granted(AgentNode("none", "desk", tools=())) == frozenset()


def test_a_valid_input_becomes_json_and_is_read_again_as_it_was() -> None:
    shop = app(input=Order)
    order = Order(number=7, on=datetime.date(2026, 1, 31))
    assert shop.validate(order) == {"number": 7, "on": "2026-01-31"}
    assert shop.parse(b'{"number":7,"on":"2026-01-31"}') == order


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"number": "seven"}, "shop cannot use this input: number: Input should be a valid integer"),
        ({}, "shop cannot use this input: number: Field required"),
        ("seven", "shop cannot use this input: input: Input should be a valid dictionary or instance of Order"),
    ],
)
def test_an_input_that_does_not_fit_is_refused_with_what_is_wrong(given: object, told: str) -> None:
    with pytest.raises(InputError) as refused:
        app(input=Order).validate(given)
    assert str(refused.value).startswith(told)


def test_an_input_that_json_cannot_say_is_refused() -> None:
    with pytest.raises(InputError, match="shop cannot use this input: expected what JSON can say"):
        app(input=object).validate(object())


def test_an_input_that_was_written_by_another_version_is_refused_too() -> None:
    with pytest.raises(InputError, match="shop cannot use this input: number: Field required"):
        app(input=Order).parse(b"{}")


def test_a_tool_and_a_function_may_share_a_name() -> None:
    shop = app(
        flow=Sequence("shop", (ToolNode("t", "look"), FunctionNode("f", "look"))), functions=(look,), tools=(look,)
    )
    assert {"tool:look", "function:look"} <= set(shop.definitions)
