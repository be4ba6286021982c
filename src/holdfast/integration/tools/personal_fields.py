"""Which values of a result are of a person: those whose fields are declared so, found by the result's schema."""

from collections.abc import Iterator, Mapping

from holdfast.governance.redaction.personal import KEYWORD
from holdfast.integration.tools.json_schema import Schema

DEPTH_MAX = 50


def is_labelled(schema: Schema) -> bool:
    """Whether anything in ``schema`` has a label."""
    return any(_is_labelled(part) for part in (schema, schema.get("$defs")))


def personal_values(schema: Schema, data: object) -> Iterator[tuple[str, str]]:
    """Yield the texts in ``data`` that ``schema`` gives a label, each with its label; no deeper than DEPTH_MAX."""
    definitions = schema.get("$defs")
    yield from _values(schema, data, definitions if isinstance(definitions, Mapping) else {}, 0)


def _is_labelled(node: object) -> bool:
    if isinstance(node, Mapping):
        return KEYWORD in node or any(map(_is_labelled, node.values()))
    return isinstance(node, list) and any(map(_is_labelled, node))


def _values(node: object, data: object, definitions: Mapping[str, object], depth: int) -> Iterator[tuple[str, str]]:
    if not isinstance(node, Mapping) or depth > DEPTH_MAX:
        return
    label = node.get(KEYWORD)
    if isinstance(label, str) and isinstance(data, str) and data:
        yield data, label
    for part, inner in _parts(node, data, definitions):
        yield from _values(part, inner, definitions, depth + 1)


def _parts(
    node: Mapping[str, object], data: object, definitions: Mapping[str, object]
) -> Iterator[tuple[object, object]]:
    """Yield the schemas under ``node``, each with the data that it speaks of."""
    if isinstance(reference := node.get("$ref"), str):
        yield definitions.get(reference.rpartition("/")[2]), data
    for keyword in ("anyOf", "oneOf", "allOf"):
        if isinstance(parts := node.get(keyword), list):
            yield from ((part, data) for part in parts)
    if isinstance(data, Mapping):
        properties, others = node.get("properties"), node.get("additionalProperties")
        known = properties if isinstance(properties, Mapping) else {}
        yield from ((known.get(name, others), inner) for name, inner in data.items())
    if isinstance(data, list):
        first, rest = node.get("prefixItems"), node.get("items")
        named = first if isinstance(first, list) else []
        yield from ((named[at] if at < len(named) else rest, inner) for at, inner in enumerate(data))
