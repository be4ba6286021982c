"""What an app declares its input to be, as expressions see it: JSON, by the names of its fields."""

from pydantic import TypeAdapter
from pydantic.errors import PydanticUserError

from holdfast.orchestration.application.app import App
from holdfast.verify.values.schema import ANYTHING, Schema


def input_schema(app: App) -> Schema:
    """Return the schema of the input of ``app``; one that says nothing for a type that has none."""
    try:
        return Schema.of(TypeAdapter(app.input).json_schema(by_alias=False, mode="serialization"))
    except (PydanticUserError, TypeError, ValueError):
        return ANYTHING
