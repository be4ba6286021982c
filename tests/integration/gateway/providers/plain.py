"""Reads what a provider said from the raw bytes, without any adapter: the second opinion of the conformance tests.

It knows JSON and server-sent events, and where each API puts four things: text, calls, usage, the reason for the end.
"""

import json
import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from tests.integration.gateway.providers.recordings import ANTHROPIC, CHAT, GOOGLE, RESPONSES


class Plain(NamedTuple):
    """What every reply comes down to."""

    text: str
    calls: tuple[tuple[str, Any], ...]
    """Tool and arguments; arguments as a value, None where they are no JSON."""
    usage: tuple[int, int, int]
    """Input in all, output in all, input read from a cache."""
    stop: str


class Trouble(NamedTuple):
    """An error in the place of a reply."""

    said: str


def read(api: str, body: bytes, *, streams: bool) -> Plain | Trouble:
    """Return what ``body`` says."""
    if not streams:
        whole = json.loads(body)
        return Trouble(body.decode()) if whole.get("error") or whole.get("type") == "error" else _WHOLE[api](whole)
    events = [json.loads(data) for data in _data(body) if data != "[DONE]"]
    troubles = [event for event in events if event.get("error") or event.get("type") == "error"]
    return Trouble(json.dumps(troubles[0])) if troubles else _STREAMED[api](events)


def _data(body: bytes) -> list[str]:
    blocks = re.split(r"\r?\n\r?\n", body.decode())
    lines = (re.findall(r"^data: ?(.*)$", block.replace("\r", ""), re.MULTILINE) for block in blocks)
    return ["\n".join(found) for found in lines if found]


def _value(arguments: Any) -> Any:
    if not isinstance(arguments, str):
        return arguments or {}
    try:
        return json.loads(arguments) if arguments else {}
    except ValueError:
        return None


def _anthropic(message: dict[str, Any]) -> Plain:
    blocks, usage = message["content"], message["usage"]
    passes = [usage] + [each for each in usage.get("iterations") or [] if each.get("type") not in (None, "message")]
    read_, written, new, out = (
        sum(each.get(name) or 0 for each in passes)
        for name in ("cache_read_input_tokens", "cache_creation_input_tokens", "input_tokens", "output_tokens")
    )
    return Plain(
        "".join(block["text"] for block in blocks if block["type"] == "text"),
        tuple((block["name"], _value(block["input"])) for block in blocks if block["type"] == "tool_use"),
        (new + read_ + written, out, read_),
        message["stop_reason"],
    )


def _anthropic_streamed(events: list[dict[str, Any]]) -> Plain:
    message: dict[str, Any] = {}
    for event in events:
        kind = event["type"]
        if kind == "message_start":
            message = {**event["message"], "content": []}
        elif kind == "content_block_start":
            message["content"].append(dict(event["content_block"]))
        elif kind == "content_block_delta":
            block, delta = message["content"][event["index"]], event["delta"]
            if delta["type"] == "text_delta":
                block["text"] += delta["text"]
            elif delta["type"] == "input_json_delta":
                block["input"] = (block["input"] or "") + delta["partial_json"]
        elif kind == "message_delta":
            message["stop_reason"] = event["delta"]["stop_reason"]
            message["usage"] |= {name: value for name, value in event["usage"].items() if value is not None}
    return _anthropic(message)


def _chat(body: dict[str, Any]) -> Plain:
    choice = body["choices"][0]
    message, content = choice["message"], choice["message"].get("content") or ""
    if isinstance(content, list):
        content = "".join(block["text"] for block in content if block["type"] == "text")
    calls = [call["function"] for call in message.get("tool_calls") or []]
    return Plain(
        content,
        tuple((call["name"], _value(call.get("arguments"))) for call in calls),
        _chat_usage(body.get("usage") or (body.get("x_groq") or {}).get("usage") or {}),
        choice["finish_reason"] or "",
    )


