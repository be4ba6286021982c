"""A request as the chat completions API wants it: a message for each result, thoughts handed back in their field."""

from collections.abc import Mapping, Sequence
from typing import Any

from holdfast.integration.gateway.port import ModelRequest, Offer
from holdfast.integration.gateway.providers.dialect import Body, unsayable
from holdfast.integration.gateway.providers.media import base64_of, data_url, is_text
from holdfast.integration.gateway.providers.openai.content import content_of
from holdfast.integration.gateway.providers.own import own_of, plain_text
from holdfast.integration.gateway.providers.schemas import is_strict
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

API = "openai.chat"
HANDED_BACK = frozenset({"extra_content", "phase", "reasoning_details", "thought_signature"})
"""Fields of a message beyond OpenAI's own that their servers want to see again; others are kept and not sent."""
ANSWER_NAME = "answer"
BLOCK = "block"
"""Where a thought is kept that a server wants back as a block among its texts."""

_ROLES = {Role.SYSTEM: "system", Role.USER: "user", Role.ASSISTANT: "assistant"}
_FORMATS = {"audio/mpeg": "mp3", "audio/mp3": "mp3", "audio/wav": "wav", "audio/x-wav": "wav"}


def request_body(
    model: str, request: ModelRequest, tool_fields: Mapping[str, Mapping[str, object]], limit_field: str
) -> Body:
    """Return the body. Raises ModelCallFailed for sound by address, which this API cannot be sent."""
    return {
        "model": model,
        "messages": [said for message in request.messages for said in _messages(message)],
        limit_field: request.output_tokens_max,
    } | _offered(request.offer, tool_fields)


def _offered(offer: Offer, fields: Mapping[str, Mapping[str, object]]) -> Body:
    offered: Body = {}
    if offer.tools:
        offered["tools"] = [
            laid_over(
                {
                    "type": "function",
                    "function": {"name": tool.name, "description": tool.description, "parameters": tool.parameters},
                },
                fields.get(tool.name, {}),
            )
            for tool in offer.tools
        ]
    if (schema := offer.output_schema) is not None:
        form = {"name": ANSWER_NAME, "schema": schema, "strict": is_strict(schema)}
        offered["response_format"] = {"type": "json_schema", "json_schema": form}
    return offered


def _messages(message: Message) -> list[Body]:
    if (text := plain_text(message)) and (role := _ROLES.get(message.role)):
        return [{"role": role, "content": text}]
    match message.role:
        case Role.TOOL:
            return _results(message.parts)
        case Role.ASSISTANT:
            return [_assistant(message)]
        case _:
            content = content_of(_blocks(message.parts))
            return [{"role": _ROLES[message.role], "content": content}] if content else []


def _results(parts: Sequence[Parts]) -> list[Body]:
    """Return a message for each result; what it gave beside text follows as the user's, for it may not stand there."""
    results: list[Body] = []
    shown: list[Body] = []
    for place, part in enumerate(parts):
        if isinstance(part, ToolResult):
            marked = parts[place + 1 : place + 2]
            is_marked = bool(marked) and isinstance(marked[0], CachePoint)
            content = content_of(_blocks((Text(part.content), *marked))) if is_marked else part.content
            results.append({"role": "tool", "tool_call_id": part.call_id, "content": content})
            shown += [_block(medium) for medium in part.attached]
        elif not isinstance(part, CachePoint):
            shown += _blocks((part,))
    return [*results, {"role": "user", "content": shown}] if shown else results


def _assistant(message: Message) -> Body:
    said: Body = {"role": "assistant", "content": None}
    spoken = [part for part in message.parts if isinstance(part, Text | Reasoning | CachePoint)]
    if content := content_of(_blocks(spoken)):
        said["content"] = content
    if calls := [_call(call) for call in message.calls]:
        said["tool_calls"] = calls
    for part in message.parts:
        match part:
            case Refusal(text):
                said["refusal"] = text
            case Reasoning(text) if (own := own_of(part, API)) and BLOCK not in own:
                field = own.pop("field", None)
                said |= ({field: text} if field else {}) | own
            case Foreign(kind) if kind in HANDED_BACK:
                said |= own_of(part, API)
    return said


def _call(call: ToolCall) -> Body:
    function = {"name": call.tool, "arguments": call.arguments}
    return {"id": call.call_id, "type": "function", "function": function} | own_of(call, API)


def _blocks(parts: Sequence[Parts]) -> list[Body]:
    blocks: list[Body] = []
    for part in parts:
        if isinstance(part, CachePoint):
            if blocks:  # most of these servers cache by themselves: only one that has a mark of its own is told
                blocks[-1] |= own_of(part, API)
        elif isinstance(part, Reasoning):
            blocks += [block] if (block := own_of(part, API).get(BLOCK)) else []
        elif not isinstance(part, Text) or part.text:
            blocks.append(_block(part) | own_of(part, API))
    return blocks


def _block(part: Parts) -> Body:
    match part:
        case Text(text) | Refusal(text):
            return {"type": "text", "text": text}
        case Image():
            return {"type": "image_url", "image_url": {"url": data_url(part)}}
        case Audio(media_type) if part.data is not None:
            form = _FORMATS.get(media_type, media_type.partition("/")[2])
            return {"type": "input_audio", "input_audio": {"data": base64_of(part), "format": form}}
        case File(name=name) if is_text(part):
            return {"type": "text", "text": _titled(name, (part.data or b"").decode("utf-8", "replace"))}
        case File(name=name):
            return {"type": "file", "file": {"filename": name or "file", "file_data": data_url(part)}}
        case Foreign(kind):
            return _foreign(part, kind)
        case _:
            raise unsayable(API, part, f"{type(part).__name__.lower()} {getattr(part, 'url', '')}".strip())


def _foreign(part: Foreign, kind: str) -> Body:
    own: dict[str, Any] = own_of(part, API)
    if not own:
        raise unsayable(API, part, kind)
    return own


def _titled(name: str, text: str) -> str:
    return f"{name}:\n{text}" if name else text
