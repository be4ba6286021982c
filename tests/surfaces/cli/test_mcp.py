"""``holdfast mcp``: servers are pinned, looked at and approved; apps are served to the SDK's client and to ours."""

import asyncio
import contextlib
import json
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters
from mcp_types import CallToolResult, TextContent

from holdfast.integration.mcp.client.connecting import connect
from holdfast.integration.mcp.pins import Reach
from tests.integration.mcp import odd_server
from tests.surfaces.cli.program import Program

ODD = (sys.executable, str(Path(odd_server.__file__)))
PROGRAM = "import sys; from holdfast.surfaces.cli.main import main; sys.exit(main())"


@pytest.fixture
def pins(tmp_path: Path) -> str:
    return str(tmp_path / "mcp.lock")


def test_a_server_is_pinned_listed_compared_and_approved(holdfast: Program, pins: str) -> None:
    pinned = holdfast.bare("mcp", "pin", "odd", "--pins", pins, "--json", "--", *ODD)
    assert pinned.code == 0, pinned.err
    tools = {each["tool"]: each for each in pinned.json["tools"]}
    assert tools["environment"]["hints"] == ["readOnlyHint"]
    assert {each["effect"] for each in tools.values()} == {"unsafe"}
    assert [name for name, each in tools.items() if each["hides_characters"]] == ["hidden"]
    assert holdfast.bare("mcp", "diff", "odd", "--pins", pins).code == 0

    file = Path(pins)
    file.write_text(file.read_text().replace("odd_server.py", 'odd_server.py", "--changed'))
    differs = holdfast.bare("mcp", "diff", "odd", "--pins", pins, "--json")
    assert differs.code == 1
    (changed,) = (each for each in differs.json if each["standing"] != "approved")
    assert (changed["tool"], changed["standing"], changed["reason"]) == ("echo", "changed", "changed: description")
    assert "evil.example" in changed["found"]["description"]

    shown = holdfast.bare("mcp", "diff", "odd", "--pins", pins).out.splitlines()
    assert [line.split(":")[0] for line in shown if line.startswith(("-  ", "+  "))] == [
        '-  "description"',
        '+  "description"',
    ]

    assert "expected the tools to approve" in holdfast.bare("mcp", "approve", "odd", "--pins", pins).err
    said = ("--effect", "read", "--fix", 'text="hello"', "--timeout", "5")
    assert holdfast.bare("mcp", "approve", "odd", "echo", *said, "--pins", pins).code == 0
    (odd,) = holdfast.bare("mcp", "list", "--pins", pins, "--json").json
    (echo,) = (each for each in odd["tools"] if each["tool"] == "echo")
    assert (echo["effect"], echo["fixed"], echo["timeout_seconds"]) == ("read", {"text": "hello"}, 5.0)
    assert holdfast.bare("mcp", "diff", "odd", "--pins", pins).code == 0


def test_what_a_server_says_hides_nothing_from_whoever_looks(holdfast: Program, pins: str) -> None:
    pinned = holdfast.bare("mcp", "pin", "odd", "--pins", pins, "--", *ODD)
    assert "hides characters" in " ".join(pinned.out.split())
    assert "\u202e" not in pinned.out


def test_a_server_that_offers_a_name_twice_is_pinned_without_it(holdfast: Program, pins: str) -> None:
    pinned = holdfast.bare("mcp", "pin", "odd", "--pins", pins, "--json", "--", *ODD, "--twice")
    assert "echo" not in {each["tool"] for each in pinned.json["tools"]}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("pin", "odd"), "expected a command or a url"),
        (("pin", "Odd", "--", "server"), "cannot stand in a step path"),
        (("pin", "odd", "--set", "MODE", "--", "server"), "expected NAME=VALUE"),
        (("pin", "odd", "--", "no-such-program"), "there is no program 'no-such-program'"),
        (("list",), "expected pinned MCP servers"),
        (("approve", "odd", "echo", "--fix", "text=hello"), "expected JSON"),
    ],
)
def test_what_cannot_be_done_is_told(arguments: tuple[str, ...], told: str, holdfast: Program, pins: str) -> None:
    command, *rest = arguments
    done = holdfast.bare("mcp", command, "--pins", pins, *rest)
    assert done.code != 0
    assert told in done.err


