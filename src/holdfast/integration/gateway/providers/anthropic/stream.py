"""Anthropic's stream of events put together to the message that it tells of, block by block."""

from collections.abc import Mapping
from typing import Any

from holdfast.integration.gateway.providers.dialect import Body

_GROWING = {
    "text_delta": ("text", "text"),
    "thinking_delta": ("thinking", "thinking"),
    "signature_delta": ("signature", "signature"),
}
"""By the kind of a delta: the field it has, the field of the block that it makes grow."""


class MessageGathering:
    """Takes in events in their order. A second start begins the message anew: what came before it was given up."""

    def __init__(self) -> None:
        self._message: Body | None = None
        self._blocks: dict[int, Body] = {}
        self._written: dict[int, list[str]] = {}
        self._has_ended = False

    def feed(self, event: Mapping[str, Any]) -> str:
        """Take in one event; return the text that it adds."""
        match event.get("type"):
            case "message_start":
                self._message, self._blocks, self._written = dict(event["message"]), {}, {}
            case "content_block_start":
                self._blocks[event["index"]] = dict(event["content_block"])
                return str(event["content_block"].get("text") or "")
            case "content_block_delta":
                return self._grow(event["index"], event["delta"])
            case "message_delta":
                self._finish(event)
            case "message_stop":
                self._has_ended = True
            case _:  # a ping, or an event that is news to us
                pass
        return ""

    @property
    def has_begun(self) -> bool:
        return bool(self._blocks)

    def whole(self) -> Body | None:
        """Return the message; None before its end has come."""
        if self._message is None or not self._has_ended:
            return None
        for index, pieces in self._written.items():
            self._blocks[index]["input"] = "".join(pieces)
        return self._message | {"content": [self._blocks[index] for index in sorted(self._blocks)]}

    def _grow(self, index: int, delta: Mapping[str, Any]) -> str:
        block, kind = self._blocks[index], delta["type"]
        if kind in _GROWING:
            source, field = _GROWING[kind]
            block[field] = (block.get(field) or "") + delta[source]
            return str(delta["text"]) if kind == "text_delta" else ""
        if kind == "input_json_delta":
            self._written.setdefault(index, []).append(delta["partial_json"])
        elif kind == "citations_delta":
            block["citations"] = [*(block.get("citations") or ()), delta["citation"]]
        else:  # such as that of a compaction: each field is the latest word on it
            block.update({name: value for name, value in delta.items() if name != "type"})
        return ""

    def _finish(self, event: Mapping[str, Any]) -> None:
        if self._message is None:
            raise ValueError("expected a message to begin before it ends")
        self._message.update({name: value for name, value in event["delta"].items() if value is not None})
        told = {name: value for name, value in (event.get("usage") or {}).items() if value is not None}
        self._message["usage"] = (self._message.get("usage") or {}) | told
