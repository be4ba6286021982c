"""A stream of chat completion chunks put together to the completion that it tells of."""

from collections.abc import Mapping
from typing import Any

from holdfast.integration.gateway.providers.dialect import Body

_GROWING = frozenset({"content", "refusal", "reasoning", "reasoning_content", "thought_signature"})
_ABOUT = ("id", "model", "usage", "service_tier", "x_groq")
_PIECES = ("text", "summary", "data", "signature")


class CompletionGathering:
    """Takes in chunks. Only the first choice counts: no other is ever asked for."""

    def __init__(self) -> None:
        self._body: Body = {}
        self._written: dict[str, list[str]] = {}
        self._message: Body = {"role": "assistant"}
        self._calls: list[Body] = []
        self._finish: str | None = None
        self._has_ended = False

    def feed(self, event: Mapping[str, Any]) -> str:
        """Take in one chunk; return the text that it adds."""
        self._has_ended = self._has_ended or not event
        self._body.update({name: event[name] for name in _ABOUT if event.get(name)})
        text = ""
        for choice in event.get("choices") or ():
            if choice.get("index") or 0:
                continue
            delta = choice.get("delta") or {}
            text += self._grow(delta)
            self._finish = choice.get("finish_reason") or self._finish
        return text

    @property
    def has_begun(self) -> bool:
        return bool(self._written or self._calls or len(self._message) > 1)

    def whole(self) -> Body | None:
        """Return the completion; None if nothing said that it is at its end: neither a reason nor the server."""
        if self._finish is None and not self._has_ended:
            return None
        message = self._message | {name: "".join(pieces) for name, pieces in self._written.items()}
        if self._calls:
            message["tool_calls"] = [_joined(call) for call in self._calls]
        return self._body | {"choices": [{"index": 0, "message": message, "finish_reason": self._finish}]}

    def _grow(self, delta: Mapping[str, Any]) -> str:
        for name, value in delta.items():
            if value is None or value == "":
                continue
            if name == "tool_calls":
                for piece in value:
                    self._call(piece)
            elif name == "content" and isinstance(value, list):
                self._blocks(value)
            elif name in _GROWING:
                self._written.setdefault(name, []).append(value)
            elif name == "reasoning_details":
                self._details(value)
            elif isinstance(value, list):
                self._message[name] = [*self._message.get(name, ()), *value]
            else:
                self._message[name] = value
        content = delta.get("content") or ""
        if isinstance(content, str):
            return content
        return "".join(block["text"] for block in content if block.get("type") == "text")

    def _call(self, piece: Mapping[str, Any]) -> None:
        """Find the call that a piece belongs to: by its index, if that is not another call's under the same number."""
        call_id, index = piece.get("id"), piece.get("index")
        known = [call for call in self._calls if call["index"] == index] if index is not None else self._calls[-1:]
        call = known[-1] if known else None
        if call is None or (call_id and call.get("id") and call["id"] != call_id):
            call = {"index": index, "function": {"name": "", "pieces": []}}
            self._calls.append(call)
        call.update({name: value for name, value in piece.items() if name not in ("function", "index") and value})
        function = piece.get("function") or {}
        call["function"]["name"] = function.get("name") or call["function"]["name"]
        if arguments := function.get("arguments"):
            call["function"]["pieces"].append(arguments)

    def _details(self, pieces: list[Body]) -> None:
        """Join the pieces of one detail, which share a kind and an index."""
        details: list[Body] = self._message.setdefault("reasoning_details", [])
        for piece in pieces:
            last = details[-1] if details else {}
            if (last.get("type"), last.get("index")) != (piece.get("type"), piece.get("index")):
                details.append(dict(piece))
                continue
            for name, value in piece.items():
                joins = name in _PIECES and isinstance(value, str)
                last[name] = (last.get(name) or "") + value if joins else value if value is not None else last.get(name)

    def _blocks(self, blocks: list[Body]) -> None:
        """Join the blocks of a server that streams in blocks."""
        content: list[Body] = self._message.setdefault("content", [])
        for block in blocks:
            last = content[-1] if content else {}
            if block.get("type") == "text" == last.get("type"):
                last["text"] += block["text"]
            elif block.get("type") == "thinking" == last.get("type"):
                last["thinking"] = [*last["thinking"], *block["thinking"]]
            else:
                content.append(dict(block))


def _joined(call: Body) -> Body:
    pieces = call["function"]["pieces"]
    arguments = pieces[0] if len(pieces) == 1 else "".join(pieces)
    return call | {"function": {"name": call["function"]["name"], "arguments": arguments}}
