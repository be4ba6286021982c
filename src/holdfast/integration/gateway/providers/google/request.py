"""A request as Google's generateContent wants it: contents of parts, signatures where they came from."""

from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any

from holdfast.integration.gateway.port import ModelRequest, Offer
from holdfast.integration.gateway.providers.dialect import Body
from holdfast.integration.gateway.providers.media import Media, base64_of
from holdfast.integration.gateway.providers.own import object_of, own_of
from holdfast.integration.gateway.providers.settings import laid_over
from holdfast.kernel.messages import (
    Audio,
    CachePoint,
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

API = "google"
ABOUT_REPLY = frozenset({"citationMetadata", "groundingMetadata", "logprobsResult", "urlContextMetadata"})
"""What a reply says of itself beside its parts: kept, not sent again."""


def request_body(request: ModelRequest, tool_fields: Mapping[str, Mapping[str, object]]) -> Body:
    """Return the body."""
    system = tuple(takewhile(lambda message: message.role is Role.SYSTEM, request.messages))
    body: Body = {
        "contents": _contents(request.messages[len(system) :]),
        "generationConfig": {"maxOutputTokens": request.output_tokens_max},
    }
    if parts := [part for message in system for part in _parts(message.parts)]:
        body["systemInstruction"] = {"role": "user", "parts": parts}
    return laid_over(body, _offered(request.offer, tool_fields))


def _offered(offer: Offer, fields: Mapping[str, Mapping[str, object]]) -> Body:
    offered: Body = {}
    if offer.tools:
        declared = [
            laid_over(
                {"name": tool.name, "description": tool.description, "parametersJsonSchema": tool.parameters},
                fields.get(tool.name, {}),
            )
            for tool in offer.tools
        ]
        offered["tools"] = [{"functionDeclarations": declared}]
    if offer.output_schema is not None:
        form = {"responseMimeType": "application/json", "responseJsonSchema": offer.output_schema}
        offered["generationConfig"] = form
    return offered


def _contents(messages: Sequence[Message]) -> list[Body]:
    """Join what one side said in a row: the results of a turn's calls belong together. A late system speaks as user."""
    contents: list[Body] = []
    for message in messages:
        role, parts = "model" if message.role is Role.ASSISTANT else "user", _parts(message.parts)
        if contents and contents[-1]["role"] == role:
            contents[-1]["parts"] += parts
        elif parts:
            contents.append({"role": role, "parts": parts})
    return contents


def _parts(parts: Sequence[Parts]) -> list[Body]:
    return [said for part in parts for said in _said(part)]


def _said(part: Parts) -> list[Body]:
    own = own_of(part, API)
    match part:
        case Text(text) | Refusal(text):
            return [{"text": text} | own]
        case Reasoning(text):
            return [{"text": text, "thought": True} | own] if own else []
        case Image() | Audio() | File():
            return [_medium(part) | own]
        case ToolCall(call_id, tool, arguments):
            call = {"name": tool, "args": object_of(arguments)}
            return [{"functionCall": _with_id(call, call_id)} | own]
        case ToolResult(call_id, tool):
            response = _with_id({"name": tool, "response": _response(part)}, call_id)
            return [
                {"functionResponse": response},
                *map(_medium, (each for each in part.attached if not isinstance(each, Text))),
            ]
        case Foreign(kind):
            return [own] if own and kind not in ABOUT_REPLY else []
        case CachePoint():
            return []


def _with_id(said: Body, call_id: str) -> Body:
    return said | {"id": call_id} if call_id else said


def _response(part: ToolResult) -> dict[str, Any]:
    """Return a result as the object that this API demands; what a tool gave as one is passed on as it is."""
    found = object_of(part.content) if part.content.startswith("{") else {"unreadable": part.content}
    if "unreadable" not in found:
        return found
    return {"error" if part.is_error else "output": part.content}


def _medium(part: Media) -> Body:
    if part.url is not None:
        return {"fileData": {"fileUri": part.url, "mimeType": part.media_type}}
    return {"inlineData": {"data": base64_of(part), "mimeType": part.media_type}}
