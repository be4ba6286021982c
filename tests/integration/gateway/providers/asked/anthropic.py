"""Reads a recorded request to Anthropic back."""

import base64
from itertools import groupby
from typing import Any

from holdfast.integration.gateway.providers.own import whole
from holdfast.kernel.messages import (
    CachePoint,
    File,
    Foreign,
    Image,
    Message,
    Parts,
    Reasoning,
    Role,
    Text,
    ToolCall,
    ToolResult,
)
from tests.integration.gateway.providers.asked.asked import Asked, rest_of, text_of, without

API = "anthropic"
_ROLES = {"user": Role.USER, "assistant": Role.ASSISTANT, "system": Role.SYSTEM}


def asked_of(body: dict[str, Any]) -> Asked:
    asked = Asked(body=without(body, "model", "max_tokens", "messages", "system", "tools", "stream", "output_config"))
    asked.output_tokens_max = body["max_tokens"]
    if system := body.get("system"):
        asked.messages.append(Message(Role.SYSTEM, tuple(_parts(asked, system))))
    for message in body["messages"]:
        parts = _parts(asked, message["content"])
        for is_result, group in groupby(parts, lambda part: isinstance(part, ToolResult)):
            role = Role.TOOL if is_result else _ROLES[message["role"]]
            asked.messages.append(Message(role, tuple(group)))
    hosted = [tool for tool in body.get("tools", []) if "input_schema" not in tool]
    for tool in body.get("tools", []):
        if "input_schema" in tool:
            rest = without(tool, "name", "description", "input_schema")
            asked.offer(tool["name"], tool.get("description"), tool["input_schema"], rest)
    asked.body |= {"tools": hosted} if hosted else {}
    config = body.get("output_config") or {}
    asked.output_schema = (config.get("format") or {}).get("schema")
    asked.body |= {"output_config": rest} if (rest := without(config, "format")) else {}
    return asked


def _parts(asked: Asked, content: str | list[dict[str, Any]]) -> list[Parts]:
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
    return [part for block in blocks for part in (_part(asked, block), *_mark(block))]


def _mark(block: dict[str, Any]) -> list[Parts]:
    ttl = (block.get("cache_control") or {}).get("ttl")
    return [CachePoint(3600 if ttl == "1h" else 300)] if "cache_control" in block else []


def _part(asked: Asked, block: dict[str, Any]) -> Parts:
    match block["type"]:
        case "text":
            return Text(block["text"], own=rest_of(API, block, "type", "text", "cache_control"))
        case "thinking":
            return Reasoning(block["thinking"], own=rest_of(API, block, "type", "thinking"))
        case "redacted_thinking":
            return Reasoning(own=whole(API, block))
        case "tool_use":
            asked.names[block["id"]] = block["name"]
            return ToolCall(block["id"], block["name"], text_of(block["input"]))
        case "tool_result":
            return _result(asked, block)
        case "image" | "document":
            return _medium(block)
        case kind:
            return Foreign(kind, own=whole(API, block))


def _result(asked: Asked, block: dict[str, Any]) -> ToolResult:
    call_id, content = block["tool_use_id"], block["content"]
    name, is_error = asked.names.get(call_id, ""), bool(block.get("is_error"))
    if isinstance(content, str):
        return ToolResult(call_id, name, content, is_error)
    if len(content) == 1 and content[0]["type"] == "text":
        return ToolResult(call_id, name, content[0]["text"], is_error)
    return ToolResult(call_id, name, "", is_error, own=whole(API, {"content": content}))


def _medium(block: dict[str, Any]) -> Image | File:
    source = block["source"]
    kind = source.get("media_type", "application/pdf")
    data = base64.b64decode(source["data"]) if source["type"] == "base64" else source.get("data", "").encode()
    if block["type"] == "image":
        return Image(kind, data or None, source.get("url"))
    return File(kind, block.get("title", ""), data or None, source.get("url"))
