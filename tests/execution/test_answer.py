"""An answer is read as the type it must have; what is wrong with it is told, briefly."""

import datetime
import enum
from dataclasses import dataclass
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from holdfast.execution.answer import PROBLEM_CHARACTERS_MAX, PROBLEMS_TOLD_MAX, Output
from holdfast.kernel.errors import DefinitionError


class Grade(enum.Enum):
    GOOD = "good"
    BAD = "bad"


class Verdict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    grade: Grade
    on: datetime.date
    places: tuple[int, ...] = ()


@dataclass
class Point:
    x: int
    y: int = 0


VERDICT = '{"grade":"good","on":"2026-01-31","places":[1,2]}'
READ = {"grade": "good", "on": "2026-01-31", "places": [1, 2]}


def test_text_stays_as_it_is() -> None:
    assert Output(None).schema is None
    assert Output(None).read("  ```\nhello\n``` ") == ("  ```\nhello\n``` ", None)


def test_even_a_strict_type_is_read_from_json_and_given_back_as_json() -> None:
    assert Output(Verdict).read(VERDICT) == (READ, None)


@pytest.mark.parametrize(
    "fenced", ["```json\n{}\n```", "```\n{}\n```", "  \n```JSON\n{}```\n", "```json {} ```", "\n{}\n"]
)
def test_a_fence_around_the_answer_is_taken_off(fenced: str) -> None:
    assert Output(Verdict).read(fenced.replace("{}", VERDICT)) == (READ, None)


def test_defaults_are_filled_in() -> None:
    assert Output(Point).read('{"x": 1}') == ({"x": 1, "y": 0}, None)


def test_the_answer_has_the_names_that_the_schema_asks_for() -> None:
    class Renamed(BaseModel):
        inner: int = Field(alias="outer")

    assert Output(Renamed).read('{"outer": 1}') == ({"outer": 1}, None)


@pytest.mark.parametrize(
    "text", ["", "no JSON at all", '{"x": 1', 'Here: {"x": 1}', "[" * 100_000, "NaN", '{"x": 1} {"x": 2}']
)
def test_what_is_not_json_is_told_as_that(text: str) -> None:
    value, problem = Output(object).read(text)
    assert value is None
    assert problem is not None
    assert problem.startswith("it is not JSON (")


def test_each_problem_is_told_with_its_place_up_to_a_limit() -> None:
    value, problem = Output(list[Point]).read("[" + ",".join('{"x":"a"}' for _ in range(9)) + "]")
    assert value is None
    assert problem is not None
    assert problem.startswith("0.x: Input should be a valid integer")
    assert problem.count("valid integer") == PROBLEMS_TOLD_MAX
    assert problem.endswith("; and 4 more")


def test_a_problem_is_told_in_few_words_whatever_the_model_wrote() -> None:
    _, problem = Output(Verdict).read('{"' + "x" * 10_000 + '": 1, "y\\nz": 1}')
    assert problem is not None
    assert len(problem) < (PROBLEMS_TOLD_MAX + 1) * (PROBLEM_CHARACTERS_MAX + 2)
    assert "\n" not in problem


def test_a_check_of_the_authors_own_that_breaks_is_a_problem_too() -> None:
    def never(value: int) -> int:
        raise KeyError("gone")

    value, problem = Output(Annotated[int, AfterValidator(never)]).read("1")
    assert (value, problem) == (None, "checking it failed: KeyError: 'gone'")


def test_a_type_without_a_schema_is_refused() -> None:
    with pytest.raises(DefinitionError, match="expected an output type that has a JSON Schema"):
        _ = Output(object()).schema


@given(st.text())
def test_no_text_breaks_the_reading(text: str) -> None:
    value, problem = Output(Verdict).read(text)
    assert (value is None) == (problem is not None)
