"""That the benchmark of model calls makes the calls it says, and invents no figure."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.environment import Unavailable, version_of
from bench.gateway.bare import bare
from bench.gateway.bodies import APIS, body_of
from bench.gateway.calling import KEY, Way, history
from bench.gateway.client import client
from bench.gateway.provider import SAID, TEXT
from bench.gateway.summary import Figures, Key, summarise, table
from bench.gateway.ways import BARE, LITELLM, OURS, PEER, Engine, provider
from holdfast.integration.gateway.port import ModelRequest, Offer
from holdfast.integration.gateway.providers.anthropic.client import AnthropicAccount
from holdfast.integration.gateway.providers.openai.client import OpenAIAccount
from holdfast.integration.gateway.providers.settings import Settings
from holdfast.kernel.messages import Message, Reply, Role, say
from tests.integration.gateway.asking import replied

ROOT = Path(__file__).parents[2]
HERE = Path(sys.executable)


def said(count: int) -> tuple[Message, ...]:
    return tuple(say(Role(role), text) for role, text in history(count))


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize("api", APIS)
def test_the_provider_says_the_same_to_every_way_of_calling(api: str, streams: bool) -> None:
    async def asked(url: str) -> Reply:
        way, conversation = Way(api, streams, url), history(3)
        for opened in (bare, client):
            async with opened(way) as call:
                await call(conversation)
        settings = Settings(streams=streams)
        request = ModelRequest(said(3), Offer(), 100, "turn.1")
        if api == "anthropic":
            anthropic = AnthropicAccount(KEY, base_url=url)
            reply = await replied(anthropic.model("m", "m", settings), request)
            await anthropic.close()
            return reply
        openai = OpenAIAccount(KEY, base_url=f"{url}/v1")
        make = openai.chat if api == "openai-chat" else openai.responses
        reply = await replied(make("m", "m", settings), request)
        await openai.close()
        return reply

    with provider() as url:
        reply = asyncio.run(asked(url))
    assert reply.message.text == TEXT
    assert (reply.usage.input_tokens, reply.usage.output_tokens) == (1_000, 80)


@pytest.mark.parametrize("api", APIS)
def test_every_way_sends_the_same_conversation(api: str) -> None:
    body = body_of(api, history(100), streams=True)
    messages = body["input" if api == "openai" else "messages"]
    assert [one["content"] for one in messages] == [message.text for message in said(100)]
    assert {len(one["content"]) for one in messages} == {400}
    assert messages[-1]["role"] == "user"
    assert len(SAID) == len(APIS)


def test_ours_and_the_bare_call_are_measured_at_every_size() -> None:
    command = [sys.executable, "-m", "bench.gateway", "--json", "--rounds", "1"]
    command += ["--engines", "bare_http,holdfast", "--apis", "openai-chat"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=True)
    printed = json.loads(done.stdout)
    for way in ("openai-chat, whole", "openai-chat, streaming"):
        for engine in (BARE, OURS):
            figures = printed["cpu_ms_per_call"][engine][way]
            assert set(figures) == {"1", "100", "1000"}
            assert all(value > 0 for value in figures.values())
        assert set(printed["added_to_bare_http_ms"][OURS][way]) == {"1", "100", "1000"}
    assert all(value > 0 for value in printed["pieces_us"].values())


def test_a_peer_that_is_unavailable_has_no_figures_and_no_ratios() -> None:
    engines = [Engine(OURS, "1", "", HERE), Engine(PEER, "2", "", Unavailable("no network"))]
    taken: dict[Key, list[Figures]] = {(OURS, "openai", False): [{"1": 0.5}]}
    summary = summarise(engines, taken)
    assert summary["cpu_ms_per_call"] == {
        OURS: {"version": "1", "openai, whole": {"1": 0.5}},
        PEER: {"version": "2", "unavailable": "no network"},
    }
    assert summary["times_ours"] == {}
    assert any("no network" in line for line in table(engines, taken))


def test_what_is_added_and_how_many_times_ours_a_peer_costs_are_taken_round_by_round() -> None:
    engines = [Engine(name, "1", "", HERE) for name in (BARE, OURS, PEER)]
    taken: dict[Key, list[Figures]] = {
        (BARE, "openai", True): [{"1": 0.5}, {"1": 5.0}, {"1": 0.5}],
        (OURS, "openai", True): [{"1": 0.7}, {"1": 6.0}, {"1": 0.8}],
        (PEER, "openai", True): [{"1": 7.0}, {"1": 30.0}, {"1": 16.0}],
    }
    summary = summarise(engines, taken)
    assert summary["added_to_bare_http_ms"] == {
        OURS: {"openai, streaming": {"1": 0.3}},
        PEER: {"openai, streaming": {"1": 15.5}},
    }
    assert summary["times_ours"] == {
        BARE: {"openai, streaming": {"1": 0.71}},
        PEER: {"openai, streaming": {"1": 10.0}},
    }


def test_the_peers_version_is_the_one_that_is_pinned() -> None:
    assert version_of("litellm", LITELLM) == "1.106.2"
