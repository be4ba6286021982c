"""Servers that tools come from, as the runtime treats them: reached when needed, and let go of at its end."""

import sys
from pathlib import Path

from holdfast import Agent, Prompt, Runtime, mcp_server
from holdfast.integration.gateway.lines import answer, call
from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.integration.mcp.client.connecting import SdkSession
from holdfast.integration.mcp.pins import Reach
from holdfast.integration.mcp.session import Answer
from holdfast.integration.mcp.source import McpServer
from holdfast.journal.events import StepEnded
from holdfast.kernel.outcomes import Outcome
from holdfast.runtime.servers import pin
from tests.integration.mcp import odd_server, wares


def agent(server: McpServer, *tools: str) -> Agent:
    return Agent("desk", Prompt("desk", "Serve."), "scripted", tools=server.tools(*tools))


def model(*lines: object) -> dict[str, ScriptedModel]:
    return {"scripted": ScriptedModel([*lines, answer("done")])}  # type: ignore[list-item]  # lines of a script


async def test_an_agent_calls_a_real_server_that_ends_with_the_runtime(tmp_path: Path) -> None:
    command = (sys.executable, str(Path(odd_server.__file__)))
    await pin(tmp_path / "mcp.lock", "odd", Reach(command=command))
    server = mcp_server("odd", pins=tmp_path / "mcp.lock")
    async with Runtime.open("memory:", models=model(call("odd__echo", {"text": "hello"}))) as runtime:
        run = await runtime.start(agent(server, "echo"), "go")
        assert await run.result() == "done"
        ended = [each.event async for each in run.events(follow=False) if isinstance(each.event, StepEnded)]
        assert [each.outcome for each in ended] == [Outcome.SUCCEEDED]
        session = server.session
        assert isinstance(session, SdkSession)
        assert session.ended == ""
    assert session.ended
    assert server.session is None


async def test_a_server_that_changes_a_tool_in_a_run_has_it_refused_there() -> None:
    shop = wares.shop_server()
    server = wares.source(shop)
    said = [call("shop__look", {"order": "4"}), call("shop__pay", {"order": "4"})]

    async def looks_and_changes(arguments: object) -> Answer:
        shop.definitions.remove(wares.PAY)
        shop.announce()
        return Answer("seen")

    shop.does["look"] = looks_and_changes
    async with Runtime.open("memory:", models=model(*said)) as runtime:
        run = await runtime.start(agent(server), "go")
        assert await run.result() == "done"
        ended = [each.event async for each in run.events(follow=False) if isinstance(each.event, StepEnded)]
    assert [each.outcome for each in ended] == [Outcome.SUCCEEDED, Outcome.REFUSED]
    assert ended[1].fault is not None
    assert "is gone now" in ended[1].fault.message


async def test_a_run_whose_server_died_in_a_call_waits_for_a_person() -> None:
    shop = wares.shop_server()

    async def dies(arguments: object) -> Answer:
        shop.die()
        return Answer("never seen")

    shop.does["pay"] = dies
    async with Runtime.open("memory:", models=model(call("shop__pay", {"order": "4"}))) as runtime:
        run = await runtime.start(agent(wares.source(shop)), "go")
        state = await run.wait()
        (doubt,) = await run.doubts()
    assert state.parked is not None
    assert doubt.tool == "shop__pay"
