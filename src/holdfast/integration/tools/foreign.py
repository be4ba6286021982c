"""What others say of their tools, as a model is shown it: bounded, and hiding nothing."""

import msgspec

from holdfast.integration.tools.json_schema import Schema, flattened
from holdfast.integration.tools.visible import visible

DESCRIPTION_CHARACTERS_MAX = 4_000
"""What a model is shown of a description."""
SCHEMA_DEPTH_MAX = 40

_PROSE = frozenset({"description", "title", "$comment"})


def shown_text(text: str) -> str:
    """Return ``text`` as a model is shown it: nothing hidden, of bounded length."""
    told = visible(text)
    return told if len(told) <= DESCRIPTION_CHARACTERS_MAX else told[: DESCRIPTION_CHARACTERS_MAX - 1] + "…"


def shown_schema(schema: Schema, without: frozenset[str] = frozenset()) -> Schema:
    """Return ``schema`` as a model is shown it: references written out, nothing hidden, no property of ``without``."""
    shown = _visible(flattened(schema))
    assert isinstance(shown, dict)
    properties = shown.get("properties")
    if isinstance(properties, dict):
        shown["properties"] = {name: part or {} for name, part in properties.items() if name not in without}
    required = shown.get("required")
    if isinstance(required, list):
        shown["required"] = [name for name in required if name not in without]
    return shown


def depth(part: object) -> int:
    """Return how deep ``part`` is nested, as far as it matters."""
    deepest, waiting = 0, [(part, 1)]
    while waiting:
        node, level = waiting.pop()
        deepest = max(deepest, level)
        if level > SCHEMA_DEPTH_MAX:
            break
        inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        waiting.extend((each, level + 1) for each in inner)
    return deepest


def hides_in_values(schema: Schema) -> bool:
    """Whether something is hidden where it cannot be written out: only descriptions are prose."""
    text = msgspec.json.encode(_without_prose(schema)).decode()
    return visible(text) != text


def _visible(part: object) -> object:
    match part:
        case str():
            return visible(part)
        case dict():
            return {visible(str(name)): _visible(inner) for name, inner in part.items()}
        case list():
            return [_visible(inner) for inner in part]
        case _:
            return part


def _without_prose(part: object) -> object:
    match part:
        case dict():
            kept = ((name, inner) for name, inner in part.items() if not (name in _PROSE and isinstance(inner, str)))
            return {name: _without_prose(inner) for name, inner in kept}
        case list():
            return [_without_prose(inner) for inner in part]
        case _:
            return part
