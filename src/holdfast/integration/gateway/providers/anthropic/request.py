"""A request as Anthropic's Messages API wants it: system apart, turns that alternate, results before words."""

from collections.abc import Mapping
from itertools import takewhile
from typing import Any

from holdfast.integration.gateway.port import ModelRequest, Offer
from holdfast.integration.gateway.providers.anthropic.caching import MARK, UNCACHED, as_blocks
from holdfast.integration.gateway.providers.dialect import Body, unsayable
from holdfast.integration.gateway.providers.media import Media, base64_of, is_text
from holdfast.integration.gateway.providers.own import object_of, own_of, plain_text
from holdfast.integration.gateway.providers.schemas import closed
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

API = "anthropic"
HOUR_SECONDS = 3600

_ROLES = {Role.SYSTEM: "system", Role.USER: "user", Role.TOOL: "user", Role.ASSISTANT: "assistant"}


def request_body(model: str, request: ModelRequest, tool_fields: Mapping[str, Mapping[str, object]]) -> Body:
    """Return the body. Raises ModelCallFailed for sound, which this API cannot be sent."""
    system = tuple(takewhile(lambda message: message.role is Role.SYSTEM, request.messages))
    body: Body = {
        "model": model,
        "max_tokens": request.output_tokens_max,
        "messages": _turns(request.messages[len(system) :]),
    }
    if blocks := [block for message in system for block in _blocks(message.parts)]:
        body["system"] = blocks
    return body | _offered(request.offer, tool_fields)


def _offered(offer: Offer, fields: Mapping[str, Mapping[str, object]]) -> Body:
    offered: Body = {}
    if offer.tools:
        offered["tools"] = [
            laid_over(
                {"name": tool.name, "description": tool.description, "input_schema": tool.parameters},
                fields.get(tool.name, {}),
            )
            for tool in offer.tools
        ]
    if offer.output_schema is not None and (schema := closed(offer.output_schema)) is not None:
        offered["output_config"] = {"format": {"type": "json_schema", "schema": schema}}
    return offered


def _turns(messages: tuple[Message, ...]) -> list[Body]:
    """Join what one side said in a row: all results of a turn's calls must stand in one message."""
    turns: list[Body] = []
    for message in messages:
        text, role = plain_text(message), _ROLES[message.role]
        content = text or _blocks(message.parts)  # a block for each plain text would cost as much as all the rest
        if turns and turns[-1]["role"] == role and role != "system":
            turns[-1]["content"] = as_blocks(turns[-1]["content"]) + as_blocks(content)
        elif content:
            turns.append({"role": role, "content": content})
    return turns


def _blocks(parts: tuple[Parts, ...]) -> list[Body]:
    blocks: list[Body] = []
    for part in parts:
        if isinstance(part, CachePoint):
            if blocks and blocks[-1]["type"] not in UNCACHED:
                ttl = "1h" if part.ttl_seconds >= HOUR_SECONDS else "5m"
                blocks[-1][MARK] = {"type": "ephemeral", "ttl": ttl}
        elif (block := _block(part)) is not None:
            blocks.append(block)
    return blocks


def _block(part: Parts) -> Body | None:
    """Return a part as a block; None for what this API is not shown, such as the thoughts of another model."""
    own = own_of(part, API)
    match part:
        case Text(text) | Refusal(text):
            return {"type": "text", "text": text} | own if text else None
        case Image() | File():
            return _medium(part) | own
        case Audio(media_type):
            raise unsayable(API, part, media_type)
        case ToolCall(call_id, tool, arguments):
            return {"type": "tool_use", "id": call_id, "name": tool, "input": object_of(arguments)} | own
        case ToolResult():
            return _result(part) | own
        case Reasoning(text):
            if own.get("type") == "redacted_thinking":
                return own
            return {"type": "thinking", "thinking": text} | own if own else None
        case Foreign():
            return own or None
        case CachePoint():
            return None


def _result(part: ToolResult) -> Body:
    content: Any = part.content
    if part.attached:
        shown = [block for medium in part.attached if (block := _block(medium)) is not None]
        content = [{"type": "text", "text": part.content}, *shown] if part.content else shown
    result: Body = {"type": "tool_result", "tool_use_id": part.call_id, "content": content}
    return result | {"is_error": True} if part.is_error else result


def _medium(part: Media) -> Body:
    kind = "image" if isinstance(part, Image) else "document"
    if part.url is not None:
        source: Body = {"type": "url", "url": part.url}
    elif is_text(part):
        source = {"type": "text", "media_type": "text/plain", "data": (part.data or b"").decode("utf-8", "replace")}
    else:
        source = {"type": "base64", "media_type": part.media_type, "data": base64_of(part)}
    block: Body = {"type": kind, "source": source}
    return block | {"title": part.name} if isinstance(part, File) and part.name else block
