"""Google's stream of partial replies put together to one: texts of a kind joined up to the next signature."""

from collections.abc import Mapping
from typing import Any

from holdfast.integration.gateway.providers.dialect import Body
from holdfast.integration.gateway.providers.google.partial_args import add


class ContentGathering:
    """Takes in chunks, each a reply of its own shape. Only the first candidate counts: no other is ever asked for."""

    def __init__(self) -> None:
        self._body: Body = {}
        self._candidate: Body = {}
        self._parts: list[Body] = []

    def feed(self, event: Mapping[str, Any]) -> str:
        """Take in one chunk; return the text that it adds."""
        self._body.update({name: value for name, value in event.items() if name != "candidates"})
        text = ""
        for candidate in event.get("candidates") or ():
            if candidate.get("index") or 0:
                continue
            self._candidate.update({name: value for name, value in candidate.items() if name != "content"})
            for part in (candidate.get("content") or {}).get("parts") or ():
                text += self._add(part)
        return text

    @property
    def has_begun(self) -> bool:
        return bool(self._parts)

    def whole(self) -> Body | None:
        """Return the reply; None if no reason was ever given for its end."""
        if self._body.get("promptFeedback", {}).get("blockReason") and not self._parts:
            return self._body
        if not self._candidate.get("finishReason"):
            return None
        return self._body | {"candidates": [self._candidate | {"content": {"role": "model", "parts": self._parts}}]}

    def _add(self, part: Body) -> str:
        if "functionCall" in part:
            self._call(part)
            return ""
        last = self._parts[-1] if self._parts else {}
        is_text = part.keys() <= {"text", "thought", "thoughtSignature"} and "text" in part
        if is_text and "text" in last and "thoughtSignature" not in last and last.get("thought") == part.get("thought"):
            joined = last["text"] + part["text"]
            last.update(part)
            last["text"] = joined
        elif part.keys() != {"text"} or part["text"]:
            self._parts.append(dict(part))
        return str(part["text"]) if is_text and not part.get("thought") else ""

    def _call(self, part: Body) -> None:
        """Take in a call, or what goes on with the last one: a piece of its arguments, or word of its end."""
        said = part["functionCall"]
        if "name" in said:
            call = {name: value for name, value in said.items() if name not in ("willContinue", "partialArgs")}
            self._parts.append(part | {"functionCall": call})
        for partial in said.get("partialArgs") or ():
            add(self._parts[-1]["functionCall"].setdefault("args", {}), partial)
