"""What a provider must be told to cache is marked on its way out; what it read and wrote there is counted."""

import json
from collections import Counter
from typing import Any

import httpx2
import pytest

from holdfast import Agent, Prompt, Runtime
from holdfast.integration.gateway.port import Offer, ToolSchema
from holdfast.integration.gateway.providers.anthropic.caching import MARK, MARKS_MAX, marked
from holdfast.integration.gateway.providers.anthropic.client import AnthropicAccount
from holdfast.integration.gateway.providers.anthropic.dialect import Messages
from holdfast.integration.gateway.providers.settings import Settings
from holdfast.kernel.messages import CachePoint, Message, Reply, Role, Text, ToolCall, ToolResult, say
from tests.execution.talking import Shop, look_at
from tests.integration.gateway.asking import asked, streamed
from tests.integration.gateway.providers.recordings import (
    ANTHROPIC,
    CHAT,
    GOOGLE,
    RESPONSES,
    Counted,
    exchanges,
    needs_recordings,
)
from tests.integration.gateway.providers.stand_in import Accounts, serving

OFFER = Offer((ToolSchema("look", "Look at a place.", {"type": "object"}), ToolSchema("go", "Go.", {"type": "object"})))
TALK = (
    say(Role.SYSTEM, "You are a clerk."),
    say(Role.USER, "Look around."),
    Message(Role.ASSISTANT, (ToolCall("c1", "look", "{}"), ToolCall("c2", "look", "{}"))),
    Message(Role.TOOL, (ToolResult("c1", "look", "a door"), ToolResult("c2", "look", "a key"))),
)
MARKED = {"type": "ephemeral"}


def body_of(*messages: Message, offer: Offer = OFFER) -> dict[str, Any]:
    return Messages(caches_prompt=True).body("claude", asked(*messages, offer=offer), streams=False)


def blocks_of(message: dict[str, Any]) -> Any:
    """Return a message's blocks; a text that stands for its one block carries no mark."""
    return [] if isinstance(message["content"], str) else message["content"]


def marks(body: dict[str, Any]) -> list[str]:
    """Return where the marks are."""
    places = [("tools", body.get("tools") or []), ("system", body.get("system") or [])]
    places += [(f"message {number}", blocks_of(message)) for number, message in enumerate(body["messages"])]
    return [f"{name}[{at}]" for name, blocks in places for at, block in enumerate(blocks) if MARK in block]


def test_tools_system_prompt_and_the_last_two_of_the_users_messages_are_marked() -> None:
    body = body_of(*TALK)
    assert marks(body) == ["tools[1]", "system[0]", "message 0[0]", "message 2[1]"]
    assert body["messages"][2]["content"][1][MARK] == MARKED
    assert len(marks(body)) <= MARKS_MAX


def test_a_first_turn_has_a_mark_less() -> None:
    assert marks(body_of(*TALK[:2])) == ["tools[1]", "system[0]", "message 0[0]"]


def test_what_is_asked_only_once_is_not_written_to_a_cache() -> None:
    assert marks(body_of(*TALK[:2], offer=Offer())) == []


def test_points_of_a_messages_own_are_all_that_is_marked() -> None:
    opening = Message(Role.USER, (Text("The manual."), CachePoint(ttl_seconds=3600), Text("Look around.")))
    body = body_of(TALK[0], opening, *TALK[2:])
    assert marks(body) == ["message 0[0]"]


def test_nothing_is_marked_where_an_operator_has_marked_the_request_or_switched_it_off() -> None:
    plain = Messages().body("claude", asked(*TALK, offer=OFFER), streams=False)
    assert marks(plain) == []
    assert marked(plain | {MARK: MARKED}) == plain | {MARK: MARKED}


