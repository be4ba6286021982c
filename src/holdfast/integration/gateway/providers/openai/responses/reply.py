"""What OpenAI's Responses API replies, as a reply of ours: each item kept, its id with it."""

from collections.abc import Iterator, Mapping
from typing import Any

from holdfast.integration.gateway.providers.dialect import Body
from holdfast.integration.gateway.providers.openai.responses.request import API
from holdfast.integration.gateway.providers.own import kept, whole
from holdfast.integration.gateway.providers.tiers import tier_of
from holdfast.kernel.messages import (
    Foreign,
    Message,
    Parts,
    Reasoning,
    Refusal,
    Reply,
    Role,
    StopReason,
    Text,
    ToolCall,
    Usage,
)

CUT_OFF = {"max_output_tokens": StopReason.MAX_TOKENS, "content_filter": StopReason.CONTENT_FILTER}


def reply_of(body: Body) -> Reply:
    """Read a reply. Raises LookupError, TypeError or ValueError for what is none."""
    parts = tuple(part for item in body["output"] for part in _parts(item))
    reason = (body.get("incomplete_details") or {}).get("reason") or ""
    return Reply(
        Message(Role.ASSISTANT, parts),
        _stop(body["status"], reason, parts),
        _usage(body.get("usage") or {}, body.get("service_tier")),
        body["model"],
        reason or body["status"],
        body.get("id") or "",
    )


def _stop(status: str, reason: str, parts: tuple[Parts, ...]) -> StopReason:
    if status == "incomplete":
        return CUT_OFF.get(reason, StopReason.OTHER)
    if status != "completed":
        return StopReason.OTHER
    if any(isinstance(part, ToolCall) for part in parts):
        return StopReason.TOOL_USE
    is_refusal = any(isinstance(part, Refusal) for part in parts)
    return StopReason.REFUSAL if is_refusal else StopReason.END_TURN


def _parts(item: Mapping[str, Any]) -> Iterator[Parts]:
    match item["type"]:
        case "message" if item.get("role") == "assistant":
            yield from _texts(item)
        case "function_call":
            own = kept(API, item, ("type", "call_id", "name", "arguments"))
            yield ToolCall(item["call_id"], item["name"], item["arguments"] or "{}", own=own)
        case "reasoning":
            pieces = [*(item.get("summary") or ()), *(item.get("content") or ())]
            yield Reasoning("\n\n".join(piece["text"] for piece in pieces), own=kept(API, item, ("type",)))
        case kind:
            yield Foreign(kind, own=whole(API, item))


def _texts(item: Mapping[str, Any]) -> Iterator[Parts]:
    about = {name: value for name, value in item.items() if name not in ("type", "role", "content") and value}
    for block in item["content"]:
        rest = {name: value for name, value in block.items() if name not in ("type", "text", "refusal", "logprobs")}
        own = kept(API, {"item": about, "part": {name: value for name, value in rest.items() if value}})
        if block["type"] == "output_text":
            yield Text(block["text"], own=own)
        elif block["type"] == "refusal":
            yield Refusal(block["refusal"], own=own)
        else:
            yield Foreign(block["type"], own=whole(API, {**item, "content": [block]}))


def _usage(said: Mapping[str, Any], tier: object) -> Usage:
    read, written = said.get("input_tokens_details") or {}, said.get("output_tokens_details") or {}
    return Usage(
        input_tokens=said.get("input_tokens") or 0,
        output_tokens=said.get("output_tokens") or 0,
        cached_tokens=read.get("cached_tokens") or 0,
        cost_usd=said.get("cost"),
        cache_write_tokens=read.get("cache_write_tokens") or 0,
        reasoning_tokens=written.get("reasoning_tokens") or 0,
        tier=tier_of(tier),
    )
