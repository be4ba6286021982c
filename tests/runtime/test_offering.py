"""An app as tools for others: a call is a run, begun once, followed to its end, ended if nobody waits for it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from holdfast import Agent, App, Effect, OutcomeUnknown, Prompt, Provided, Runtime, tool
from holdfast.flow import AgentNode
from holdfast.integration.gateway.lines import answer, call
from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.integration.mcp.server.offer import Begun, Offer
from holdfast.integration.mcp.session import Answer
from holdfast.kernel.errors import InputError
from holdfast.runtime.offering import offered, offers
from tests.integration.mcp import wares


@tool(effect=Effect.READ)
async def look(order: str) -> dict[str, str]:
    """Look at an order."""
    return {"order": order}


@tool
async def pay(order: str) -> str:
    """Pay an order."""
    raise OutcomeUnknown("the line went dead")


class Till:
    """Something that only a run of the whole app has."""


@tool(effect=Effect.READ)
async def count(*, till: Provided[Till]) -> int:
    """Count the till."""
    return 0


CLERK = Agent("clerk", Prompt("clerk", "Serve."), "scripted", tools=[look, pay])
SHOP = App(
    "shop",
    AgentNode("shop", "clerk"),
    agents=[CLERK],
    tools=wares.tools(wares.shop_server()),
    models={"scripted": lambda: ScriptedModel(lambda _: answer("served"))},
)


async def nothing(done: float, what: str) -> None:
    """Hear of no progress."""


@pytest.fixture
async def runtime() -> AsyncIterator[Runtime]:
    async with Runtime.open("memory:") as opened:
        yield opened


def by_name(runtime: Runtime) -> dict[str, Offer]:
    return {offer.name: offer for offer in offers(runtime, offered(SHOP), "default")}


async def finished(offer: Offer, **arguments: object) -> Answer:
    begun = await offer.begin(arguments)
    return begun if isinstance(begun, Answer) else await begun.finish(nothing)


def test_the_app_its_agents_and_its_own_tools_are_offered() -> None:
    assert [each.name for each in offered(SHOP)] == ["run_shop", "ask_clerk", "look", "pay"]
    assert [each.name for each in offered(SHOP, ["look"])] == ["look"]
    with pytest.raises(InputError, match="found 'refund': it has run_shop, ask_clerk, look, pay"):
        offered(SHOP, ["refund"])


async def test_a_call_is_a_run_and_its_result_is_the_answer(runtime: Runtime) -> None:
    found = await finished(by_name(runtime)["look"], order="4")
    assert isinstance(found.structured, dict)
    assert (found.text, found.structured["result"], found.is_error) == ('{"order":"4"}', {"order": "4"}, False)
    assert await (await runtime.run(found.structured["run"])).result() == {"order": "4"}


async def test_an_agent_is_asked(runtime: Runtime) -> None:
    assert (await finished(by_name(runtime)["ask_clerk"], input="hello")).text == "served"


async def test_the_same_request_id_twice_is_one_run(runtime: Runtime) -> None:
    offer = by_name(runtime)["run_shop"]
    first = await finished(offer, input="hello", request_id="one")
    assert await finished(offer, input="hello", request_id="one") == first
    assert await finished(offer, input="hello", request_id="two") != first


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("run_shop", {}, "shop cannot use this input"),
        ("run_shop", {"input": "hello", "colour": "red"}, "expected the arguments input and request_id"),
        ("run_shop", {"input": "hello", "request_id": 4}, "expected request_id to be text"),
        ("look", {"order": 4}, "order: Input should be a valid string"),
    ],
)
async def test_what_cannot_be_used_is_told(
    name: str, arguments: dict[str, object], told: str, runtime: Runtime
) -> None:
    found = await finished(by_name(runtime)[name], **arguments)
    assert found.is_error
    assert told in found.text


async def test_a_run_in_doubt_is_told_as_one_that_waits_for_people(runtime: Runtime) -> None:
    found = await finished(by_name(runtime)["pay"], order="4")
    assert found.is_error
    assert "is not over" in found.text


async def test_a_call_that_is_withdrawn_ends_its_run(runtime: Runtime) -> None:
    started = asyncio.Event()

    @tool(effect=Effect.READ)
    async def wait_for_ever() -> str:
        """Wait for ever."""
        started.set()
        await asyncio.Event().wait()
        return ""

    waiting = Agent("waiting", Prompt("waiting", "Wait."), "scripted", tools=[wait_for_ever])
    app = App("patience", AgentNode("patience", "waiting"), agents=[waiting], models=SHOP.models)
    (offer,) = offers(runtime, offered(app, ["wait_for_ever"]), "default")
    begun = await offer.begin({})
    assert not isinstance(begun, Answer)
    await started.wait()
    await begun.withdraw()
    found = await begun.finish(nothing)
    assert "ended cancelled" in found.text


async def test_progress_is_told_by_a_number_that_grows(runtime: Runtime) -> None:
    heard: list[tuple[float, str]] = []

    async def hear(done: float, what: str) -> None:
        heard.append((done, what))

    begun = await by_name(runtime)["run_shop"].begin({"input": "hello"})
    assert not isinstance(begun, Answer)
    followed: Begun = begun
    await followed.finish(hear)
    assert heard == [(1.0, "began shop"), (2.0, "shop: turn 1")]


def test_what_needs_the_apps_own_resources_is_left_out() -> None:
    teller = Agent("teller", Prompt("teller", "Count."), "scripted", tools=[count])
    bank = App("bank", AgentNode("bank", "teller"), agents=[teller], provides=frozenset({Till}), models=SHOP.models)
    assert [each.name for each in offered(bank)] == ["run_bank"]


POLICIES = """
@id("looks") permit (principal, action == Action::"look", resource);
@id("pays") permit (principal == Agent::"clerk", action == Action::"pay", resource);
@id("not here") forbid (principal, action == Action::"pay", resource == App::"governed")
when { context.args.order == "13" };
"""


async def test_the_policies_of_the_app_decide_of_every_call_that_is_offered(runtime: Runtime, tmp_path: Path) -> None:
    (tmp_path / "shop.cedar").write_text(POLICIES)
    pays = ScriptedModel([call("pay", {"order": "13"}), answer("I may not.")])
    governed = App(
        "governed",
        AgentNode("governed", "clerk"),
        agents=[CLERK],
        models={"scripted": lambda: pays},
        policies=tmp_path,
    )
    offer = {each.name: each for each in offers(runtime, offered(governed), "default")}
    assert not (await finished(offer["look"], order="4")).is_error
    denied = await finished(offer["pay"], order="4")
    assert (denied.is_error, "no policy permits" in denied.text) == (True, True)
    assert (await finished(offer["ask_clerk"], input="pay order 13")).text == "I may not."
    assert "not here" in str(pays.requests[-1].messages[-1])
