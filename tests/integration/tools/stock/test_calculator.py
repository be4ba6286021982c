"""The calculator: decimals as they are written, nothing but numbers, and never for long."""

import ast
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.integration.tools.contract import ToolFailure
from holdfast.integration.tools.stock.calculator import EXPRESSION_CHARACTERS_MAX, Calculated, calculate
from holdfast.kernel.effects import Effect


def computed(expression: str) -> Calculated:
    found: Calculated = calculate.function(expression)
    return found


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("0.1 + 0.2", "0.3"), ("(19.99 * 3 + 5) * 100", "6497"), ("2 ** 100", "1267650600228229401496703205376"),
        ("-3 + +2", "-1"), ("1 / 8", "0.125"), ("round(2.675, 2)", "2.68"), ("round(0.5)", "0"), ("floor(-1.5)", "-2"),
        ("ceil(1.2)", "2"), ("mod(-7, 3)", "2"), ("max(1, 2.5, 2)", "2.5"), ("sum(1, 2, 3) - min(4, 5)", "2"),
        ("sqrt(16)", "4"), ("abs(-.5)", "0.5"), ("1_000 * 2e3", "2000000"), ("0 * -1", "0"), ("5.", "5"),
        ("0 ** 0", "1"), ("((((2))))", "2"),
    ],
)  # fmt: skip
def test_what_can_be_exact_is(expression: str, value: str) -> None:
    assert computed(expression) == Calculated(value, is_exact=True)


@pytest.mark.parametrize("expression", ["1 / 3", "sqrt(2)", "2 ** 0.5", "10 ** 60 + 1", "2 ** -300"])
def test_what_is_rounded_is_said_to_be(expression: str) -> None:
    assert not computed(expression).is_exact


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("1 / 0", "division by zero"), ("10 ** 10 ** 9", "more than 10000 digits"), ("9 ** 9 ** 9 ** 9", "more than"),
        ("sqrt(-1)", "no result"), ("(-8) ** 0.5", "no result"), ("mod(1, 0)", "no result|division by zero"),
        ("0x10", "expected a decimal number"), ("1j", "expected a decimal number"), ("'a' * 10", "decimal number"),
        ("True + 1", "decimal number"), ("1e999999", "decimal number"), ("", "cannot be read"),
        ("2 +", "cannot be read"),
        ("a", "no part of a calculation"), ("__import__('os')", "no part"), ("(1).real", "no part"),
        ("7 // 2", "no part"),
        ("7 % 2", "no part"), ("[1][0]", "no part"), ("1 if 1 else 2", "no part"), ("max()", "takes 1 to"),
        ("round(1, 2.5)", "places"), ("round(1, 99)", "places"), ("sqrt(1, 2)", "takes 1 numbers"),
        ("max(*[1])", "no part"),
        ("(lambda: 1)()", "no part"), ("1 + " * 400 + "1", "parts|cannot be read"),
        ("-" * 200 + "1", "deep"),
    ],
)  # fmt: skip
def test_anything_else_is_refused_in_words(expression: str, told: str) -> None:
    with pytest.raises(ToolFailure, match=told):
        computed(expression)


@given(st.text(max_size=80) | st.text("0123456789.+-*/() ,abcefilmnorqstux_'", max_size=80))
def test_no_text_breaks_it(text: str) -> None:
    try:
        assert isinstance(computed(text).value, str)
    except ToolFailure:
        return


@given(st.recursive(
    st.integers(0, 999).map(str) | st.decimals(0, 99, places=2).map(str),
    lambda inner: st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda parts: f"({' '.join(parts)})"),
    max_leaves=8,
))  # fmt: skip
def test_sums_and_products_are_those_of_fractions(expression: str) -> None:
    assert Fraction(computed(expression).value) == _exact(ast.parse(expression, mode="eval").body, expression)


def test_it_touches_nothing_and_has_a_limit() -> None:
    assert (calculate.name, calculate.effect) == ("calculate", Effect.PURE)
    assert str(EXPRESSION_CHARACTERS_MAX) in str(calculate.parameters)


def _exact(node: ast.expr, text: str) -> Fraction:
    if isinstance(node, ast.Constant):
        return Fraction(ast.get_source_segment(text, node) or "")
    assert isinstance(node, ast.BinOp)
    left, right = _exact(node.left, text), _exact(node.right, text)
    match node.op:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case _:
            return left * right
