"""An example call made from a tool's JSON Schema, for a model whose arguments were refused."""

from collections.abc import Mapping

DEPTH_MAX = 6
ITEMS_MAX = 4

_BY_FORMAT = {
    "date": "2026-01-31",
    "date-time": "2026-01-31T12:00:00Z",
    "time": "12:00:00Z",
    "duration": "PT1H",
    "email": "someone@example.com",
    "uri": "https://example.com/",
    "uuid": "123e4567-e89b-42d3-a456-426614174000",
}


def example_of(schema: Mapping[str, object], depth: int = 0) -> object:
    """Return a value of the shape that ``schema`` asks for, required fields only; not every constraint may be met."""
    for keyword in ("examples", "enum"):
        match schema.get(keyword):
            case [first, *_]:
                return first
            case _:
                pass
    for keyword in ("const", "default"):
        if keyword in schema:
            return schema[keyword]
    for keyword in ("anyOf", "oneOf", "allOf"):
        match schema.get(keyword):
            case [dict() as first, *_] if depth < DEPTH_MAX:
                return example_of(first, depth + 1)
            case _:
                pass
    return _of_type(schema, depth)


def _of_type(schema: Mapping[str, object], depth: int) -> object:
    match schema.get("type"):
        case "object":
            return _object(schema, depth)
        case "array":
            return _array(schema, depth)
        case "integer" | "number":
            return _number(schema)
        case "boolean":
            return True
        case "null":
            return None
        case _:
            return _text(schema)


def _object(schema: Mapping[str, object], depth: int) -> dict[str, object]:
    properties, required = schema.get("properties"), schema.get("required")
    if not isinstance(properties, dict) or not isinstance(required, list) or depth >= DEPTH_MAX:
        return {}
    return {name: example_of(properties[name], depth + 1) for name in required if name in properties}


def _array(schema: Mapping[str, object], depth: int) -> list[object]:
    items, count = schema.get("items"), schema.get("minItems", 1)
    if not isinstance(items, dict) or not isinstance(count, int) or depth >= DEPTH_MAX:
        return []
    return [example_of(items, depth + 1)] * min(max(count, 1), ITEMS_MAX)


def _number(schema: Mapping[str, object]) -> object:
    match schema:
        case {"minimum": lowest}:
            return lowest
        case {"exclusiveMinimum": int() | float() as bound}:
            return bound + 1
        case {"maximum": highest}:
            return highest
        case {"exclusiveMaximum": int() | float() as bound}:
            return bound - 1
        case _:
            return 1


def _text(schema: Mapping[str, object]) -> str:
    match schema:
        case {"format": str(form)} if form in _BY_FORMAT:
            return _BY_FORMAT[form]
        case {"minLength": int(length)}:
            return "text" * -(-length // 4) if 4 < length <= 64 else "text"
        case _:
            return "text"
