"""Schemas of a document as JSON Schemas: what they refer to brought along, the older dialect translated. Pure."""

from typing import Literal

from holdfast.integration.openapi.document import Document
from holdfast.integration.tools.json_schema import Schema
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.ids import digest

DEFINITIONS_MAX = 500
TAIL_DIGITS = 6

_BY_NAME = frozenset({"properties", "patternProperties", "dependentSchemas"})
_AS_IS = frozenset({"enum", "const", "default", "required", "type"})
_DROPPED = frozenset(
    {"discriminator", "xml", "externalDocs", "example", "examples", "readOnly", "writeOnly", "nullable", "$schema"}
    | {"$id", "$anchor", "$comment", "title", "deprecated", "$defs", "definitions"}
)


class SchemaReader:
    """Reads schemas for one direction; ``definitions`` gathers all that they refer to."""

    def __init__(self, document: Document, direction: Literal["sent", "received"]) -> None:
        self._document = document
        self._left_out = "readOnly" if direction == "sent" else "writeOnly"
        self._names = dict[str, str]()
        self.definitions = dict[str, Schema]()

    def read(self, node: object) -> Schema:
        """Return the JSON Schema of ``node``, whose references lead into ``$defs``. Raises DefinitionError."""
        if not isinstance(node, dict):
            return {} if node in (True, None) else {"not": {}}
        schema: Schema = {}
        for keyword, part in node.items():
            if keyword in _DROPPED or keyword.startswith("x-"):
                continue
            schema[keyword] = self._part(keyword, part)
        self._leave_out(node, schema)
        return _translated(node, schema) if self._document.is_3_0 else schema

    def with_definitions(self, schema: Schema) -> Schema:
        """Return ``schema`` with what it refers to."""
        return {**schema, "$defs": self.definitions} if self.definitions else schema

    def _part(self, keyword: str, part: object) -> object:
        match keyword, part:
            case "$ref", str():
                return f"#/$defs/{self._defined(part)}"
            case _, dict() if keyword in _BY_NAME:
                return {name: self.read(inner) for name, inner in part.items()}
            case _, _ if keyword in _AS_IS:
                return part
            case _, dict():
                return self.read(part)
            case _, list():
                return [self.read(inner) if isinstance(inner, dict) else inner for inner in part]
            case _:
                return part

    def _defined(self, reference: str) -> str:
        """Return the name of what ``reference`` leads to, read once."""
        if reference not in self._names:
            if len(self._names) >= DEFINITIONS_MAX:
                raise DefinitionError(
                    f"{self._document.path}: an operation refers to more than {DEFINITIONS_MAX} schemas: "
                    "state what is needed in a document of your own"
                )
            last = "".join(each if each.isalnum() else "_" for each in reference.rpartition("/")[2])
            taken = last in self.definitions
            name = f"{last}_{digest(reference.encode())[:TAIL_DIGITS]}" if taken else last
            self._names[reference] = name
            self.definitions[name] = {}  # it may refer to itself
            self.definitions[name] = self.read(self._document.at(reference))
        return self._names[reference]

    def _leave_out(self, node: Schema, schema: Schema) -> None:
        """Take out the properties that only go the other way."""
        properties, found = node.get("properties"), schema.get("properties")
        if not isinstance(properties, dict) or not isinstance(found, dict):
            return
        out = {name for name, part in properties.items() if self._document.resolved(part).get(self._left_out) is True}
        for name in out:
            del found[name]
        required = schema.get("required")
        if out and isinstance(required, list):
            schema["required"] = [name for name in required if name not in out]


def _translated(node: Schema, schema: Schema) -> Schema:
    """Return the JSON Schema of what OpenAPI 3.0 says otherwise: what may be null, and which bounds are open."""
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(is_open := schema.get(exclusive), bool):
            del schema[exclusive]
            if is_open and bound in schema:
                schema[exclusive] = schema.pop(bound)
    if "$ref" in schema:
        return {"$ref": schema["$ref"]}  # what stands beside it does not count
    if node.get("nullable") is not True:
        return schema
    return {"anyOf": [schema, {"type": "null"}]}
