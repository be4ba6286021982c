"""JSON Schemas as a model is best shown them: no titles that repeat names, no references that could be written out."""

from collections.abc import Iterator, Mapping

Schema = dict[str, object]

NODES_MAX = 20_000
_PREFIX = "#/$defs/"
_SCHEMAS_BY_NAME = frozenset({"properties", "patternProperties"})
_PLAIN_VALUES = frozenset({"default", "const", "enum", "examples", "required"})
_DROPPED = frozenset({"title", "discriminator", "$defs"})


def flattened(schema: Schema) -> Schema:
    """Return ``schema`` with each reference written out; only types that contain themselves stay in ``$defs``.

    Where that would come to more than NODES_MAX nodes, as a few definitions that name each other twice do, all stay.
    """
    definitions = {name: part for name, part in _mapping(schema.get("$defs")).items() if isinstance(part, dict)}
    recursive = {name for name in definitions if name in _reachable(definitions, name)}
    written_out = {name: part for name, part in definitions.items() if name not in recursive}
    if _nodes_written_out(schema, written_out) > NODES_MAX:
        recursive, written_out = {*definitions}, {}
    flat = _mapping(_flatten(schema, written_out))
    if recursive:
        flat["$defs"] = {name: _flatten(definitions[name], written_out) for name in sorted(recursive)}
    return flat


def _flatten(node: object, definitions: Mapping[str, Schema]) -> object:
    if isinstance(node, list):
        return [_flatten(part, definitions) for part in node]
    if not isinstance(node, dict):
        return node
    flat: Schema = {}
    match node.get("$ref"):
        case str(reference) if (name := reference.removeprefix(_PREFIX)) in definitions:
            flat.update(_mapping(_flatten(definitions[name], definitions)))
            node = {keyword: part for keyword, part in node.items() if keyword != "$ref"}
        case _:
            pass
    for keyword, part in node.items():
        if keyword in _DROPPED:
            continue
        if keyword in _SCHEMAS_BY_NAME:
            flat[keyword] = {name: _flatten(inner, definitions) for name, inner in _mapping(part).items()}
        else:
            flat[keyword] = part if keyword in _PLAIN_VALUES else _flatten(part, definitions)
    return flat


def _reachable(definitions: Mapping[str, Schema], start: str) -> set[str]:
    """Return the definitions that ``start`` leads to, itself only if it contains itself."""
    found = set[str]()
    waiting = [start]
    while waiting:
        for name in _references(definitions[waiting.pop()]):
            if name in definitions and name not in found:
                found.add(name)
                waiting.append(name)
    return found


def _references(node: object) -> Iterator[str]:
    match node:
        case dict():
            for keyword, part in node.items():
                if keyword == "$ref" and isinstance(part, str):
                    yield part.removeprefix(_PREFIX)
                else:
                    yield from _references(part)
        case list():
            for part in node:
                yield from _references(part)
        case _:
            pass


def _nodes_written_out(schema: Schema, definitions: Mapping[str, Schema]) -> int:
    """Return how many nodes ``schema`` has with all ``definitions`` written out, none of which contains itself."""
    counted = dict[str, int]()

    def count(node: object) -> int:
        inner = [part for name, part in node.items() if name != "$defs"] if isinstance(node, dict) else node
        nodes = 1 + (sum(map(count, inner)) if isinstance(inner, list) else 0)
        reference = node.get("$ref") if isinstance(node, dict) else None
        if isinstance(reference, str) and (name := reference.removeprefix(_PREFIX)) in definitions:
            if name not in counted:
                counted[name] = count(definitions[name])
            nodes += counted[name]
        return nodes

    return count(schema)


def _mapping(part: object) -> Schema:
    return dict(part) if isinstance(part, dict) else {}