def test_a_server_is_pinned_once(holdfast: Program, pins: str) -> None:
    assert holdfast.bare("mcp", "pin", "odd", "--pins", pins, "--", *ODD).code == 0
    assert "expected a new MCP server" in holdfast.bare("mcp", "pin", "odd", "--pins", pins, "--", *ODD).err


@contextlib.asynccontextmanager
async def over_pipes(holdfast: Program, app: str) -> AsyncIterator[Client]:
    served = StdioServerParameters(
        command=sys.executable, args=["-c", PROGRAM, "mcp", "serve", app], env=holdfast.environment
    )
    async with Client(served) as client:
        yield client


@contextlib.asynccontextmanager
async def served_over_http(holdfast: Program, app: str) -> AsyncIterator[str]:
    serving = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PROGRAM, "mcp", "serve", app, "--http", "0"),
        env=holdfast.environment,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        assert serving.stderr is not None
        said = (await serving.stderr.readline()).decode()
        found = re.search(r"http://\S+", said)
        assert found, said
        yield found.group()
    finally:
        serving.terminate()
        await serving.communicate()


async def runs_of(holdfast: Program) -> list[dict[str, object]]:
    """Return the runs of the store; the program runs a loop of its own, so it is called from a thread."""
    found: list[dict[str, object]] = (await asyncio.to_thread(holdfast, "runs", "--json")).json
    return found


def text_of(result: CallToolResult) -> str:
    (block,) = result.content
    assert isinstance(block, TextContent)
    return block.text


async def test_the_sdks_client_calls_an_app_over_pipes(holdfast: Program) -> None:
    heard: list[str | None] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.append(message)

    async with over_pipes(holdfast, "greet") as client:
        tools = {each.name: each for each in (await client.list_tools()).tools}
        assert tools.keys() == {"run_greet", "ask_greeter", "look_up"}
        first = await client.call_tool("run_greet", {"input": "hello", "request_id": "r"}, progress_callback=hear)
        again = await client.call_tool("run_greet", {"input": "hello", "request_id": "r"})
        refused = await client.call_tool("look_up", {"word": 4})
    assert text_of(first) == "Good morning"
    assert first.structured_content == again.structured_content
    assert heard[0] == "began greet"
    assert refused.is_error
    assert "bad_arguments" in text_of(refused)
    assert {each["app"] for each in await runs_of(holdfast)} == {"greet", "call_look_up"}


async def test_a_call_that_the_client_gives_up_ends_its_run(holdfast: Program, tmp_path: Path) -> None:
    gate, noted = tmp_path / "gate", tmp_path / "gate.log"
    async with over_pipes(holdfast, "gated") as client:
        call = asyncio.create_task(client.call_tool("run_gated", {"input": {"gate": str(gate)}}))
        while not noted.exists():
            await client.list_tools(cache_mode="bypass")
        call.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await call
        while (await runs_of(holdfast))[0]["status"] != "CANCELLED":
            await client.list_tools(cache_mode="bypass")


async def test_our_own_client_calls_our_own_server_over_http(holdfast: Program) -> None:
    async with served_over_http(holdfast, "greet") as url:
        session = await connect("us", Reach(url=url))
        try:
            assert [each.name for each in await session.tools()] == ["run_greet", "ask_greeter", "look_up"]
            answer = await session.call("look_up", {"word": "hold"})
            assert (answer.text, answer.is_error) == ("hold means something", False)
        finally:
            await session.close()


async def test_our_own_client_uses_our_own_server_as_tools(holdfast: Program, pins: str) -> None:
    async with served_over_http(holdfast, "greet") as url:
        pinned = await asyncio.to_thread(holdfast.bare, "mcp", "pin", "us", "--pins", pins, "--url", url, "--json")
    assert pinned.code == 0, pinned.err
    tools = {each["tool"]: each for each in json.loads(pinned.out)["tools"]}
    assert tools["look_up"]["hints"] == ["readOnlyHint"]
    assert tools["run_greet"]["offered_as"] == "us__run_greet"
