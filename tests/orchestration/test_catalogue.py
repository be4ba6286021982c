"""Apps are found by name; one name is one app."""

import pytest

from holdfast import App, Effect, Provided, tool
from holdfast.kernel.errors import DefinitionError
from holdfast.orchestration.application.catalogue import Catalogue
from holdfast.orchestration.flow.nodes import AgentNode
from tests.runtime.stage import desk


class Ledger:
    """A resource."""


@tool(effect=Effect.READ)
async def balance(*, ledger: Provided[Ledger]) -> int:
    """Read the balance."""
    return 1


def app(name: str = "shop") -> App:
    return App(name, AgentNode(name, "desk"), agents=(desk(),))


def test_an_app_that_was_handed_in_is_found_by_name() -> None:
    shop = app()
    assert Catalogue([shop]).find("shop") is shop


def test_an_agent_is_an_app_of_one_node() -> None:
    found = Catalogue().find(desk())
    assert found.flow == AgentNode("desk", "desk")
    assert found == Catalogue([desk()]).find("desk")


def test_an_app_named_in_passing_is_known_from_then_on() -> None:
    catalogue = Catalogue()
    shop = catalogue.find(app())
    assert catalogue.find("shop") is shop


def test_the_same_agent_again_is_the_same_app() -> None:
    catalogue = Catalogue()
    assert catalogue.find(desk()) is catalogue.find(desk())


def test_another_app_of_the_same_name_never_runs_in_its_place() -> None:
    catalogue = Catalogue([desk()])
    with pytest.raises(DefinitionError, match="expected one app called 'desk', found another of that name"):
        catalogue.find(desk(output_tokens_max=7))


def test_installed_apps_are_known_too() -> None:
    assert "review" in Catalogue().names()


def test_a_name_that_there_is_not_is_refused_with_the_nearest() -> None:
    with pytest.raises(DefinitionError, match="expected the name of an app, found 'shp': there is shop"):
        Catalogue([app()]).find("shp")


def test_an_agent_whose_tools_need_something_must_be_an_app() -> None:
    with pytest.raises(DefinitionError, match="has tools that need Ledger: declare an App"):
        Catalogue().find(desk(tools=[balance]))
