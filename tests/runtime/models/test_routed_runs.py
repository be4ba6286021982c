"""Runs whose model is served at several places: what the journal holds of who was asked, and what was tried before."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from holdfast import Agent, Prompt, Runtime
from holdfast.journal.events import Event, ModelCalled, ModelFailed, ModelReplied
from holdfast.kernel.breaker import State
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.outcomes import ErrorKind
from holdfast.runtime.models.health import STALE_SECONDS, WRITE_SECONDS_MIN, health_file, read_health
from tests.integration.gateway.providers.faulty import KEY, Faulty, serving

ANSWER = {
    "id": "r_1",
    "model": "m-1",
    "choices": [{"index": 0, "delta": {"content": "It is noon."}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 10, "completion_tokens": 5},
}
LIMITS = {"x-ratelimit-limit-requests": "600", "x-ratelimit-remaining-requests": "599"}
AGENT = Agent("clerk", prompt=Prompt("clerk", "You tell."), model="large")


def answering(headers: dict[str, str] | None = None) -> Faulty:
    said = (b"data: %b\n\n" % json.dumps(ANSWER).encode(), b"data: [DONE]\n\n")
    return Faulty(headers={"content-type": "text/event-stream"} | (headers or {}), pieces=said)


def failing(status: int, headers: dict[str, str] | None = None) -> Faulty:
    said = json.dumps({"error": {"message": "not now"}}).encode()
    return Faulty(status, {"content-type": "application/json"} | (headers or {}), (said,))


@asynccontextmanager
async def routed(
    folder: Path, patch: pytest.MonkeyPatch, first: Faulty, second: Faulty, accounts: str = ""
) -> AsyncIterator[Runtime]:
    async with AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(serving(each)) for each in (first, second)]
        names = [f'"openai-compatible:m-{number}@{each.url}/v1"' for number, each in enumerate(servers, 1)]
        file = folder / "models.toml"
        told = accounts.format(first=f"{first.url}/v1", second=f"{second.url}/v1")
        file.write_text(f"large = {{ routes = [{', '.join(names)}] }}\n{told}", encoding="utf-8")
        patch.setenv("HOLDFAST_MODELS", str(file))
        yield await stack.enter_async_context(Runtime.open(f"sqlite:///{folder}/runs.db"))


async def model_events(runtime: Runtime) -> list[Event]:
    run = await runtime.start(AGENT, "What time is it?")
    assert await run.result() == "It is noon."
    of_calls = (ModelCalled, ModelFailed, ModelReplied)
    return [entry.event async for entry in run.events(follow=False) if isinstance(entry.event, of_calls)]


async def test_what_cost_nothing_is_tried_elsewhere_in_the_same_attempt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = failing(503), answering(LIMITS)
    async with routed(tmp_path, monkeypatch, first, second) as runtime:
        called, replied = await model_events(runtime)
    assert isinstance(called, ModelCalled)
    assert isinstance(replied, ModelReplied)
    assert replied.way is not None
    assert replied.way.account == second.url.removeprefix("http://")
    assert replied.way.place == f"openai-compatible:m-2@{second.url}/v1"
    (tried,) = replied.way.tries
    assert (tried.place, tried.kind) == (f"openai-compatible:m-1@{first.url}/v1", ErrorKind.OVERLOADED)


async def test_what_may_be_billed_is_a_new_attempt_with_a_reservation_of_its_own_and_begins_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = failing(500, {"retry-after-ms": "1"}), answering()
    async with routed(tmp_path, monkeypatch, first, second) as runtime:
        called, failed, again, replied = await model_events(runtime)
    assert isinstance(called, ModelCalled)
    assert isinstance(failed, ModelFailed)
    assert isinstance(again, ModelCalled)
    assert isinstance(replied, ModelReplied)
    assert failed.is_charged
    assert failed.way is not None
    assert failed.way.place.startswith("openai-compatible:m-1@")
    assert again.reserved >= called.reserved
    assert (first.requests, second.requests) == (1, 1)


async def test_an_account_of_the_file_is_the_one_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts = '[accounts.gpu]\nprovider = "openai-compatible"\nbase_url = "{first}"\nkey = "GPU_KEY"\nat_once = 2\n'
    monkeypatch.setenv("GPU_KEY", "sk-of-the-gpu")
    first = answering()
    async with routed(tmp_path, monkeypatch, first, answering(), accounts) as runtime:
        _, replied = await model_events(runtime)
    assert isinstance(replied, ModelReplied)
    assert replied.way is not None
    assert replied.way.account == "gpu"
    assert "sk-of-the-gpu" in first.heads[0]


async def test_an_identical_request_is_answered_from_what_was_kept_and_the_journal_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, url = answering(), f"sqlite:///{tmp_path}/runs.db"
    async with serving(server):
        file = tmp_path / "models.toml"
        name = f"openai-compatible:m-1@{server.url}/v1"
        file.write_text(f'large = {{ model = "{name}", cache = "1h" }}', encoding="utf-8")
        monkeypatch.setenv("HOLDFAST_MODELS", str(file))
        async with Runtime.open(url) as runtime:
            await model_events(runtime)
        async with Runtime.open(url) as runtime:
            (replied,) = [each for each in await model_events(runtime) if isinstance(each, ModelReplied)]
            about = await runtime.start(AGENT, "What time is it?", subject="somebody")
            assert await about.result() == "It is noon."
    assert replied.way is not None
    assert replied.way.is_cached
    assert (replied.usage.tokens, replied.usage.cost_usd) == (0, 0.0)
    assert server.requests == 2, "a run about a person neither reads nor keeps what others are told"


async def test_another_process_reads_how_the_accounts_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = VirtualClock()
    server = failing(503)
    async with serving(server):
        monkeypatch.setenv("OPENAI_COMPATIBLE_API_KEY", KEY)
        agent = Agent("clerk", prompt=AGENT.prompt, model=f"openai-compatible:m-1@{server.url}/v1")
        async with Runtime.open(f"sqlite:///{tmp_path}/runs.db", clock=clock) as runtime:
            await runtime.start(agent, "What time is it?")
            await server.asked.wait()
            path = health_file(tmp_path / "runs.db")
            while (health := read_health(path)) is None or not health.accounts[0].trouble:
                await clock.advance(WRITE_SECONDS_MIN / 2)
                await asyncio.sleep(0)
    (account,) = health.accounts
    assert (account.account, account.breaker) == (server.url.removeprefix("http://"), State.CLOSED)
    assert "not now" in account.trouble
    assert account.share < 1.0
    assert not health.is_stale(health.at + STALE_SECONDS)
    assert health.is_stale(health.at + STALE_SECONDS + 1)
    assert KEY.encode() not in path.read_bytes()


class Gated(Faulty):
    """Answers nothing before its gate is opened."""

    gate = asyncio.Event()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self.gate.wait()
        await super().answer(reader, writer)


async def test_a_run_that_nobody_waits_for_lets_others_go_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = answering()
    server = Gated(headers=said.headers, pieces=said.pieces)
    server.gate = asyncio.Event()
    async with serving(server):
        url = f"{server.url}/v1"
        file = tmp_path / "models.toml"
        account = f'[accounts.gpu]\nprovider = "openai-compatible"\nbase_url = "{url}"\nat_once = 1\n'
        file.write_text(f'large = "openai-compatible:m@{url}"\n{account}', encoding="utf-8")
        monkeypatch.setenv("HOLDFAST_MODELS", str(file))
        async with Runtime.open("memory:") as runtime:
            runs = []
            for is_batch in (False, True, False):
                runs.append(await runtime.start(AGENT, "What time is it?", is_batch=is_batch))
                async for entry in runs[-1].events():
                    if isinstance(entry.event, ModelCalled):
                        break
            server.gate.set()
            replied = [
                next(e for e in [entry async for entry in run.events()] if isinstance(e.event, ModelReplied))
                for run in runs
            ]
            assert [(await run.state()).is_batch for run in runs] == [False, True, False]
    first, batch, last = (entry.at for entry in replied)
    assert first < last < batch
