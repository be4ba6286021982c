"""Reads a recorded request to a chat completions server back."""

import base64
from typing import Any

from holdfast.integration.gateway.providers.own import whole
from holdfast.kernel.messages import (
    Audio,
    File,
    Foreign,
    Image,
    Message,
    Parts,
    Reasoning,
    Refusal,
    Role,
    Text,
    ToolCall,
    ToolResult,
)
from tests.integration.gateway.providers.asked.asked import Asked, data_of, left_open, mark, rest_of, without

API = "openai.chat"
_ROLES = {"user": Role.USER, "system": Role.SYSTEM, "developer": Role.SYSTEM}
LIMITS = ("max_tokens", "max_completion_tokens")
_READ = (
    "response_format",
    "model",
    "messages",
    "tools",
    "stream",
    "stream_options",
    "max_tokens",
    "max_completion_tokens",
)


def asked_of(body: dict[str, Any]) -> Asked:
    asked = Asked(body=without(body, *_READ))
    asked.output_tokens_max = body.get("max_completion_tokens") or body.get("max_tokens") or asked.output_tokens_max
    for message in body["messages"]:
        asked.messages.append(_message(asked, message))
    hosted = []
    for tool in body.get("tools") or []:
        if "function" not in tool:
            hosted.append(tool)
            continue
        function = tool["function"]
        rest = without(tool, "type", "function")
        inner = without(function, "name", "description", "parameters")
        fields = rest | ({"function": inner} if inner else {})
        asked.offer(function["name"], function.get("description"), function.get("parameters") or {}, fields)
    asked.body |= {"tools": hosted} if hosted else {}
    form = body.get("response_format") or {}
    if form.get("type") == "json_schema":
        asked.output_schema = form["json_schema"]["schema"]
        rest = without(form["json_schema"], "schema")
        asked.body["response_format"] = {"json_schema": rest | left_open(form["json_schema"], "strict")}
    elif form:
        asked.body["response_format"] = form
    if not body.keys() & LIMITS:
        asked.body |= dict.fromkeys(LIMITS)
    asked.body |= left_open(body, "stream_options")
    return asked


def _message(asked: Asked, message: dict[str, Any]) -> Message:
    match message["role"]:
        case "tool":
            call_id, content = message["tool_call_id"], message["content"]
            blocks = [] if isinstance(content, str) else content
            text = content if isinstance(content, str) else "".join(block["text"] for block in content)
            marks = [point for block in blocks for point in _marks(block)]
            return Message(Role.TOOL, (ToolResult(call_id, asked.names.get(call_id, ""), text), *marks))
        case "assistant":
            return Message(Role.ASSISTANT, tuple(_made(asked, message)))
        case role:
            return Message(_ROLES[role], tuple(_parts(message.get("content"))))


def _made(asked: Asked, message: dict[str, Any]) -> list[Parts]:
    names = ("reasoning_content", "reasoning")
    field = next((name for name in names if message.get(name)), None)
    field = "reasoning_content" if field is None and message.get("reasoning_content") == "" else field
    details = message.get("reasoning_details")
    parts: list[Parts] = []
    if field or details:
        own = ({"field": field} if field else {}) | ({"reasoning_details": details} if details else {})
        parts.append(Reasoning(message[field] if field else "", own=whole(API, own)))
    parts += _parts(message.get("content"))
    if refusal := message.get("refusal"):
        parts.append(Refusal(refusal))
    for call in message.get("tool_calls") or []:
        function = call["function"]
        asked.names[call["id"]] = function["name"]
        rest = rest_of(API, call, "id", "type", "function")
        parts.append(ToolCall(call["id"], function["name"], function["arguments"], own=rest))
    known = ("role", "content", "refusal", "tool_calls", "reasoning", "reasoning_content", "reasoning_details")
    return parts + [Foreign(name, own=whole(API, {name: value})) for name, value in without(message, *known).items()]


def _parts(content: str | list[dict[str, Any]] | None) -> list[Parts]:
    if content is None or isinstance(content, str):
        return [Text(content)] if content else []
    return [part for block in content for part in (_part(block), *_marks(block))]


def _marks(block: dict[str, Any]) -> list[Any]:
    return mark(API, block, "cache_control", "prompt_cache_breakpoint")


def _part(block: dict[str, Any]) -> Parts:
    match block["type"]:
        case "text":
            return Text(block["text"])
        case "image_url":
            url, rest = block["image_url"]["url"], without(block["image_url"], "url")
            own = whole(API, {"image_url": block["image_url"]}) if rest else None
            kind, data = data_of(url)
            return Image(kind, data, None if data else url, own=own)
        case "input_audio":
            audio = block["input_audio"]
            kind = {"mp3": "audio/mpeg"}.get(audio["format"], f"audio/{audio['format']}")
            return Audio(kind, base64.b64decode(audio["data"]))
        case "file":
            url = block["file"]["file_data"]
            kind, data = data_of(url)
            return File(kind, block["file"]["filename"], data, None if data else url)
        case "thinking":
            thought = "".join(piece["text"] for piece in block["thinking"])
            return Reasoning(thought, own=whole(API, {"block": block}))
        case kind:
            return Foreign(kind, own=whole(API, block))
