"""What Anthropic's Messages API replies, as a reply of ours: nothing that it said is lost."""

from collections.abc import Mapping
from typing import Any

from holdfast.integration.gateway.providers.anthropic.request import API
from holdfast.integration.gateway.providers.dialect import Body
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
    "end_turn": StopReason.END_TURN,
    "max_tokens": StopReason.MAX_TOKENS,
    "stop_sequence": StopReason.STOP_SEQUENCE,
    "tool_use": StopReason.TOOL_USE,
    "pause_turn": StopReason.PAUSE,
    "compaction": StopReason.PAUSE,
    "refusal": StopReason.REFUSAL,
    "model_context_window_exceeded": StopReason.CONTEXT_FULL,
}


def reply_of(body: Body) -> Reply:
    """Read a reply. Raises LookupError, TypeError or ValueError for what is none."""
    reported = body["stop_reason"]
    parts = [_part(block) for block in body["content"]]
    if explanation := (body.get("stop_details") or {}).get("explanation"):
        parts.append(Refusal(explanation, own=whole(API, body["stop_details"])))
    return Reply(
        Message(Role.ASSISTANT, tuple(parts)),
        STOPS.get(reported, StopReason.OTHER),
        _usage(body["usage"]),
        body["model"],
        reported or "",
        body.get("id") or "",
    )


def _part(block: Mapping[str, Any]) -> Parts:
    match block["type"]:
        case "text":
            return Text(block["text"], own=kept(API, block, ("type", "text")))
        case "thinking":
            return Reasoning(block["thinking"], own=kept(API, block, ("type", "thinking")))
        case "redacted_thinking":
            return Reasoning(own=whole(API, block))
        case "tool_use":
            own = kept(API, block, ("type", "id", "name", "input"))
            return ToolCall(block["id"], block["name"], _arguments(block["input"]), own=own)
        case kind:
            return Foreign(kind, own=whole(API, block))


def _arguments(said: object) -> str:
    """Return arguments as the model wrote them where they were streamed, else as they were read."""
    return said or "{}" if isinstance(said, str) else to_json(said)


def _usage(said: Mapping[str, Any]) -> Usage:
    """Count all passes: the top level leaves out those that the provider made by itself, such as a compaction."""
    passes = [said] + [each for each in said.get("iterations") or () if each.get("type", "message") != "message"]
    read = _sum(passes, "cache_read_input_tokens")
    written = _sum(passes, "cache_creation_input_tokens")
    kept_long = sum((each.get("cache_creation") or {}).get("ephemeral_1h_input_tokens") or 0 for each in passes)
    return Usage(
        input_tokens=_sum(passes, "input_tokens") + read + written,
        output_tokens=_sum(passes, "output_tokens"),
        cached_tokens=read,
        cache_write_tokens=written,
        reasoning_tokens=(said.get("output_tokens_details") or {}).get("thinking_tokens") or 0,
        cache_write_long_tokens=kept_long,
        tier=tier_of(said.get("speed"), said.get("service_tier")),
    )


def _sum(passes: list[Mapping[str, Any]], name: str) -> int:
    return sum(each.get(name) or 0 for each in passes)