def _chat_usage(usage: dict[str, Any]) -> tuple[int, int, int]:
    cached = (usage.get("prompt_tokens_details") or {}).get("cached_tokens") or usage.get("prompt_cache_hit_tokens")
    return usage.get("prompt_tokens") or 0, usage.get("completion_tokens") or 0, cached or 0


def _chat_streamed(events: list[dict[str, Any]]) -> Plain:
    text, stop, usage = "", "", (0, 0, 0)
    calls: dict[int, tuple[str, str]] = {}
    for event in events:
        said = event.get("usage") or (event.get("x_groq") or {}).get("usage")
        usage = _chat_usage(said) if said else usage
        for choice in event.get("choices") or []:
            delta, stop = choice.get("delta") or {}, choice.get("finish_reason") or stop
            content = delta.get("content") or ""
            if isinstance(content, list):
                content = "".join(block["text"] for block in content if block["type"] == "text")
            text += content
            for piece in delta.get("tool_calls") or []:
                name, arguments = calls.setdefault(piece.get("index", 0), ("", ""))
                function = piece.get("function") or {}
                calls[piece.get("index", 0)] = (
                    name or function.get("name") or "",
                    arguments + (function.get("arguments") or ""),
                )
    return Plain(text, tuple((name, _value(arguments)) for name, arguments in calls.values()), usage, stop)


def _responses(body: dict[str, Any]) -> Plain:
    usage = body.get("usage") or {}
    blocks = [
        block
        for item in body["output"]
        if item["type"] == "message" and item["role"] == "assistant"
        for block in item["content"]
    ]
    calls = [item for item in body["output"] if item["type"] == "function_call"]
    cached = (usage.get("input_tokens_details") or {}).get("cached_tokens") or 0
    return Plain(
        "".join(block["text"] for block in blocks if block["type"] == "output_text"),
        tuple((call["name"], _value(call["arguments"])) for call in calls),
        (usage.get("input_tokens") or 0, usage.get("output_tokens") or 0, cached),
        (body.get("incomplete_details") or {}).get("reason") or body["status"],
    )


def _responses_streamed(events: list[dict[str, Any]]) -> Plain:
    """Read the deltas, not the whole that the last event repeats; usage and end are only there."""
    last = next(event["response"] for event in reversed(events) if "response" in event)
    done = [event["item"] for event in events if event["type"] == "response.output_item.done"]
    told = "".join(event["delta"] for event in events if event["type"] == "response.output_text.delta")
    return _responses({**last, "output": done})._replace(text=told)


def _google(body: dict[str, Any]) -> Plain:
    return _google_streamed([body])


def _google_streamed(events: Iterable[dict[str, Any]]) -> Plain:
    text, calls, usage, stop = "", [], (0, 0, 0), ""
    for event in events:
        if said := event.get("usageMetadata"):
            read_ = said.get("promptTokenCount", 0) + said.get("toolUsePromptTokenCount", 0)
            made = said.get("candidatesTokenCount", 0) + said.get("thoughtsTokenCount", 0)
            usage = (read_, made, said.get("cachedContentTokenCount", 0))
        stop = (event.get("promptFeedback") or {}).get("blockReason") or stop
        for candidate in event.get("candidates") or []:
            stop = candidate.get("finishReason") or stop
            for part in candidate.get("content", {}).get("parts", []):
                text += part.get("text", "") if not part.get("thought") else ""
                if "functionCall" in part:
                    calls.append((part["functionCall"]["name"], part["functionCall"].get("args") or {}))
    return Plain(text, tuple(calls), usage, stop)


_WHOLE: dict[str, Callable[[Any], Plain]] = {
    ANTHROPIC: _anthropic,
    CHAT: _chat,
    RESPONSES: _responses,
    GOOGLE: _google,
}
_STREAMED: dict[str, Callable[[Any], Plain]] = {
    ANTHROPIC: _anthropic_streamed,
    CHAT: _chat_streamed,
    RESPONSES: _responses_streamed,
    GOOGLE: _google_streamed,
}
