"""What a schema says of a field or an item, where a value may fit one of several."""

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import TypeAdapter

from holdfast.verify.values.schema import Schema


@dataclass
class Done:
    result: int
    outcome: Literal["done"] = "done"


@dataclass
class Asks:
    question: str
    outcome: Literal["asks"] = "asks"


def schema_of(declared: Any) -> Schema:
    return Schema.of(TypeAdapter(declared).json_schema(mode="serialization"))


def values(schema: object) -> list[object]:
    found = schema_of(schema).of_field("outcome")
    assert found is not None
    return [value for option in found.options for value in option.values or ()]


def test_a_field_that_several_have_may_be_as_in_any_of_them() -> None:
    assert values(Done | Asks) == ["done", "asks"]


def test_a_field_that_one_of_several_has_is_as_there() -> None:
    question = schema_of(Done | Asks).of_field("question")
    assert question is not None
    assert sorted(question.kinds or ()) == ["string"]
    assert schema_of(Done | Asks).of_field("answer") is None


def test_a_field_of_which_one_says_nothing_may_be_anything() -> None:
    said = schema_of(Done | dict[str, object]).of_field("outcome")
    assert said is not None
    assert said.kinds is None


def test_an_item_may_be_as_in_any_of_several_lists() -> None:
    assert sorted(schema_of(list[int] | list[str]).of_item.kinds or ()) == ["integer", "string"]
