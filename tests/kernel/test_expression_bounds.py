"""Whatever is written and whatever it is given, an expression ends: in Python's value, or in an ExpressionError."""

import ast
import contextlib
import enum
import json
import math
import warnings
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from holdfast.kernel.errors import ExpressionError
from holdfast.kernel.expression import STEPS_MAX, Expression, parse
from holdfast.kernel.expression.parse import DEPTH_MAX, NODES_MAX, TEXT_LENGTH_MAX
from tests.kernel.expressions import PLAIN, SCOPES, SHREDS, TEXTS


def value_of(text: str, **scope: object) -> object:
    return parse(text).evaluate(scope)


@settings(max_examples=300)
@given(SHREDS | st.text(st.characters(), max_size=60) | TEXTS)
@example("~" * TEXT_LENGTH_MAX)
@example("(" * TEXT_LENGTH_MAX)
@example("not " * 999 + "1")
@example("a." * 1_999 + "b")
@example("lambda a=(" * 190)
@example('"\\d"')
@example("1if 2else 3")
def test_any_text_is_an_expression_or_refused(text: str) -> None:
    with contextlib.suppress(ExpressionError):
        assert isinstance(parse(text), Expression)


@settings(max_examples=300)
@given(TEXTS, SCOPES)
def test_any_evaluation_ends_in_plain_data_or_in_an_expression_error(text: str, scope: dict[str, object]) -> None:
    try:
        result = parse(text).evaluate(scope)
    except ExpressionError:
        return
    assert json.loads(json.dumps(result)) == result


@settings(max_examples=300)
@given(TEXTS, SCOPES)
@example("unique([1, True, 1.0, 0, False])", {})
@example("-7 // 2 + -7 % 3 + 7.5 // -2", {})
@example("[1, [2]] == [1, [2.0]]", {})
@example("numbers[-1]", {"numbers": [1, 2]})
def test_a_value_is_the_one_that_python_gives(text: str, scope: dict[str, object]) -> None:
    try:
        ours = parse(text).evaluate(scope)
    except ExpressionError:
        return
    assert json.dumps(ours) == json.dumps(by_python(text, scope))


@given(PLAIN)
def test_plain_data_comes_through_unchanged_and_shares_nothing(data: object) -> None:
    result = parse("d").evaluate({"d": data})
    assert result == data
    if isinstance(data, list | dict):
        assert result is not data


class Colour(enum.StrEnum):
    RED = "red"


@pytest.mark.parametrize(
    "found",
    [Colour.RED, object(), {1, 2}, b"x", math.nan, math.inf, 2**300, lambda: 1, {"a": Colour.RED}, {1: 2}, [[()], {1}]],
)
def test_what_is_not_plain_is_refused_where_it_is_met(found: object) -> None:
    assert parse("1 if true else d").evaluate({"true": True, "d": found}) == 1
    with pytest.raises(ExpressionError, match="expected"):
        parse("d").evaluate({"d": found})


class Trap:
    """An object that springs when anything of it is touched."""

    sprung: list[str]

    def __getattribute__(self, name: str) -> Any:
        if name == "sprung":
            return super().__getattribute__(name)
        self.sprung.append(name)
        raise AssertionError(name)

    def __eq__(self, other: object) -> bool:
        self.sprung.append("__eq__")
        raise AssertionError("__eq__")

    __hash__ = None  # type: ignore[assignment]  # nor may anyone hash it

    def __len__(self) -> int:
        self.sprung.append("__len__")
        raise AssertionError("__len__")

    __bool__ = __iter__ = __len__


@given(TEXTS, st.sampled_from(["any_value", "d", "s", "rows", "n"]), st.booleans(), SCOPES)
@example("d == 1", "d", False, {})
@example("not d", "d", False, {})
@example("d.secret", "d", False, {})
@example("1 in d", "d", True, {})
@example("unique(d)", "d", True, {})
def test_no_object_of_others_is_ever_touched(text: str, name: str, is_inside: bool, scope: dict[str, object]) -> None:
    trap = Trap()
    trap.sprung = []
    with contextlib.suppress(ExpressionError):
        parse(text).evaluate({**scope, name: [trap] if is_inside else trap})
    assert trap.sprung == []


