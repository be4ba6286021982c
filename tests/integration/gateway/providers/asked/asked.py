"""What a recorded request comes down to: a request of ours, and what an operator would have set."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from holdfast.integration.gateway.port import ModelRequest, Offer, ToolSchema
from holdfast.integration.gateway.providers.own import kept, whole
from holdfast.integration.gateway.providers.settings import Settings
from holdfast.kernel.messages import CachePoint, Message, Own

OUTPUT_TOKENS = 4_321
"""The length allowed where the recorded request left it open: ours never does, so its field is taken away again."""


@dataclass
class Asked:
    """Gathers a request while it is read."""

    messages: list[Message] = field(default_factory=list)
    tools: list[ToolSchema] = field(default_factory=list)
    tool_fields: dict[str, dict[str, object]] = field(default_factory=dict)
    output_schema: dict[str, object] | None = None
    output_tokens_max: int = OUTPUT_TOKENS
    body: dict[str, Any] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    """The tools of the calls seen so far, by the calls' ids."""

    def offer(self, name: str, description: str | None, parameters: dict[str, object], rest: dict[str, object]) -> None:
        self.tools.append(ToolSchema(name, description or "", parameters))
        if rest:
            self.tool_fields[name] = rest

    def request(self) -> ModelRequest:
        offer = Offer(tuple(self.tools), self.output_schema)
        return ModelRequest(tuple(self.messages), offer, self.output_tokens_max, "agent/turn.1")

    def settings(self, *, streams: bool) -> Settings:
        return Settings(self.body, self.tool_fields, caches_prompt=False, streams=streams)


def left_open(found: Mapping[str, Any], *names: str) -> dict[str, None]:
    """Return what takes away the fields that ours always says, and that the recorded request left open."""
    return {name: None for name in names if name not in found}


def without(found: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Return what is left of an object when these fields are read."""
    return {name: value for name, value in found.items() if name not in names and value is not None}


def rest_of(api: str, found: Mapping[str, Any], *names: str) -> Own | None:
    return kept(api, found, names)


def mark(api: str, block: Mapping[str, Any], *names: str) -> list[CachePoint]:
    """Return the mark of the cache that a block bears in a field of this API's own."""
    found = {name: block[name] for name in names if block.get(name)}
    return [CachePoint(own=whole(api, found))] if found else []


def text_of(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def data_of(url: str) -> tuple[str, bytes | None]:
    """Return the kind and the bytes that a data URL holds; no bytes for any other."""
    if not url.startswith("data:"):
        return "image/*", None
    kind, _, data = url.removeprefix("data:").partition(";base64,")
    return kind, base64.b64decode(data)
