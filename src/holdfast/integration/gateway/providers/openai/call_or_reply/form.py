"""The schema that an answer must fit: a call of one of the tools, or the reply; and what such an answer says.

Both begin alike, with the name of what is used: a small model that has made one call finds its way to the next, where
it would take any other beginning for that of a reply.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from holdfast.integration.gateway.port import Offer
from holdfast.integration.gateway.providers.schemas import countable

TOOL, ARGUMENTS, ANSWER = "tool", "arguments", "answer"
REPLY = "reply"
"""Stands where a tool's name does. A tool of that name is told from it by its arguments, which are no answer."""
_DEFINITIONS = "#/$defs/"


def form_of(offer: Offer) -> dict[str, object]:
    """Return the schema. Definitions stand at its root, each under the name of the schema that it comes from."""
    definitions: dict[str, Any] = {}
    calls = [
        _exactly({TOOL: {"const": tool.name}, ARGUMENTS: _moved(tool.parameters, tool.name, definitions)})
        for tool in offer.tools
    ]
    answer: Any = {"type": "string"}
    if offer.output_schema is not None:
        answer = _moved(offer.output_schema, REPLY, definitions)
    reply = _exactly({TOOL: {"const": REPLY}, ANSWER: answer})
    form: dict[str, object] = countable({"anyOf": [*calls, reply]} | ({"$defs": definitions} if definitions else {}))
    return form


def call_in(text: str) -> tuple[str, str] | None:
    """Return tool and arguments of the call that a text is; None if it is none."""
    match _object(text):
        case {"tool": str(tool), "arguments": dict(arguments), **rest} if not rest:
            return tool, msgspec.json.encode(arguments).decode()
        case _:
            return None


def reply_in(text: str) -> str | None:
    """Return the reply that a text holds, as JSON if it is not a text itself; None if it holds none."""
    match _object(text):
        case {"tool": "reply", "answer": str(answer), **rest} if not rest:
            return answer
        case {"tool": "reply", "answer": answer, **rest} if not rest:
            return msgspec.json.encode(answer).decode()
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
