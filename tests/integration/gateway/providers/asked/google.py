"""Reads a recorded request to Google back."""

import base64
from itertools import groupby
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
    Role,
    Text,
    ToolCall,
    ToolResult,
)
from tests.integration.gateway.providers.asked.asked import Asked, left_open, rest_of, text_of, without

API = "google"


def asked_of(body: dict[str, Any]) -> Asked:
    asked = Asked(body=without(body, "contents", "systemInstruction", "tools", "generationConfig"))
    if system := body.get("systemInstruction"):
        asked.messages.append(Message(Role.SYSTEM, tuple(_part(asked, part) for part in system["parts"])))
    for content in body["contents"]:
        parts = [_part(asked, part) for part in content["parts"]]
        for is_result, group in groupby(parts, lambda part: isinstance(part, ToolResult)):
            role = Role.ASSISTANT if content["role"] == "model" else Role.TOOL if is_result else Role.USER
            asked.messages.append(Message(role, tuple(group)))
    hosted = []
    for tools in body.get("tools") or []:
        for tool in tools.get("functionDeclarations", []):
            schema = tool.get("parametersJsonSchema")
            fields = without(tool, "name", "description", "parametersJsonSchema")
            fields |= left_open(tool, "parametersJsonSchema")
            asked.offer(tool["name"], tool.get("description"), schema or {}, fields)
        if other := without(tools, "functionDeclarations"):
            hosted.append(other)
    asked.body |= {"tools": hosted} if hosted else {}
    config = body.get("generationConfig") or {}
    asked.output_tokens_max = config.get("maxOutputTokens") or asked.output_tokens_max
    asked.output_schema = config.get("responseJsonSchema")
    rest = without(config, "maxOutputTokens", "responseJsonSchema")
    asked.body["generationConfig"] = rest | left_open(config, "maxOutputTokens")
    return asked


def _part(asked: Asked, part: dict[str, Any]) -> Parts:
    if "functionCall" in part:
        call = part["functionCall"]
        asked.names[call.get("id", "")] = call["name"]
        own = rest_of(API, part, "functionCall")
        return ToolCall(call.get("id", ""), call["name"], text_of(call.get("args") or {}), own=own)
    if "functionResponse" in part:
        response = part["functionResponse"]
        return ToolResult(response.get("id", ""), response["name"], text_of(response["response"]))
    if part.get("thought"):
        return Reasoning(part["text"], own=whole(API, without(part, "text")))
    if "text" in part:
        return Text(part["text"], own=rest_of(API, part, "text"))
    if "inlineData" in part:
        return _medium(part["inlineData"]["mimeType"], base64.urlsafe_b64decode(part["inlineData"]["data"]), None)
    if "fileData" in part:
        return _medium(part["fileData"]["mimeType"], None, part["fileData"]["fileUri"])
    return Foreign(next(name for name in part if name != "thoughtSignature"), own=whole(API, part))


def _medium(kind: str, data: bytes | None, url: str | None) -> Image | Audio | File:
    if kind.startswith("image/"):
        return Image(kind, data, url)
    return Audio(kind, data, url) if kind.startswith("audio/") else File(kind, "", data, url)
