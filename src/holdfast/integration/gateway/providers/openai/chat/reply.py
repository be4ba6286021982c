"""What a chat completions server replies, as a reply of ours: the differences between servers end here."""

from collections.abc import Mapping
from typing import Any

from holdfast.integration.gateway.providers.dialect import Body
from holdfast.integration.gateway.providers.openai.chat.request import API, BLOCK
from holdfast.integration.gateway.providers.own import kept, to_json, whole
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

STOPS = {
    "stop": StopReason.END_TURN,
    "eos": StopReason.END_TURN,
    "length": StopReason.MAX_TOKENS,
    "tool_calls": StopReason.TOOL_USE,
    "function_call": StopReason.TOOL_USE,
    "content_filter": StopReason.CONTENT_FILTER,
    "refusal": StopReason.REFUSAL,
}
REASONING = ("reasoning_content", "reasoning")
"""Where servers put what a model thought; a server that fills both means the same."""
DEMANDED = "reasoning_content"
"""What a server that has said it, be it empty, wants to see again."""
_MODELLED = frozenset({"role", "content", "refusal", "tool_calls", "reasoning_details", "index", "name", *REASONING})


def reply_of(body: Body) -> Reply:
    """Read a reply. Raises LookupError, TypeError or ValueError for what is none."""
    choice = body["choices"][0]
    message = choice["message"]
    reply_id = body.get("id") or ""
    parts = [*_thoughts(message), *_said(message.get("content"))]
    if refusal := message.get("refusal"):
        parts.append(Refusal(refusal))
    calls = [_call(call, place, reply_id) for place, call in enumerate(message.get("tool_calls") or ())]
    foreign = [
        Foreign(name, own=whole(API, {name: value}))
        for name, value in message.items()
        if name not in _MODELLED and value not in (None, "", [], {})
    ]
    reported = choice.get("finish_reason") or ""
    return Reply(
        Message(Role.ASSISTANT, (*parts, *calls, *foreign)),
        _stop(reported, has_refused=bool(refusal), has_calls=bool(calls)),
        _usage(body.get("usage") or (body.get("x_groq") or {}).get("usage") or {}, body.get("service_tier")),
        body.get("model") or "",
        reported,
        reply_id,
    )


def _stop(reported: str, *, has_refused: bool, has_calls: bool) -> StopReason:
    stop = STOPS.get(reported, StopReason.OTHER)
    if has_refused and stop is StopReason.END_TURN:
        return StopReason.REFUSAL
    if reported:
        return stop
    return StopReason.TOOL_USE if has_calls else StopReason.END_TURN


def _thoughts(message: Mapping[str, Any]) -> list[Parts]:
    field = next((name for name in REASONING if message.get(name)), None)
    if field is None and message.get(DEMANDED) == "":
        field = DEMANDED
    details = message.get("reasoning_details")
    if field is None and not details:
        return []
    own = ({"field": field} if field else {}) | ({"reasoning_details": details} if details else {})
    return [Reasoning(message[field] if field else "", own=whole(API, own))]


def _said(content: Any) -> list[Parts]:
    if not content:
        return []
    if isinstance(content, str):
        return [Text(content)]
    return [_block(block) for block in content]


def _block(block: Mapping[str, Any]) -> Parts:
    """Read a block of a server that answers in blocks."""
    match block["type"]:
        case "text":
            return Text(block["text"], own=kept(API, block, ("type", "text")))
        case "thinking":
            thought = "".join(piece["text"] for piece in block["thinking"])
            return Reasoning(thought, own=whole(API, {BLOCK: block}))
        case "refusal":
            return Refusal(block["refusal"])
        case kind:
            return Foreign(kind, own=whole(API, block))


def _call(call: Mapping[str, Any], place: int, reply_id: str) -> ToolCall:
    """Read a call. Some servers give it no id, and arguments as an object or not at all."""
    function = call["function"]
    arguments = function.get("arguments")
    written = arguments if isinstance(arguments, str) else to_json(arguments or {})
    own = kept(API, call, ("id", "type", "function", "index"))
    return ToolCall(call.get("id") or f"call_{reply_id}_{place}", function["name"], written or "{}", own=own)


def _usage(said: Mapping[str, Any], tier: object) -> Usage:
    read, written = said.get("prompt_tokens_details") or {}, said.get("completion_tokens_details") or {}
    return Usage(
        input_tokens=said.get("prompt_tokens") or 0,
        output_tokens=said.get("completion_tokens") or 0,
        cached_tokens=read.get("cached_tokens") or said.get("prompt_cache_hit_tokens") or 0,
        cost_usd=said.get("cost"),
        cache_write_tokens=read.get("cache_write_tokens") or 0,
        reasoning_tokens=written.get("reasoning_tokens") or 0,
        tier=tier_of(tier),
    )
