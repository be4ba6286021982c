"""What an operator sets is laid over a request; schemas go out in the form that providers take."""

import pytest

from holdfast.integration.gateway.providers.schemas import closed, is_strict
from holdfast.integration.gateway.providers.settings import laid_over

PERSON = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 1},
        "pattern": {"type": "array", "items": {"type": "integer"}},
    },
    "required": ["name"],
}


def test_objects_join_lists_grow_and_none_takes_away() -> None:
    under = {"tools": [1], "config": {"a": 1, "b": 2}, "limit": 5, "format": {"deep": {"x": 1}}}
    over = {"tools": [1, 2], "config": {"b": 3}, "limit": None, "format": {"deep": {"y": 2}}, "new": True}
    assert laid_over(under, over) == {
        "tools": [1, 2],
        "config": {"a": 1, "b": 3},
        "format": {"deep": {"x": 1, "y": 2}},
        "new": True,
    }
    assert under == {"tools": [1], "config": {"a": 1, "b": 2}, "limit": 5, "format": {"deep": {"x": 1}}}


def test_a_schema_is_closed_and_what_is_not_enforced_left_out() -> None:
    assert closed(PERSON) == {
        "type": "object",
        "properties": {"name": {"type": "string"}, "pattern": {"type": "array", "items": {"type": "integer"}}},
        "required": ["name"],
        "additionalProperties": False,
    }


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object"},
        {"type": "object", "properties": {}, "additionalProperties": True},
        {"type": "array", "items": {"type": "object"}},
        {"anyOf": [{"type": "null"}, {"type": "object", "additionalProperties": {"type": "string"}}]},
        {"type": "object", "properties": {"any": {"type": "object"}}},
        {"$defs": {"Open": {"type": "object"}}, "$ref": "#/$defs/Open"},
    ],
)
def test_a_schema_that_must_stay_open_has_no_closed_form(schema: dict[str, object]) -> None:
    assert closed(schema) is None


@pytest.mark.parametrize(
    ("schema", "strict"),
    [
        ({"type": "string"}, True),
        (PERSON, False),
        ({"type": "object", "properties": {"a": {}}, "required": ["a"], "additionalProperties": False}, True),
        ({"type": "object", "properties": {"a": {}}, "required": [], "additionalProperties": False}, False),
        ({"type": "array", "items": PERSON}, False),
    ],
)
def test_strict_is_what_is_closed_and_complete(schema: dict[str, object], strict: bool) -> None:
    assert is_strict(schema) is strict
