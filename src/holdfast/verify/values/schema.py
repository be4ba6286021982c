"""What a JSON Schema says of a value: which kinds it may have, and what its fields and items are. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

REFERENCES_MAX = 32
"""How many references are followed to one schema."""
KINDS = ("null", "boolean", "integer", "number", "string", "array", "object")
Body = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Schema:
    """A JSON Schema, or a part of one: ``root`` holds what it refers to. An empty one says nothing."""

    body: Body = field(default_factory=dict)
    root: Body = field(default_factory=dict)

    @classmethod
    def of(cls, body: object) -> "Schema":
        """Return the schema that ``body`` is; one that says nothing for anything else."""
        return cls(body, body) if isinstance(body, dict) else ANYTHING

    @property
    def options(self) -> tuple["Schema", ...]:
        """The schemas of which one holds, each of one kind; one that says nothing where nothing is said."""
        return tuple(_options(self, 0))

    @property
    def kind(self) -> str | None:
        """The kind that an option says its value has; None if it does not say."""
        kind = self.body.get("type")
        if isinstance(kind, str) and kind in KINDS:
            return kind
        if "properties" in self.body:
            return "object"
        return None

    @property
    def values(self) -> tuple[object, ...] | None:
        """All values that an option allows; None if they are not written out."""
        match self.body:
            case {"const": value}:
                return (value,)
            case {"enum": list() as values}:
                return tuple(values)
            case _:
                return None

    @property
    def kinds(self) -> frozenset[str] | None:
        """The kinds that a value may have; None if any."""
        kinds = [each.kind or _kind_of(each.values) for each in self.options]
        return None if None in kinds else frozenset(kind for kind in kinds if kind is not None)

    def of_field(self, name: str) -> "Schema | None":
        """Return the schema of a field of an object; None if no object that fits has such a field.

        Where objects of several kinds fit, the field is what it may be in any of them that have it.
        """
        found = [_own_field(each, name) for each in self.options if each.kind in (None, "object")]
        return _any_of([each for each in found if each is not None])

    @property
    def of_item(self) -> "Schema":
        """The schema of an item of a list."""
        found = [each.body.get("items") for each in self.options]
        return _any_of([Schema(each, self.root) for each in found if isinstance(each, dict)]) or ANYTHING


ANYTHING = Schema()
"""Says nothing."""


def _any_of(schemas: Sequence[Schema]) -> Schema | None:
    """Return the schema of what fits one of ``schemas``, which refer to the same root; None if there is none."""
    if len(schemas) < 2:
        return next(iter(schemas), None)
    if any(not each.body for each in schemas):
        return ANYTHING
    return Schema({"anyOf": [each.body for each in schemas]}, schemas[0].root)


def _own_field(schema: Schema, name: str) -> Schema | None:
    properties = schema.body.get("properties")
    if isinstance(properties, dict) and isinstance(properties.get(name), dict):
        return Schema(properties[name], schema.root)
    more = schema.body.get("additionalProperties", properties is None)
    if isinstance(more, dict):
        return Schema(more, schema.root)
    return ANYTHING if more else None


def _options(schema: Schema, followed: int) -> Iterator[Schema]:
    body = _referred(schema)
    for word in ("anyOf", "oneOf"):
        each = body.get(word)
        if isinstance(each, list) and followed < REFERENCES_MAX:
            for one in each:
                yield from _options(Schema(one, schema.root), followed + 1)
            return
    match body:
        case {"allOf": [dict() as only]} if followed < REFERENCES_MAX:
            yield from _options(Schema(only, schema.root), followed + 1)
        case {"type": list() as kinds}:
            yield from (Schema({**body, "type": kind}, schema.root) for kind in kinds)
        case _:
            yield Schema(body, schema.root)


def _referred(schema: Schema) -> Body:
    body: object = schema.body
    for _ in range(REFERENCES_MAX):
        if not (isinstance(body, dict) and isinstance(place := body.get("$ref"), str)):
            break
        found: object = schema.root
        for name in place.removeprefix("#/").split("/"):
            found = found.get(name) if isinstance(found, dict) else None
        body = found
    return body if isinstance(body, dict) else {}


def _kind_of(values: tuple[object, ...] | None) -> str | None:
    names = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null"}
    kinds = {names.get(type(each)) for each in values or ()}
    return kinds.pop() if len(kinds) == 1 else None
