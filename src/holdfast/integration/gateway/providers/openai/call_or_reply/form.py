"""The schema that an answer must fit: a call of one of the tools, or the reply; and what such an answer says."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from holdfast.integration.gateway.port import Offer

CALL, REPLY = "call", "reply"
_DEFINITIONS = "#/$defs/"


def form_of(offer: Offer) -> dict[str, object]:
    """Return the schema. Definitions stand at its root, each under the name of the schema that it comes from."""
    definitions: dict[str, Any] = {}
    calls = [
        _exactly({"tool": {"const": tool.name}, "arguments": _moved(tool.parameters, tool.name, definitions)})
        for tool in offer.tools
    ]
    reply: Any = {"type": "string"}
    if offer.output_schema is not None:
        reply = _moved(offer.output_schema, REPLY, definitions)
    form: dict[str, object] = {"anyOf": [_exactly({CALL: {"anyOf": calls}}), _exactly({REPLY: reply})]}
    return form | ({"$defs": definitions} if definitions else {})


def call_in(text: str) -> tuple[str, str] | None:
    """Return tool and arguments of the call that a text is; None if it is none."""
    match _object(text):
        case {"call": {"tool": str(tool), "arguments": dict(arguments)}, **rest} if not rest:
            return tool, msgspec.json.encode(arguments).decode()
        case _:
            return None


def reply_in(text: str) -> str | None:
    """Return the reply that a text holds, as JSON if it is not a text itself; None if it holds none."""
    match _object(text):
        case {"reply": str(reply), **rest} if not rest:
            return reply
        case {"reply": reply, **rest} if not rest:
            return msgspec.json.encode(reply).decode()
        case _:
            return None


def _object(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return None


def _exactly(properties: Mapping[str, object]) -> dict[str, object]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def _moved(schema: Mapping[str, Any], owner: str, definitions: dict[str, Any]) -> Any:
    """Return a schema whose references lead to the root's definitions, having put its own there."""
    own = schema.get("$defs") or {}
    definitions |= {f"{owner}.{name}": _led(inner, owner) for name, inner in own.items()}
    return _led({name: inner for name, inner in schema.items() if name != "$defs"}, owner)


def _led(schema: Any, owner: str) -> Any:
    if isinstance(schema, Mapping):
        return dict(_led_pairs(schema, owner))
    return [_led(inner, owner) for inner in schema] if isinstance(schema, list) else schema


def _led_pairs(schema: Mapping[str, Any], owner: str) -> Iterator[tuple[str, Any]]:
    for name, inner in schema.items():
        if name == "$ref" and isinstance(inner, str) and inner.startswith(_DEFINITIONS):
            yield name, f"{_DEFINITIONS}{owner}.{inner.removeprefix(_DEFINITIONS)}"
        else:
            yield name, _led(inner, owner)
