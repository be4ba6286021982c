"""What a model wrote as arguments, in its one canonical form; and an example to show it."""

import json
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AnyUrl, BaseModel, Field

from holdfast.integration.tools.arguments import (
    ARGUMENTS_CHARACTERS_MAX,
    Malformed,
    arguments_digest,
    canonical_arguments,
)
from holdfast.integration.tools.contract import Tool, tool
from holdfast.integration.tools.example import example_of
from holdfast.integration.tools.schema import Unfit

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.integers()), st.randoms())
def test_spaces_and_the_order_of_keys_do_not_matter(arguments: dict[str, int], random: st.DataObject) -> None:
    shuffled = sorted(arguments.items(), key=lambda _: random.random())  # type: ignore[attr-defined]  # a Random
    other = json.dumps(dict(shuffled), indent=2)
    assert canonical_arguments(json.dumps(arguments)) == canonical_arguments(other)
    assert arguments_digest(json.dumps(arguments)) == arguments_digest(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a":1}', '{"a":2}'),
        ('{"a":1}', '{"b":1}'),
        ('{"a":1}', '{"a":"1"}'),
        ('{"a":9007199254740993}', '{"a":9007199254740992}'),
        ('{"a":123456789012345678901234567890}', '{"a":123456789012345678901234567891}'),
        ('{"a":1', '{"a":1}'),
        ('{"a":1', '{"a":2'),
    ],
)
def test_other_arguments_have_another_digest(one: str, other: str) -> None:
    assert arguments_digest(one) != arguments_digest(other)


def test_a_key_given_twice_is_one_thing_to_all_who_look() -> None:
    assert canonical_arguments('{"amount":1,"amount":900}') == b'{"amount":900}'


@pytest.mark.parametrize("blank", ["", "  \n"])
def test_blank_text_is_no_arguments(blank: str) -> None:
    assert canonical_arguments(blank) == b"{}"


@pytest.mark.parametrize(
    "text",
    ['{"a": 1', '{"a"', "[1]", '"a"', "1", "null", "true", "{a:1}", '{"a":NaN}', '{"a":1e999}', '{"a":"\\ud800"}',
     '{"a":"\ud800"}', "[" * 100_000, '{"a":' * 50_000, '{"a":1} {"a":2}', "x" * (ARGUMENTS_CHARACTERS_MAX + 1)],
)  # fmt: skip
def test_what_is_not_one_whole_object_is_malformed(text: str) -> None:
    assert isinstance(canonical_arguments(text), Malformed)
    assert arguments_digest(text)


@given(st.text() | JSON.map(json.dumps))
def test_no_text_whatever_raises(text: str) -> None:
    canonical = canonical_arguments(text)
    assert isinstance(canonical, Malformed) or isinstance(json.loads(canonical), dict)


class Inner(BaseModel):
    kind: Literal["a", "b"]
    sizes: Annotated[list[int], Field(min_length=2)]


@tool
async def everything(
    text: Annotated[str, Field(min_length=10)],
    link: AnyUrl,
    above: Annotated[int, Field(gt=3)],
    below: Annotated[float, Field(lt=-1)],
    least: Annotated[int, Field(ge=7)],
    most: Annotated[int, Field(le=-7)],
    yes: bool,
    none: None,
    either: int | str,
    inner: Inner,
    same: Literal["this"],
    shown: Annotated[str, Field(pattern="^x+$", examples=["xx"])],
    optional: int = 3,
) -> None:
    """Take everything."""


def test_an_example_is_made_from_what_the_schema_asks_for() -> None:
    example = example_of(everything.parameters)
    assert not isinstance(everything.shape.read_arguments(json.dumps(example).encode()), Unfit)
    assert isinstance(example, dict)
    assert "optional" not in example


class Endless(BaseModel):
    again: "Endless"


@tool
async def endless(what: Endless) -> None:
    """Take what cannot be written down."""


@pytest.mark.parametrize("given", [endless, everything])
def test_an_example_is_finite(given: Tool) -> None:
    assert len(json.dumps(example_of(given.parameters))) < 1_000
