"""JSON Schemas as providers hold models to them: which they take, and the form in which they take them."""

from collections.abc import Mapping
from typing import Any

_UNENFORCED = frozenset(
    {
        "exclusiveMaximum",
        "exclusiveMinimum",
        "maxItems",
        "maxLength",
        "maximum",
        "minItems",
        "minLength",
        "minimum",
        "multipleOf",
        "pattern",
        "uniqueItems",
    }
)
"""What Anthropic refuses in a schema; the answer is checked against all of it here."""
_COUNTED = frozenset({"maxItems", "maxLength", "minItems", "minLength"})
COUNT_MAX = 500
"""How far a server is asked to count: llama.cpp's grammars refuse a schema that repeats a rule some 2,000 times."""


def is_strict(schema: object) -> bool:
    """Whether each object in ``schema`` is closed and requires all of its properties, as OpenAI's strict mode wants."""
    match schema:
        case Mapping():
            if _is_object(schema) and not _is_exact(schema):
                return False
            return all(map(is_strict, schema.values()))
        case list():
            return all(map(is_strict, schema))
        case _:
            return True


def closed(schema: Any) -> Any:
    """Return ``schema`` with its objects closed and without what is not enforced; None if one must stay open."""
    match schema:
        case Mapping():
            if _is_object(schema) and _is_open(schema):
                return None
            inner = {name: _closed_below(name, value) for name, value in schema.items() if name not in _UNENFORCED}
            if any(value is None and schema[name] is not None for name, value in inner.items()):
                return None
            return inner | {"additionalProperties": False} if _is_object(schema) else inner
        case list():
            items = [closed(item) for item in schema]
            return None if any(item is None for item in items) and None not in schema else items
        case _:
            return schema


def countable(schema: Any) -> Any:
    """Return ``schema`` without bounds that a grammar cannot count to; the answer is checked against them here."""
    match schema:
        case Mapping():
            kept = ((name, value) for name, value in schema.items() if not _is_beyond_counting(name, value))
            return {name: countable(value) for name, value in kept}
        case list():
            return [countable(item) for item in schema]
        case _:
            return schema


def _is_beyond_counting(name: str, value: Any) -> bool:
    return name in _COUNTED and isinstance(value, int) and value > COUNT_MAX


def _closed_below(name: str, value: Any) -> Any:
    """Take the names of properties and definitions for what they are: names, not words of the schema."""
    if name in ("properties", "$defs", "definitions") and isinstance(value, Mapping):
        inner = {each: closed(schema) for each, schema in value.items()}
        return None if any(schema is None for schema in inner.values()) else inner
    return value if name in ("enum", "const", "default", "examples", "required") else closed(value)


def _is_object(schema: Mapping[str, Any]) -> bool:
    return schema.get("type") == "object" or isinstance(schema.get("properties"), Mapping)


def _is_open(schema: Mapping[str, Any]) -> bool:
    return bool(schema.get("additionalProperties", "properties" not in schema))


def _is_exact(schema: Mapping[str, Any]) -> bool:
    is_closed = schema.get("additionalProperties") is False
    return is_closed and set(schema.get("required", ())) == set(schema.get("properties", ()))
