"""What a server says of one of its tools: untrusted, hashed whole, shown to a model in a form that hides nothing."""

import msgspec

from holdfast.integration.tools.foreign import SCHEMA_DEPTH_MAX, depth, hides_in_values, shown_text
from holdfast.integration.tools.json_schema import Schema
from holdfast.integration.tools.stated import stated_shape
from holdfast.integration.tools.visible import visible
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.ids import digest

NAME_CHARACTERS_MAX = 128
DEFINITION_BYTES_MAX = 64_000

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
        if depth(schema) > SCHEMA_DEPTH_MAX:
            return f"its schema is nested deeper than {SCHEMA_DEPTH_MAX} levels"
        if hides_in_values(schema):
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
    return shown_text(definition.description.strip() or definition.title.strip() or definition.name)
