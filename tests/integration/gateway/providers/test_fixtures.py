"""Replies and streams that others have collected, of many servers, pass through the real clients without loss."""

import json
import re

import pytest

from tests.integration.gateway.providers.recordings import (
    ANTHROPIC,
    CHAT,
    GOOGLE,
    RESPONSES,
    Counted,
    Exchange,
    fixture,
    fixture_names,
    needs_recordings,
)
from tests.integration.gateway.providers.stand_in import Accounts
from tests.integration.gateway.providers.test_recorded_replies import loss, told

pytestmark = needs_recordings

PREFIXES = {
    ANTHROPIC: ("anthropic__",),
    CHAT: (
        "azure__azure-deepseek",
        "openai__chat__",
        "openai-compatible__chat__",
        "deepseek__chat__",
        "groq__",
        "mistral__",
    ),
    RESPONSES: ("openai__responses__", "azure__azure-", "azure__openai-"),
    GOOGLE: ("google__google-",),
}
URLS = {
    ANTHROPIC: "https://api.anthropic.com/v1/messages",
    CHAT: "https://api.openai.com/v1/chat/completions",
    RESPONSES: "https://api.openai.com/v1/responses",
    GOOGLE: "https://generativelanguage.googleapis.com/v1beta/models/a:generateContent",
}
STREAMED_ARGUMENTS = "stream-"
"""Fixtures of Google's in which arguments come value by value; ``test_google_stream`` reads them."""
LEFT_OUT = {
    "groq__groq-transcription-text.json": "a transcription, no model's reply",
    "mistral__mistral-transcription.json": "a transcription, no model's reply",
    "openai__responses__openai-phase.1.chunks.txt": "shortened by hand: its pieces are not its reply",
    "openai__responses__openai-shell-container.1.chunks.txt": "shortened by hand: its pieces are not its reply",
    "openai__responses__parallel-tool-call-wrapper.1.chunks.txt": "its first event is no JSON: a brace is missing",
}


NEXT_REPLY = re.compile(rb'\n(?=\{"type":"response\.created")|(?<=\{"type":"message_stop"\})\n')
"""Where a fixture goes on with the next reply of a conversation."""


def exchanges_of(api: str, name: str) -> list[Exchange]:
    """Return the exchanges of which a fixture is the answers; streams lie there as one event a line."""
    said = fixture(name)
    replies = NEXT_REPLY.split(said.strip()) if name.endswith(".chunks.txt") else [said]
    return [_exchange(api, name, reply) for reply in replies]


def _exchange(api: str, name: str, said: bytes) -> Exchange:
    streams = not name.endswith(".json")
    if name.endswith(".chunks.txt"):
        said = b"".join(b"data: %b\n\n" % line for line in said.splitlines() if line.strip())
    is_error = not streams and b'"error"' in said and bool(json.loads(said).get("error"))
    kind = "text/event-stream" if streams else "application/json"
    return Exchange(name, api, URLS[api], {"model": "a"}, 400 if is_error else 200, {"content-type": kind}, said)


def is_left_out(api: str, name: str) -> bool:
    is_chat = name.startswith("azure__azure-deepseek") and api != CHAT
    return is_chat or name in LEFT_OUT or STREAMED_ARGUMENTS in name


@pytest.mark.parametrize("api", PREFIXES)
async def test_nothing_of_a_fixture_is_lost(api: str, record_property: Counted) -> None:
    accounts = Accounts()
    names = [name for name in fixture_names(*PREFIXES[api]) if not is_left_out(api, name)]
    exchanges = [exchange for name in names for exchange in exchanges_of(api, name)]
    found = {f"{exchange.name}/{at}": await loss(accounts, exchange) for at, exchange in enumerate(exchanges)}
    losses = {name: what for name, what in found.items() if what}
    record_property("counted", f"{api}: {len(found) - len(losses)} of {len(found)} fixtures parsed")
    assert not losses, told(losses)
