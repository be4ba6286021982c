"""What an app declares its input, and its events, to be, as expressions see them: JSON, by the names of its fields."""

from typing import Any

from pydantic import TypeAdapter
from pydantic.errors import PydanticUserError

from holdfast.orchestration.application.app import App
from holdfast.verify.values.schema import ANYTHING, Schema


def input_schema(app: App) -> Schema:
    """Return the schema of the input of ``app``; one that says nothing for a type that has none."""
    return schema_of(app.input)


def schema_of(declared: Any) -> Schema:
    """Return the schema of what fits the type ``declared``, likewise."""
    try:
        return Schema.of(TypeAdapter(declared).json_schema(by_alias=False, mode="serialization"))
    except (PydanticUserError, TypeError, ValueError):
        return ANYTHING
