"""Shapes that others state: checked as they say, bar what could stop every run."""

import pytest

from holdfast.integration.tools.schema import Unfit
from holdfast.integration.tools.stated import stated_shape
from holdfast.kernel.errors import DefinitionError

CLOSED = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"], "additionalProperties": False}


def test_values_that_fit_come_back_as_they_are() -> None:
    shape = stated_shape(CLOSED, None, "it")
    assert shape.read_arguments(b'{"a":1}') == {"a": 1}
    assert stated_shape({"type": "object"}, None, "it").read_arguments(b"{}") == {}


@pytest.mark.parametrize(
    ("body", "problems"),
    [
        (b"{}", [("a", "missing")]),
        (b'{"a":"1"}', [("a", "type")]),
        (b'{"a":1,"b":2,"c":3}', [("b", "extra_forbidden"), ("c", "extra_forbidden")]),
    ],
)
def test_each_problem_is_told_by_its_place_and_kind(body: bytes, problems: list[tuple[str, str]]) -> None:
    found = stated_shape(CLOSED, None, "it").read_arguments(body)
    assert isinstance(found, Unfit)
    assert [(problem.where, problem.kind) for problem in found.problems] == problems


def test_a_pattern_that_takes_for_ever_is_left_to_whoever_stated_it() -> None:
    evil = {"type": "string", "pattern": "^(a+)+$"}
    schema = {"type": "object", "properties": {"a": evil}, "patternProperties": {"^(b+)+$": evil}}
    values = {"a": "a" * 40 + "!", "b" * 40 + "!": "x"}
    body = f'{{"a":"{values["a"]}","{"b" * 40}!":"x"}}'.encode()
    assert stated_shape({**schema, "additionalProperties": False}, None, "it").read_arguments(body) == values


def test_a_reference_to_itself_is_no_harm() -> None:
    schema: dict[str, object] = {"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]}
    found = stated_shape(schema, None, "it").read_arguments(b'{"a":{"a":{}}}')
    assert isinstance(found, Unfit)
    assert found.problems[0].where == "a.a.a"


@pytest.mark.parametrize(
    "schema", [{"type": "made up"}, {"$ref": "https://elsewhere.example/x"}, {"$ref": "#/nowhere"}]
)
def test_what_is_no_schema_of_its_own_is_refused(schema: dict[str, object]) -> None:
    with pytest.raises(DefinitionError):
        stated_shape(schema, None, "it")


def test_a_result_without_a_schema_is_text() -> None:
    shape = stated_shape(CLOSED, None, "it")
    assert shape.check_result("text") == "text"
    assert isinstance(shape.check_result({"a": 1}), Unfit)
    assert shape.read_result(b'"text"') == "text"
    assert isinstance(shape.read_result(b"{"), Unfit)


def test_a_result_with_a_schema_is_held_to_it() -> None:
    shape = stated_shape({"type": "object"}, CLOSED, "it")
    assert shape.check_result({"a": 1}) == {"a": 1}
    assert isinstance(shape.check_result({"a": "1"}), Unfit)
    assert shape.write_result({"a": 1}) == b'{"a":1}'
