"""Small streams in each API's own form: one that asks for a tool after a few words, event by event."""

import json
from typing import Any

from tests.integration.gateway.providers.recordings import ANTHROPIC, CHAT, GOOGLE, RESPONSES


def events(api: str) -> list[bytes]:
    """Return the events of a reply that says "Let me look." and calls ``look`` at the door."""
    return [b"data: %b\n\n" % json.dumps(event).encode() for event in _EVENTS[api]]


def half_way(api: str) -> list[bytes]:
    """Return the events up to the middle of the call's arguments."""
    return events(api)[: _HALF[api]]


_USAGE = {"input_tokens": 10, "output_tokens": 5}
_CALL = {"type": "function_call", "id": "fc_1", "call_id": "c_1", "name": "look", "arguments": '{"at":"the door"}'}
_SAID = {
    "type": "message",
    "id": "msg_1",
    "role": "assistant",
    "content": [{"type": "output_text", "text": "Let me look.", "annotations": []}],
}


def _chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    return {"id": "r_1", "model": "m-1", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def _arguments(piece: str) -> dict[str, Any]:
    return _chunk({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]})


def _delta(index: int, delta: dict[str, Any]) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": index, "delta": delta}


_EVENTS: dict[str, list[dict[str, Any]]] = {
    ANTHROPIC: [
        {"type": "message_start", "message": {"id": "r_1", "model": "m-1", "content": [], "usage": _USAGE}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        _delta(0, {"type": "text_delta", "text": "Let me "}),
        _delta(0, {"type": "text_delta", "text": "look."}),
        {
            "type": "content_block_start",
            "index": 1,
            "content_block": {"type": "tool_use", "id": "c_1", "name": "look", "input": {}},
        },
        _delta(1, {"type": "input_json_delta", "partial_json": '{"at":'}),
        _delta(1, {"type": "input_json_delta", "partial_json": '"the door"}'}),
        {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 5}},
        {"type": "message_stop"},
    ],
    CHAT: [
        _chunk({"role": "assistant", "content": "Let me "}),
        _chunk({"content": "look."}),
        _chunk({"tool_calls": [{"index": 0, "id": "c_1", "function": {"name": "look", "arguments": ""}}]}),
        _arguments('{"at":'),
        _arguments('"the door"}'),
        _chunk({}, "tool_calls"),
        {"id": "r_1", "model": "m-1", "choices": [], "usage": {"prompt_tokens": 10, "completion_tokens": 5}},
    ],
    RESPONSES: [
        {"type": "response.created", "response": {"id": "r_1", "status": "in_progress"}},
        {"type": "response.output_text.delta", "output_index": 0, "delta": "Let me "},
        {"type": "response.output_text.delta", "output_index": 0, "delta": "look."},
        {"type": "response.output_item.done", "output_index": 0, "item": _SAID},
        {"type": "response.function_call_arguments.delta", "output_index": 1, "delta": '{"at":'},
        {"type": "response.function_call_arguments.delta", "output_index": 1, "delta": '"the door"}'},
        {"type": "response.output_item.done", "output_index": 1, "item": _CALL},
        {
            "type": "response.completed",
            "response": {"id": "r_1", "model": "m-1", "status": "completed", "usage": _USAGE, "output": [_SAID, _CALL]},
        },
    ],
    GOOGLE: [
        {"candidates": [{"content": {"role": "model", "parts": [{"text": "Let me "}]}}], "modelVersion": "m-1"},
        {"candidates": [{"content": {"role": "model", "parts": [{"text": "look."}]}}]},
        {
            "candidates": [
                {
                    "content": {
                        "role": "model",
                        "parts": [{"functionCall": {"id": "c_1", "name": "look", "args": {"at": "the door"}}}],
                    },
                    "finishReason": "STOP",
                }
            ],
            "usageMetadata": {"promptTokenCount": 10, "candidatesTokenCount": 5},
            "responseId": "r_1",
        },
    ],
}
_HALF = {ANTHROPIC: 6, CHAT: 4, RESPONSES: 5, GOOGLE: 2}