@pytest.mark.parametrize(
    "text",
    [
        "[[[[1 for a in many] for b in many] for c in many] for d in many]",
        "[long + long for a in many]",
        "[sorted(many) for a in many]",
        "[unique(many) for a in many]",
        "[upper(long) for a in many]",
        "[many == many for a in many]",
        "[long in [long] for a in many]",
        "any([b for b in many if b < 0] for a in many)",
    ],
)
def test_an_evaluation_that_would_take_too_long_or_too_much_is_stopped(text: str) -> None:
    with pytest.raises(ExpressionError, match=f"expected at most {STEPS_MAX:,} steps, found more"):
        value_of(text, many=list(range(2_000)), long="x" * 100_000)


def test_a_result_that_is_too_large_is_refused() -> None:
    with pytest.raises(ExpressionError, match="expected at most 200,000 values in the result"):
        value_of("many", many=[0] * 200_001)
    with pytest.raises(ExpressionError, match="expected at most 200,000 values in the result"):
        value_of("long", long="x" * 100_000_000)


def test_data_that_nests_without_end_is_refused() -> None:
    endless: list[object] = []
    endless.append(endless)
    for text in ("endless", "endless == [endless]", "unique(endless)"):
        with pytest.raises(ExpressionError, match="nested at most"):
            value_of(text, endless=endless)


def test_numbers_cannot_grow_without_end() -> None:
    with pytest.raises(ExpressionError, match="expected a whole number of at most 256 bits"):
        value_of("n * n * n * n", n=2**100)
    with pytest.raises(ExpressionError, match="expected a finite number, found inf"):
        value_of("sum([x, x])", x=1.7e308)


@pytest.mark.parametrize(
    "text",
    [
        "1 + " * DEPTH_MAX + "1",
        "not " * DEPTH_MAX + "1",
        "[" * DEPTH_MAX + "]" * DEPTH_MAX + ".a",
        "[" + "1, " * NODES_MAX + "]",
    ],
)
def test_a_text_with_too_many_parts_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError, match="expected at most 1000 parts, 48 deep, found more: split it"):
        parse(text)


def test_a_text_that_is_too_long_is_refused() -> None:
    with pytest.raises(ExpressionError, match="expected an expression of at most 4000 characters, found 4001"):
        parse("1" + " " * 3_999 + "2")


class FieldsAsItems(ast.NodeTransformer):
    """Turns ``a.b`` into ``a["b"]``: all that sets the language's values apart from Python's."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        return ast.Subscript(node.value, ast.Constant(node.attr), ast.Load())


def by_python(text: str, scope: dict[str, object]) -> object:
    """Return what Python itself makes of ``text``: the reference."""
    tree = ast.fix_missing_locations(FieldsAsItems().visit(ast.parse(text, mode="eval")))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python's hints on odd literals, such as 1[0]
        return eval(compile(tree, "reference", "eval"), {**REFERENCE_FUNCTIONS, **scope})


def unique(items: list[object]) -> list[object]:
    kept: list[object] = []
    for each in items:
        if each not in kept:
            kept.append(each)
    return kept


def get(data: Any, path: str, default: object = None) -> object:
    for step in path.split("."):
        try:
            data = data[int(step)] if isinstance(data, list) else data[step]
        except (KeyError, IndexError, ValueError, TypeError):
            return default
    return data


REFERENCE_FUNCTIONS: dict[str, object] = {
    "lower": str.lower,
    "upper": str.upper,
    "startswith": str.startswith,
    "endswith": str.endswith,
    "contains": lambda container, wanted: wanted in container,
    "keys": lambda data: list(data.keys()),
    "values": lambda data: list(data.values()),
    "unique": unique,
    "flatten": lambda lists: [each for inner in lists for each in inner],
    "first": lambda items, *default: items[0] if items else default[0],
    "get": get,
}
