"""Nothing foreign acts on a terminal or hides."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.apps.review.report.visible import cut, visible, visible_lines, visible_prose


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain [bold]text[/bold]", "plain [bold]text[/bold]"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\ta", "    a"),
        ("a\x7f\x9bb", "a\\x7f\\x9bb"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
        ("\U000e0041tag", "\\U000e0041tag"),
        ("\u2028", "\\u2028"),
        ("\ud800", "\\ud800"),
        ("naïve 日本 🎉", "naïve 日本 🎉"),
    ],
)
def test_what_acts_or_hides_is_spelled_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text(st.characters()))
def test_only_characters_that_show_are_left(text: str) -> None:
    for shown in (visible(text), visible_prose(text), *visible_lines(text)):
        assert all(unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in shown)
        assert visible(shown) == shown


@given(st.text())
def test_lines_are_ended_by_newlines_alone(text: str) -> None:
    assert len(visible_lines(text)) == text.count("\n") + 1


@given(st.text(), st.integers(1, 20))
def test_a_cut_text_says_that_it_is_cut(text: str, chars_max: int) -> None:
    shown = cut(text, chars_max)

    assert len(shown) <= chars_max
    assert shown == text or shown.endswith("…")
