"""Our client and a real server, over its pipes and over HTTP."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from holdfast.integration.mcp.client import process
from holdfast.integration.mcp.client.connecting import SdkSession, connect
from holdfast.integration.mcp.pinning import first_pins
from holdfast.integration.mcp.pins import Reach
from holdfast.integration.mcp.session import Declined, Lost, Unreachable
from holdfast.integration.mcp.source import McpServer
from holdfast.integration.tools.contract import OutcomeUnknown
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.messages import Audio, Image
from tests.integration.mcp import odd_server

ODD = (sys.executable, str(Path(odd_server.__file__)))
pytestmark = pytest.mark.filterwarnings("default::mcp.MCPDeprecationWarning")


@contextlib.asynccontextmanager
async def over_pipes(*switches: str, **reach: object) -> AsyncIterator[SdkSession]:
    session = await connect("odd", Reach(command=(*ODD, *switches), **reach))  # type: ignore[arg-type]  # by name
    try:
        yield session
    finally:
        await session.close()


@contextlib.asynccontextmanager
async def over_http(*switches: str) -> AsyncIterator[SdkSession]:
    server = await asyncio.create_subprocess_exec(*ODD, "--http", *switches, stdout=asyncio.subprocess.PIPE)
    try:
        assert server.stdout is not None
        port = (await server.stdout.readline()).decode().removeprefix(odd_server.PORT_LINE).strip()
        session = await connect("odd", Reach(url=f"http://127.0.0.1:{port}/mcp"))
        try:
            yield session
        finally:
            await session.close()
    finally:
        with contextlib.suppress(ProcessLookupError):
            server.terminate()
        await server.wait()


WAYS = pytest.mark.parametrize("way", [over_pipes, pytest.param(over_http, marks=pytest.mark.slow)])


@WAYS
async def test_a_session_lists_and_calls(way) -> None:  # type: ignore[no-untyped-def]  # either of the two above
    async with way() as session:
        tools = {tool.name: tool for tool in await session.tools()}
        assert tools["echo"].description == "Say it again."
        assert tools["environment"].hints == ("readOnlyHint",)
        assert tools["hidden"].hides
        assert not tools["echo"].hides
        assert (await session.call("echo", {"text": "übel\n\u2028ok"})).text == "übel\n\u2028ok"
        failed = await session.call("fail", {})
        assert (failed.text, failed.is_error) == ("it did not work", True)


@WAYS
async def test_a_session_offers_a_server_nothing_to_ask_for(way) -> None:  # type: ignore[no-untyped-def]
    async with way() as session:
        assert (await session.call("sample", {})).text.startswith("refused: ")


@WAYS
async def test_media_are_attached_and_what_nobody_takes_is_named(way) -> None:  # type: ignore[no-untyped-def]
    async with way() as session:
        answer = await session.call("show", {})
    image, sound = answer.attached
    assert isinstance(image, Image)
    assert isinstance(sound, Audio)
    assert image.data == sound.data == odd_server.PNG
    assert answer.text.splitlines() == [
        "see",
        "[an image was left out: image/x-made-up]",
        "[a resource that was not fetched: notes, file:///notes.txt]",
        "[resource file:///a.txt]",
        "inside",
    ]


@WAYS
async def test_an_error_of_the_protocol_leaves_open_what_was_done(way) -> None:  # type: ignore[no-untyped-def]
    async with way() as session:
        with pytest.raises(Lost):
            await session.call("break_down", {})
        assert (await session.call("echo", {"text": "on it goes"})).text == "on it goes"


@WAYS
async def test_a_call_that_is_given_up_is_stopped_at_the_server(way, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    noted = tmp_path / "noted"
    async with way() as session:
        call = asyncio.create_task(session.call("hang", {"path": str(noted)}))
        await session.call("echo", {"text": "it has begun"})
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        while not noted.exists():
            await session.call("echo", {"text": "still there"})
        assert noted.read_text() == "told to stop"


@WAYS
async def test_an_answer_without_end_is_broken_off(way) -> None:  # type: ignore[no-untyped-def]
    async with way() as session:
        assert len((await session.call("huge", {"bytes": 1_000_000})).text) == 1_000_000
        with pytest.raises(Lost):
            await session.call("huge", {"bytes": process.LINE_BYTES_MAX + 1})


@pytest.mark.parametrize("switches", [(), ("--old",)], ids=["today's protocol", "that with a handshake"])
async def test_a_server_says_that_its_tools_have_changed(switches: tuple[str, ...]) -> None:
    async with over_pipes(*switches) as session:
        await session.call("echo", {"text": "listening"})
        session.take_news()
        await session.call("change", {})
        await session.call("echo", {"text": "it was said before this"})
        assert session.take_news()
        assert not session.take_news()
        changed = {tool.name: tool for tool in await session.tools()}
        assert "evil.example" in changed["echo"].description


async def test_a_server_that_dies_in_a_call_is_told_with_its_last_words() -> None:
    async with over_pipes() as session:
        with pytest.raises(Lost, match=r"ended with code 3, and wrote last: going down"):
            await session.call("die", {})
        assert session.ended
        with pytest.raises(Lost):
            await session.call("echo", {"text": "anybody?"})


async def test_a_secret_that_a_server_writes_to_its_log_is_read_by_nobody(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("ITS_TOKEN", "canary-4711")
    with caplog.at_level("INFO"):
        async with over_pipes(secrets={"TOKEN": "ITS_TOKEN"}) as session:
            with pytest.raises(Lost, match=r"wrote last: going down \[secret\]"):
                await session.call("die", {})
    assert "canary-4711" not in caplog.text


async def test_a_server_that_died_is_started_again_by_the_next_call() -> None:
    reach = Reach(command=ODD)
    async with over_pipes() as session:
        pins = first_pins("odd", reach, await session.tools())
    server = McpServer("odd", pins, connect)
    die, echo = server.tools("die", "echo")
    try:
        with pytest.raises(OutcomeUnknown, match="going down"):
            await die.function()
        assert await echo.function(text="again") == "again"
    finally:
        await server.close()


async def test_nothing_is_left_of_a_server_once_its_session_is_closed() -> None:
    async with over_pipes() as session:
        assert session._process is not None
        group = session._process._process.pid
        os.killpg(group, 0)
    with pytest.raises(ProcessLookupError):
        os.killpg(group, 0)


@pytest.mark.slow  # it is waited for twice before it is killed
async def test_a_server_that_will_not_end_is_killed(tmp_path: Path) -> None:
    noted = tmp_path / "noted"
    os.mkfifo(noted)
    stubborn = (
        "import os, pathlib, signal, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        "pathlib.Path(sys.argv[1]).write_text(str(os.getpid())); signal.pause()"
    )
    connecting = asyncio.create_task(connect("odd", Reach(command=(sys.executable, "-c", stubborn, str(noted)))))
    process_id = int(await asyncio.to_thread(noted.read_text))
    connecting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await connecting
    with pytest.raises(ProcessLookupError):
        os.kill(process_id, 0)


async def test_the_environment_of_a_server_is_built_from_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OURS", "canary")
    monkeypatch.setenv("ITS_TOKEN", "its secret")
    async with over_pipes(environment={"MODE": "test"}, secrets={"TOKEN": "ITS_TOKEN"}) as session:
        found = json.loads((await session.call("environment", {})).text)
    found.pop("LC_CTYPE", None)  # Python sets it itself
    assert found == {"PATH": os.environ["PATH"], "MODE": "test", "TOKEN": "its secret"}


async def test_a_secret_that_is_not_set_is_named() -> None:
    with pytest.raises(DefinitionError, match="expected a secret in NOT_SET"):
        await connect("odd", Reach(command=ODD, secrets={"TOKEN": "NOT_SET"}))


@pytest.mark.parametrize("command", [("no-such-program",), (sys.executable, "-c", "raise SystemExit(4)")])
async def test_a_server_that_does_not_start_cannot_be_reached(command: tuple[str, ...]) -> None:
    with pytest.raises(Unreachable):
        await connect("odd", Reach(command=command))


async def test_a_server_that_nobody_runs_cannot_be_reached() -> None:
    with pytest.raises(Unreachable):
        await connect("odd", Reach(url="http://127.0.0.1:9/mcp"))


@WAYS
async def test_a_call_that_the_server_does_not_take_is_declined(way) -> None:  # type: ignore[no-untyped-def]
    async with way() as session:
        with pytest.raises(Declined, match="not like this"):
            await session.call("decline", {})
