"""What a model said goes back to its provider as it came: signatures, encrypted reasoning, ids and all."""

import json
from typing import Any

import msgspec
import pytest

from holdfast.integration.gateway.port import ModelRequest, Offer
from holdfast.integration.gateway.providers.anthropic.caching import as_blocks
from holdfast.integration.gateway.providers.anthropic.dialect import Messages
from holdfast.integration.gateway.providers.dialect import Dialect
from holdfast.integration.gateway.providers.google.dialect import GenerateContent
from holdfast.integration.gateway.providers.openai.chat.dialect import ChatCompletions
from holdfast.integration.gateway.providers.openai.responses.dialect import Responses
from holdfast.kernel.messages import Message, Own, Reasoning, Role, Text, ToolCall
from tests.integration.gateway.providers.recordings import (
    ANTHROPIC,
    CHAT,
    GOOGLE,
    RESPONSES,
    Exchange,
    exchanges,
    needs_recordings,
)

DIALECTS: dict[str, Dialect] = {
    ANTHROPIC: Messages(),
    CHAT: ChatCompletions(),
    RESPONSES: Responses(),
    GOOGLE: GenerateContent(),
}
NOT_HANDED_BACK = {
    CHAT: ("annotations", "executed_tools"),
    RESPONSES: ("logprobs",),
}
"""What servers say of a reply and do not take back."""


def handed_back(api: str, message: Message) -> Any:
    """Return what an API is shown of what the model has said."""
    request = ModelRequest((Message(Role.USER, (Text("Hi."),)), message), Offer(), 100, "agent/turn.2")
    body = DIALECTS[api].body("a", request, streams=False)
    match api:
        case "anthropic messages":
            return [block for turn in body["messages"][1:] for block in as_blocks(turn["content"])]
        case "chat completions":
            return body["messages"][1:]
        case "openai responses":
            return body["input"][1:]
        case _:
            return [part for content in body["contents"][1:] for part in content["parts"]]


def said(api: str, body: dict[str, Any]) -> Any:
    """Return what the model said in a recorded reply, in the provider's own words."""
    match api:
        case "anthropic messages":
            return body["content"]
        case "chat completions":
            return [body["choices"][0]["message"]]
        case "openai responses":
            return body["output"]
        case _:
            return body["candidates"][0].get("content", {}).get("parts", [])


def bare(api: str, value: Any) -> Any:
    """Leave out what is not there, and what is not handed back."""
    if isinstance(value, dict):
        inner = {name: bare(api, one) for name, one in value.items() if name not in NOT_HANDED_BACK.get(api, ())}
        return {name: one for name, one in inner.items() if one not in (None, "", [], {})}
    return [bare(api, one) for one in value] if isinstance(value, list) else value


def in_one_form(api: str, said: Any) -> Any:
    """Name what servers leave out: a call's id, its kind, its arguments; its place is that in the list."""
    for one in said:
        if api == CHAT:
            for call in one.get("tool_calls", []):
                call.pop("index", None)
                call.setdefault("type", "function")
                call["function"].setdefault("arguments", "{}")
                if call.get("id", "call_").startswith("call_") and call.get("id", "_0").endswith("_0"):
                    call["id"] = "ours"
            if "reasoning" in one and "reasoning_content" in one:
                one.pop("reasoning")
    return said


def replies(api: str) -> list[Exchange]:
    return [one for one in exchanges(api) if one.status == 200 and not one.streams and b'"error":{' not in one.body]


@needs_recordings
@pytest.mark.parametrize("api", DIALECTS)
def test_a_reply_goes_back_as_it_came(api: str) -> None:
    changed = []
    for exchange in replies(api):
        body = json.loads(exchange.body)
        if (api == GOOGLE and not body.get("candidates")) or body.get("error"):
            continue
        reply = DIALECTS[api].reply(msgspec.json.decode(exchange.body))
        ours, theirs = handed_back(api, reply.message), said(api, body)
        for one, other in zip(ours, theirs, strict=False) if api == GOOGLE else ():
            if "functionCall" in other and "id" not in other["functionCall"]:
                one["functionCall"].pop("id")
        ours, theirs = (in_one_form(api, bare(api, each)) for each in (ours, theirs))
        theirs = [one for one in theirs if api == CHAT or one not in ({"type": "text"}, {})]
        if ours != theirs:
            changed.append(f"{exchange.host} {exchange.name}:\n  ours   {ours}\n  theirs {theirs}"[:1500])
    assert not changed, f"{len(changed)}\n" + "\n".join(changed[:12])


@pytest.mark.parametrize("api", DIALECTS)
def test_what_another_provider_said_is_not_shown(api: str) -> None:
    own = Own("somebody else", '{"signature": "sealed", "type": "sealed", "id": "sealed"}')
    message = Message(
        Role.ASSISTANT, (Reasoning("my thoughts", own=own), Text("yes", own=own), ToolCall("c", "t", "{}", own=own))
    )
    shown = json.dumps(handed_back(api, message))
    assert "sealed" not in shown
    assert "my thoughts" not in shown
    assert "yes" in shown
