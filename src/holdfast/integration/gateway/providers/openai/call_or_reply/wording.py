"""Tools and examples in the words in which a small model is told of them: few, for it reads them all each turn."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from holdfast.integration.gateway.port import Offer, ToolSchema
from holdfast.integration.gateway.providers.openai.call_or_reply.form import ANSWER, ARGUMENTS, REPLY, TOOL

DEPTH_MAX = 4
"""How deep an example or a type is written out."""
CHOICES_MAX = 12
"""How many values of an argument are named one by one."""
_TYPES = {"string": "text", "integer": "number", "number": "number", "boolean": "true | false", "null": "null"}


def written(tool: str, **more: object) -> str:
    """Return an answer as the model is shown it: its own earlier ones look the same, and so do the examples."""
    return json.dumps({TOOL: tool, **more}, ensure_ascii=False)


def listed(tool: ToolSchema) -> str:
    """Return a tool as a line of a list, under it a line for each argument that is described."""
    properties = _properties(tool.parameters)
    described = [f"    {name}: {one['description']}" for name, one in properties.items() if one.get("description")]
    return "\n".join((f"- {tool.name}({', '.join(_arguments(tool.parameters))}): {tool.description}", *described))


def examples(offer: Offer) -> Iterator[str]:
    """Yield a call of the first tool, and a reply in the form that the answer must have.

    They are made of what is offered: a small model copies what it is shown, names and all.
    """
    for tool in offer.tools[:1]:
        yield written(tool.name, **{ARGUMENTS: _sparsest(tool.parameters, tool.parameters)})
    schema = offer.output_schema or {"type": "string"}
    yield written(REPLY, **{ANSWER: _sparsest(schema, schema)})


def _arguments(schema: Mapping[str, Any]) -> Iterator[str]:
    required = schema.get("required") or ()
    for name, one in _properties(schema).items():
        yield f"{name}{'' if name in required else '?'}: {_type(one, schema)}"


def _properties(schema: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    return schema.get("properties") or {}


def _type(schema: Mapping[str, Any], root: Mapping[str, Any], depth: int = 0) -> str:
    schema = _resolved(schema, root)
    if depth > DEPTH_MAX:
        return "…"
    choices = [schema["const"]] if "const" in schema else schema.get("enum") or ()
    if 0 < len(choices) <= CHOICES_MAX:
        return " | ".join(json.dumps(choice, ensure_ascii=False) for choice in choices)
    if options := schema.get("anyOf") or schema.get("oneOf"):
        return " | ".join(dict.fromkeys(_type(option, root, depth + 1) for option in options))
    if schema.get("type") == "array":
        return f"[{_type(schema.get('items') or {}, root, depth + 1)}, …]"
    if inner := _properties(schema):
        return "{" + ", ".join(f"{name}: {_type(one, root, depth + 1)}" for name, one in inner.items()) + "}"
    return _TYPES.get(str(schema.get("type")), "any JSON")


def _sparsest(schema: Mapping[str, Any], root: Mapping[str, Any], depth: int = 0) -> object:
    """Return as little as fits a schema: no more than what is required, no items in lists."""
    schema = _resolved(schema, root)
    if depth > DEPTH_MAX:
        return None
    if choices := schema.get("enum"):
        return choices[0]
    if options := schema.get("anyOf") or schema.get("oneOf"):
        return _sparsest(options[0], root, depth + 1)
    match schema.get("type"):
        case "array":
            item = schema.get("items") or {}
            return [_sparsest(item, root, depth + 1)] * min(schema.get("minItems") or 0, 1)
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case "string":
            return "…"
        case "null":
            return None
        case _ if "const" in schema:
            return schema["const"]
        case _:
            needed, properties = schema.get("required") or (), _properties(schema)
            return {name: _sparsest(properties.get(name, {}), root, depth + 1) for name in needed}


def _resolved(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the definition that a schema refers to; the schema itself if it refers to none."""
    reference = schema.get("$ref")
    if not isinstance(reference, str):
        return schema
    return (root.get("$defs") or {}).get(reference.rpartition("/")[2]) or {}
