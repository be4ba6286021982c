"""Reads a recorded request to OpenAI's Responses API back."""

from typing import Any

from holdfast.integration.gateway.providers.own import whole
from holdfast.kernel.messages import (
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

API = "openai.responses"
_ROLES = {"user": Role.USER, "system": Role.SYSTEM, "developer": Role.SYSTEM}


def asked_of(body: dict[str, Any]) -> Asked:
    asked = Asked(body=without(body, "model", "input", "instructions", "tools", "stream", "max_output_tokens", "text"))
    asked.output_tokens_max = body.get("max_output_tokens") or asked.output_tokens_max
    if instructions := body.get("instructions"):
        asked.messages.append(Message(Role.SYSTEM, (Text(instructions),)))
    items = body["input"]
    for item in [{"role": "user", "content": items}] if isinstance(items, str) else items:
        asked.messages.append(_message(asked, item))
    hosted = [tool for tool in body.get("tools") or [] if tool["type"] != "function"]
    for tool in body.get("tools") or []:
        if tool["type"] == "function":
            rest = without(tool, "type", "name", "description", "parameters") | left_open(tool, "strict")
            asked.offer(tool["name"], tool.get("description"), tool["parameters"], rest)
    asked.body |= {"tools": hosted} if hosted else {}
    text = body.get("text") or {}
    form = text.get("format") or {}
    if form.get("type") == "json_schema":
        asked.output_schema = form["schema"]
        text = without(text, "format") | {"format": without(form, "schema") | left_open(form, "strict")}
    asked.body |= {"text": text} if text else {}
    asked.body |= left_open(body, "include", "store", "max_output_tokens")
    return asked


def _message(asked: Asked, item: dict[str, Any]) -> Message:
    match item.get("type", "message"):
        case "message" if item["role"] == "assistant":
            return Message(Role.ASSISTANT, tuple(_said(item)))
        case "message":
            return Message(_ROLES[item["role"]], tuple(_parts(item["content"])))
        case "function_call":
            asked.names[item["call_id"]] = item["name"]
            own = rest_of(API, item, "type", "call_id", "name", "arguments")
            return Message(Role.ASSISTANT, (ToolCall(item["call_id"], item["name"], item["arguments"], own=own),))
        case "function_call_output":
            return Message(Role.TOOL, (_result(asked, item),))
        case "reasoning":
            return Message(Role.ASSISTANT, (Reasoning(own=whole(API, without(item, "type"))),))
        case kind:
            return Message(Role.ASSISTANT, (Foreign(kind, own=whole(API, item)),))


def _said(item: dict[str, Any]) -> list[Parts]:
    about = without(item, "type", "role", "content")
    if isinstance(item["content"], str):
        return [Text(item["content"], own=whole(API, {"item": about}) if about else None)]
    parts: list[Parts] = []
    for block in item["content"]:
        rest = {name: value for name, value in without(block, "type", "text", "refusal").items() if value}
        own = whole(API, {"item": about} | ({"part": rest} if rest else {}))
        parts.append(Refusal(block["refusal"], own=own) if "refusal" in block else Text(block["text"], own=own))
    return parts


def _result(asked: Asked, item: dict[str, Any]) -> ToolResult:
    name = asked.names.get(item["call_id"], "")
    if isinstance(item["output"], str):
        return ToolResult(item["call_id"], name, item["output"])
    parts = [part for part in _parts(item["output"]) if isinstance(part, Text | Image | File)]
    return ToolResult(item["call_id"], name, "", attached=tuple(parts))


def _parts(content: str | list[dict[str, Any]]) -> list[Parts]:
    if isinstance(content, str):
        return [Text(content)] if content else []
    return [part for block in content for part in (_part(block), *mark(API, block, "prompt_cache_breakpoint"))]


def _part(block: dict[str, Any]) -> Parts:
    match block["type"]:
        case "input_text":
            return Text(block["text"])
        case "input_image":
            kind, data = data_of(block["image_url"])
            return Image(kind, data, None if data else block["image_url"])
        case "input_file":
            if "file_url" in block:
                return File("application/octet-stream", "", None, block["file_url"])
            kind, data = data_of(block["file_data"])
            return File(kind, block["filename"], data)
        case kind:
            return Foreign(kind, own=whole(API, block))
