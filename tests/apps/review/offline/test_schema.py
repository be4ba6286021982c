"""Cutting a value down to what a schema lets one say."""

import json

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.apps.review.findings.answer import SpecialistAnswer, TraceVerdict
from holdfast.apps.review.offline.schema import arguments, choices, fitted, properties
from holdfast.integration.gateway.port import ToolSchema

JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-9, 10**8), st.floats(-2, 2), st.text(max_size=300)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)),
    max_leaves=6,
)
FINDING = st.fixed_dictionaries(
    dict.fromkeys(properties(SpecialistAnswer.model_json_schema()["$defs"]["FindingAnswer"]), JSON)
    | {"severity": st.sampled_from(["high", "odd"]), "line": st.integers(-1, 10**8)}
)


def test_unknown_properties_are_left_out_and_texts_cut() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string", "maxLength": 3}}, "required": ["a"]}
    assert fitted({"a": "abcdef", "b": 1}, schema) == {"a": "abc"}


def test_items_that_do_not_fit_are_dropped_and_lists_cut() -> None:
    item = {"type": "object", "properties": {"n": {"type": "integer", "minimum": 1}}, "required": ["n"]}
    schema = {"type": "array", "items": item, "maxItems": 2}
    assert fitted([{"n": 5}, {"m": 1}, {"n": "x"}, {"n": 0}, {"n": 9}], schema) == [{"n": 5}, {"n": 1}]


def test_a_list_of_texts_becomes_a_text_where_one_is_wanted_and_the_other_way_round() -> None:
    assert fitted(["a", "b"], {"type": "string"}) == "a\nb"
    assert fitted("a", {"type": "array", "items": {"type": "string"}}) == ["a"]
    assert fitted("", {"type": "array", "items": {"type": "string"}}) == []


@pytest.mark.parametrize(("value", "expected"), [("CWE-89", "CWE-89"), (None, None), (3, None)])
def test_of_several_forms_the_first_that_fits_counts(value: object, expected: object) -> None:
    assert fitted(
        {"x": value}, {"type": "object", "properties": {"x": {"anyOf": [{"type": "string"}, {"type": "null"}]}}}
    ) == ({"x": expected} if value != 3 else {})


@given(st.lists(FINDING, max_size=4), JSON, JSON)
def test_what_is_fitted_stands_up_to_the_real_schema(findings: list[object], notes: object, gaps: object) -> None:
    schema = SpecialistAnswer.model_json_schema()
    answer = fitted({"findings": findings, "notes": notes, "not_covered": gaps, "x": 1}, schema)
    jsonschema.validate(json.loads(json.dumps(answer)), schema)


@given(st.dictionaries(st.sampled_from([*properties(TraceVerdict.model_json_schema()), "x"]), JSON))
def test_what_cannot_be_made_to_fit_is_nothing(answer: dict[str, object]) -> None:
    schema = TraceVerdict.model_json_schema()
    found = fitted(answer, schema)
    if found is not None:
        jsonschema.validate(json.loads(json.dumps(found)), schema)


@pytest.mark.parametrize(
    ("parameter", "named"),
    [
        ({"const": "a", "type": "string"}, ("a",)),
        ({"enum": ["a", "b"]}, ("a", "b")),
        ({"$ref": "#/$defs/N"}, ("c",)),
        ({"allOf": [{"$ref": "#/$defs/N"}]}, ("c",)),
        ({"type": "string"}, ()),
    ],
)
def test_the_values_a_tool_names(parameter: dict[str, object], named: tuple[str, ...]) -> None:
    schema: dict[str, object] = {"properties": {"name": parameter}, "$defs": {"N": {"enum": ["c"]}}}
    assert choices(ToolSchema("t", "", schema), "name") == named
    assert choices(None, "name") == ()


def test_only_what_a_tool_has_a_parameter_for_is_said() -> None:
    tool = ToolSchema("t", "", {"properties": {"path": {}}})
    assert arguments(tool, path="a", scope="b") == {"path": "a"}
