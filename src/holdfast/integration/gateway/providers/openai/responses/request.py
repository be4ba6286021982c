"""A request as OpenAI's Responses API wants it: a list of items, those that it made itself handed back as they were."""

from collections.abc import Mapping, Sequence
from typing import Any

from holdfast.integration.gateway.port import ModelRequest, Offer
from holdfast.integration.gateway.providers.dialect import Body, unsayable
from holdfast.integration.gateway.providers.media import data_url
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

API = "openai.responses"
ANSWER_NAME = "answer"
_ROLES = {Role.SYSTEM: "system", Role.USER: "user", Role.TOOL: "user", Role.ASSISTANT: "assistant"}


def request_body(model: str, request: ModelRequest, tool_fields: Mapping[str, Mapping[str, object]]) -> Body:
    """Return the body. Raises ModelCallFailed for sound, which this API cannot be sent."""
    messages = request.messages
    body: Body = {"model": model, "max_output_tokens": request.output_tokens_max}
    if messages and messages[0].role is Role.SYSTEM:
        body["instructions"] = messages[0].text
        messages = messages[1:]
    body["input"] = [item for message in messages for item in _items(message)]
    return body | _offered(request.offer, tool_fields)


def _offered(offer: Offer, fields: Mapping[str, Mapping[str, object]]) -> Body:
    """Offer tools without the strict mode, which this API would else put on, and which not every schema fits."""
    offered: Body = {}
    if offer.tools:
        offered["tools"] = [
            laid_over(
                {
                    "type": "function",
                    "name": tool.name,
                    "description": tool.description,
                    "parameters": tool.parameters,
                    "strict": False,
                },
                fields.get(tool.name, {}),
            )
            for tool in offer.tools
        ]
    if (schema := offer.output_schema) is not None:
        form = {"type": "json_schema", "name": ANSWER_NAME, "schema": schema, "strict": is_strict(schema)}
        offered["text"] = {"format": form}
    return offered


def _items(message: Message) -> list[Body]:
    if (text := plain_text(message)) and (role := _ROLES.get(message.role)):
        return [{"role": role, "content": text}]
    if message.role is Role.ASSISTANT:
        return _made(message.parts)
    results = [_result(part) for part in message.parts if isinstance(part, ToolResult)]
    others = [part for part in message.parts if not isinstance(part, ToolResult | Foreign)]
    foreign = [own for part in message.parts if isinstance(part, Foreign) and (own := own_of(part, API))]
    content = content_of(_blocks(others))
    said = [{"role": _ROLES[message.role], "content": content}] if content else []
    return [*results, *foreign, *said]


def _made(parts: Sequence[Parts]) -> list[Body]:
    """Return what the model made, in its order; texts of one item are put together again."""
    items: list[Body] = []
    for part in parts:
        own = own_of(part, API)
        match part:
            case Text() | Refusal():
                _say(items, part, own)
            case ToolCall(call_id, tool, arguments):
                call = {"type": "function_call", "call_id": call_id, "name": tool, "arguments": arguments}
                items.append(call | own)
            case Reasoning() if own:
                items.append({"type": "reasoning", "summary": []} | own)
            case Foreign() if own:
                items.append(own)
    return items


def _say(items: list[Body], part: Text | Refusal, own: dict[str, Any]) -> None:
    if not own:
        items.append({"role": "assistant", "content": part.text})
        return
    block = {"type": "refusal", "refusal": part.text} if isinstance(part, Refusal) else _output(part)
    item, block = own.get("item", {}), block | own.get("part", {})
    if items and item.get("id") and items[-1].get("id") == item["id"]:
        items[-1]["content"].append(block)
    else:
        items.append({"type": "message", "role": "assistant", "content": [block]} | item)


def _output(part: Text) -> Body:
    return {"type": "output_text", "text": part.text, "annotations": []}


def _result(part: ToolResult) -> Body:
    output: Any = part.content
    if part.attached:
        output = _blocks((Text(part.content), *part.attached) if part.content else part.attached)
    return {"type": "function_call_output", "call_id": part.call_id, "output": output}


def _blocks(parts: Sequence[Parts]) -> list[Body]:
    blocks: list[Body] = []
    for part in parts:
        if isinstance(part, CachePoint):
            if blocks:  # this API caches by itself: only a mark of its own is passed on
                blocks[-1] |= own_of(part, API)
        elif not isinstance(part, Text) or part.text:
            blocks.append(_block(part) | own_of(part, API))
    return blocks


def _block(part: Parts) -> Body:
    match part:
        case Text(text):
            return {"type": "input_text", "text": text}
        case Image():
            return {"type": "input_image", "image_url": data_url(part), "detail": "auto"}
        case File(url=url) if url is not None:
            return {"type": "input_file", "file_url": url}
        case File(name=name):
            return {"type": "input_file", "filename": name or "file", "file_data": data_url(part)}
        case _:
            raise unsayable(API, part, part.media_type if isinstance(part, Audio) else type(part).__name__.lower())