class Provider(httpx2.AsyncBaseTransport):
    """Calls the tool twice, then answers; says that it read from its cache whatever it had been shown before."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        body = json.loads(await request.aread())
        self.bodies.append(body)
        turn = len(self.bodies)
        block = {"type": "tool_use", "id": f"t{turn}", "name": "look", "input": {"at": f"door {turn}"}}
        said = {
            "id": f"msg_{turn}",
            "type": "message",
            "role": "assistant",
            "model": "claude",
            "content": [block] if turn < 3 else [{"type": "text", "text": "Three doors."}],
            "stop_reason": "tool_use" if turn < 3 else "end_turn",
            "usage": {
                "input_tokens": 10,
                "output_tokens": 5,
                "cache_read_input_tokens": 1_000 * (turn - 1),
                "cache_creation_input_tokens": 1_000,
            },
        }
        return httpx2.Response(200, json=said)


async def run_with(settings: Settings) -> tuple[Provider, Any]:
    provider, shop = Provider(), Shop()
    account = AnthropicAccount("key", base_url="http://127.0.0.1", transport=provider)
    model = account.model("claude", "claude", settings)
    agent = Agent("clerk", prompt=Prompt("clerk", "You look."), model="claude", tools=[look_at(shop)])
    async with Runtime.open("memory:", models={"claude": model}) as runtime:
        run = await runtime.start(agent, "Look around.")
        assert await run.result() == "Three doors."
        state = await run.state()
    await account.close()
    return provider, state


def unmarked(value: Any) -> Any:
    match value:
        case {"type": "text", "text": text}:
            return text
        case [{"type": "text", "text": text}]:
            return text
        case dict():
            return {name: unmarked(inner) for name, inner in value.items() if name != MARK}
        case list():
            return [unmarked(inner) for inner in value]
        case _:
            return value


async def test_an_agents_turns_are_marked_at_their_end_and_their_prefix_stays_the_same() -> None:
    provider, state = await run_with(Settings(streams=False))
    ends = [[mark.split("[")[0] for mark in marks(body)] for body in provider.bodies]
    assert ends == [
        ["tools", "system", "message 0"],
        ["tools", "system", "message 0", "message 2"],
        ["tools", "system", "message 2", "message 4"],
    ]
    for before, after in zip(provider.bodies, provider.bodies[1:], strict=False):
        earlier = unmarked(before)
        later = unmarked(after)
        assert later["messages"][: len(earlier["messages"])] == earlier["messages"]
        assert (later["tools"], later["system"]) == (earlier["tools"], earlier["system"])
    assert state.spend.cached_tokens == 3_000
    assert state.spend.input_tokens == 3 * 1_010 + 3_000


HOSTED = Settings({"tools": [{"type": "web_search_20250305", "name": "web_search", MARK: MARKED}]})


@pytest.mark.parametrize("settings", [Settings(caches_prompt=False), Settings({MARK: MARKED}), HOSTED])
async def test_an_operator_can_switch_the_marks_off_or_set_one_for_all(settings: Settings) -> None:
    provider, _ = await run_with(Settings(settings.body, caches_prompt=settings.caches_prompt, streams=False))
    own = {mark for body in provider.bodies for mark in marks(body)} - {"tools[3]"}
    assert own == set()


CACHED = {
    ANTHROPIC: ("cache_read_input_tokens", "cache_creation_input_tokens"),
    CHAT: ("cached_tokens", "prompt_cache_hit_tokens"),
    RESPONSES: ("cached_tokens",),
    GOOGLE: ("cachedContentTokenCount",),
}
"""The fields in which each API tells what came out of its cache, or went into it."""


@needs_recordings
@pytest.mark.parametrize("api", CACHED)
async def test_recorded_cache_hits_are_counted(api: str, record_property: Counted) -> None:
    accounts, counted = Accounts(), Counter[str]()
    for exchange in exchanges(api):
        if exchange.status != 200 or not any(_tells(exchange.body, field) for field in CACHED[api]):
            continue
        *_, reply = await streamed(accounts.model(exchange, serving(exchange)), asked("Hello."))
        assert isinstance(reply, Reply)
        usage = reply.usage
        assert usage.cached_tokens + usage.cache_write_tokens > 0, exchange.name
        assert usage.input_tokens >= max(usage.cached_tokens, usage.cache_write_tokens), exchange.name
        counted["reads"] += usage.cached_tokens > 0
        counted["writes"] += usage.cache_write_tokens > 0
    assert counted["reads"] > 0
    record_property("counted", f"recorded cache hits of {api}: {counted['reads']} read, {counted['writes']} written")


def _tells(body: bytes, field: str) -> bool:
    """Whether a body names a number above zero in ``field``."""
    pieces = body.split(f'"{field}":'.encode())[1:]
    return any(piece.lstrip()[:1].isdigit() and piece.lstrip()[:1] != b"0" for piece in pieces)
