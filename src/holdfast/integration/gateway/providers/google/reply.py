"""What Google's generateContent replies, as a reply of ours: signatures stay with the parts that they sign."""

from collections.abc import Mapping
from typing import Any

from holdfast.integration.gateway.providers.dialect import Body
from holdfast.integration.gateway.providers.google.request import ABOUT_REPLY, API
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

_FILTERED = (
    "BLOCKLIST",
    "IMAGE_PROHIBITED_CONTENT",
    "IMAGE_SAFETY",
    "MODEL_ARMOR",
    "PROHIBITED_CONTENT",
    "RECITATION",
    "SAFETY",
    "SPII",
)
_UNREADABLE = ("MALFORMED_FUNCTION_CALL", "TOO_MANY_TOOL_CALLS", "UNEXPECTED_TOOL_CALL")
STOPS = (
    {"STOP": StopReason.END_TURN, "MAX_TOKENS": StopReason.MAX_TOKENS}
    | dict.fromkeys(_FILTERED, StopReason.CONTENT_FILTER)
    | dict.fromkeys(_UNREADABLE, StopReason.BAD_CALL)
)


def reply_of(body: Body) -> Reply:
    """Read a reply. Raises LookupError, TypeError or ValueError for what is none."""
    usage, model, reply_id = _usage(body.get("usageMetadata") or {}), body.get("modelVersion"), body.get("responseId")
    if not body.get("candidates"):
        feedback = body["promptFeedback"]
        said = Refusal(feedback.get("blockReasonMessage") or feedback["blockReason"], own=whole(API, feedback))
        message, stop, reported = Message(Role.ASSISTANT, (said,)), StopReason.CONTENT_FILTER, feedback["blockReason"]
    else:
        candidate = body["candidates"][0]
        reported = candidate.get("finishReason") or ""
        message = Message(Role.ASSISTANT, (*_parts(candidate, reply_id or ""), *_about(candidate)))
        stop = STOPS.get(reported, StopReason.OTHER)
        if stop is StopReason.END_TURN and message.calls:
            stop = StopReason.TOOL_USE
    return Reply(message, stop, usage, model or "", reported, reply_id or "")


def _parts(candidate: Mapping[str, Any], reply_id: str) -> list[Parts]:
    said = (candidate.get("content") or {}).get("parts") or ()
    return [_part(part, f"call_{reply_id}_{place}") for place, part in enumerate(said)]


def _part(part: Mapping[str, Any], call_id: str) -> Parts:
    """Read a part. A call without an id gets one: results find their call by it."""
    if "functionCall" in part:
        call = part["functionCall"]
        own = kept(API, part, ("functionCall",))
        return ToolCall(call.get("id") or call_id, call["name"], to_json(call.get("args") or {}), own=own)
    if "text" in part:
        if part.get("thought"):
            return Reasoning(part["text"], own=whole(API, {k: v for k, v in part.items() if k != "text"}))
        return Text(part["text"], own=kept(API, part, ("text",)))
    kind = next((name for name in part if name not in ("thoughtSignature", "thought")), "thoughtSignature")
    return Foreign(kind, own=whole(API, part))


def _about(candidate: Mapping[str, Any]) -> list[Parts]:
    return [Foreign(name, own=whole(API, candidate[name])) for name in sorted(ABOUT_REPLY) if candidate.get(name)]


def _usage(said: Mapping[str, Any]) -> Usage:
    thoughts = said.get("thoughtsTokenCount") or 0
    return Usage(
        input_tokens=(said.get("promptTokenCount") or 0) + (said.get("toolUsePromptTokenCount") or 0),
        output_tokens=(said.get("candidatesTokenCount") or 0) + thoughts,
        cached_tokens=said.get("cachedContentTokenCount") or 0,
        reasoning_tokens=thoughts,
        tier=tier_of(said.get("serviceTier")),
    )
