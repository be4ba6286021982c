"""What a server says of one of its tools: untrusted, hashed whole, shown to a model in a form that hides nothing."""

import msgspec

from holdfast.integration.tools.json_schema import Schema, flattened
from holdfast.integration.tools.stated import stated_shape
from holdfast.integration.tools.visible import visible
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.ids import digest

NAME_CHARACTERS_MAX = 128
DESCRIPTION_CHARACTERS_MAX = 4_000
"""What a model is shown of a description."""
DEFINITION_BYTES_MAX = 64_000
SCHEMA_DEPTH_MAX = 40

_PROSE = frozenset({"description", "title", "$comment"})
_canonical = msgspec.json.Encoder(order="deterministic")


class Definition(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One tool, word for word as the server described it."""

    name: str
    title: str = ""
    description: str = ""
    input_schema: Schema
    output_schema: Schema | None = None
    annotations: dict[str, object] = {}

    @property
    def content_hash(self) -> str:
        """Changes whenever the server says anything else of the tool."""
        return digest(_canonical.encode(self))

    @property
    def hides(self) -> bool:
        """Whether characters that nobody can see stand in it."""
        text = _canonical.encode(self).decode()
        return visible(text) != text

    @property
    def hints(self) -> tuple[str, ...]:
        """What the server claims that its tool does: shown to whoever approves it, and believed by nobody."""
        return tuple(sorted(name for name, value in self.annotations.items() if value is True and name != "title"))


def unusable(definition: Definition) -> str:
    """Return why a tool so described cannot be offered; empty if it can."""
    if not 0 < len(definition.name) <= NAME_CHARACTERS_MAX:
        return f"its name has {len(definition.name)} characters, 1 to {NAME_CHARACTERS_MAX} are taken"
    size = len(_canonical.encode(definition))
    if size > DEFINITION_BYTES_MAX:
        return f"its definition takes {size} bytes, at most {DEFINITION_BYTES_MAX} are taken"
    for schema in (definition.input_schema, definition.output_schema or {}):
        if _depth(schema) > SCHEMA_DEPTH_MAX:
            return f"its schema is nested deeper than {SCHEMA_DEPTH_MAX} levels"
        if _hides_in_values(schema):
            return "characters that nobody can see stand in the names or values of its schema"
    if definition.input_schema.get("type") != "object":
        return "its arguments are no JSON object"
    try:
        stated_shape(definition.input_schema, definition.output_schema, "the tool")
    except DefinitionError as error:
        return str(error)
    return ""


def shown_description(definition: Definition) -> str:
    """Return what a model is told that the tool does: nothing hidden, of bounded length, never empty."""
    told = visible(definition.description.strip() or definition.title.strip() or definition.name)
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


def _hides_in_values(schema: Schema) -> bool:
    """Whether something is hidden where it cannot be written out: only descriptions are prose."""
    text = _canonical.encode(_without_prose(schema)).decode()
    return visible(text) != text


def _without_prose(part: object) -> object:
    match part:
        case dict():
            kept = ((name, inner) for name, inner in part.items() if not (name in _PROSE and isinstance(inner, str)))
            return {name: _without_prose(inner) for name, inner in kept}
        case list():
            return [_without_prose(inner) for inner in part]
        case _:
            return part


def _depth(part: object) -> int:
    """Return how deep ``part`` is nested, as far as it matters."""
    deepest, waiting = 0, [(part, 1)]
    while waiting:
        node, depth = waiting.pop()
        deepest = max(deepest, depth)
        if depth > SCHEMA_DEPTH_MAX:
            break
        inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        waiting.extend((each, depth + 1) for each in inner)
    return deepest
