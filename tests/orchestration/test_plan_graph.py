"""What a plan says becomes the graph that a developer would have composed: every value as it was, nothing beside."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.flow import Graph, Plan, PlanStep
from holdfast.kernel.errors import DefinitionError, ExpressionError
from holdfast.kernel.expression import parse
from holdfast.orchestration.plan.difference import changes, told_changes
from holdfast.orchestration.plan.graph import NESTING_MAX, graph_of, input_of, literal
from holdfast.orchestration.plan.schema import content_of, read_plan, to_json

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(plain)
def test_a_value_spelled_as_an_expression_is_that_value(value: object) -> None:
    assert parse(literal(value, "here")).evaluate({}) == value


@given(st.dictionaries(st.from_regex(r"[a-z]{1,5}", fullmatch=True), plain, min_size=1, max_size=4))
def test_a_step_is_given_its_arguments_and_nothing_beside(arguments: dict[str, object]) -> None:
    step = PlanStep(name="a", kind="tool", uses="look", arguments=arguments, arguments_from={"zz_more": "b.c"})
    assert parse(input_of(step)).evaluate({"b": {"c": 7}}) == {**arguments, "zz_more": 7}


@pytest.mark.parametrize("text", ["1), 'amount': (9", "1, 2) if True else (3", "", ")("])
def test_an_expression_that_would_be_two_is_none(text: str) -> None:
    step = PlanStep(name="a", kind="tool", uses="pay", arguments={"amount": 1}, arguments_from={"note": text})
    with pytest.raises(ExpressionError, match=r"a\.note"):
        input_of(step)


def test_what_is_nested_too_deep_is_refused() -> None:
    value: object = 1
    for _ in range(NESTING_MAX + 1):
        value = [value]
    with pytest.raises(DefinitionError, match="levels of lists and dicts"):
        literal(value, "here")


PLAN = Plan(
    steps=(
        PlanStep(name="a", kind="tool", uses="look", arguments={"x": 1}, holds="result > 0"),
        PlanStep(name="b", kind="agent", uses="clerk", task="say it", after=("a",), share=0.5),
    ),
    why="because",
)


def test_a_plan_is_a_graph() -> None:
    graph = graph_of(PLAN, "root", 3)
    assert isinstance(graph, Graph)
    assert [(step.do.name, step.after, step.expect) for step in graph.steps] == [
        ("a", (), "result > 0"),
        ("b", ("a",), None),
    ]


def test_a_plan_is_kept_and_read_as_it_was() -> None:
    assert read_plan(json.loads(to_json(PLAN))) == PLAN


def test_what_a_step_is_to_do_is_told_apart_from_when_and_what_is_expected() -> None:
    first, _ = PLAN.steps
    later = PlanStep(name="z", kind="tool", uses="look", arguments={"x": 1}, after=("b",), expects="much")
    other = PlanStep(name="a", kind="tool", uses="look", arguments={"x": 2})
    assert content_of(first) == content_of(later) != content_of(other)


def test_two_plans_differ_step_by_step_and_field_by_field() -> None:
    now = Plan(
        steps=(
            PlanStep(name="b", kind="agent", uses="clerk", task="sing it", after=("a",), share=0.5),
            PlanStep(name="c", kind="tool", uses="look"),
        )
    )
    assert told_changes(changes(PLAN, now)) == ["- a (look)", "~ b.task: say it → sing it", "+ c (look)"]
    assert told_changes(changes(PLAN, PLAN)) == []
    assert told_changes(changes(None, PLAN)) == ["+ a (look)", "+ b (clerk)"]
