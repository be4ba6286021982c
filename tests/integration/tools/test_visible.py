"""What is hidden in text is made visible; the rest is left alone; pieces join to the whole."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.integration.tools.excerpt import piece_end
from holdfast.integration.tools.visible import JOINERS, one_line, visible

HIDDEN = (
    "\x00\x1b\x7f\x85\xad\u061c\u200b\u200e\u200f\u202a\u202e\u2028\u2060\u2066\ufe00\ufeff"
    "\U000e0001\U000e0041\U000e0100"
)
FOLLOWED = "\u200c\u200d\ufe0e\ufe0f"
texts = st.text(st.characters() | st.sampled_from(HIDDEN + FOLLOWED + "\n\r\t\ud800☺❤👩ما#1"))


@pytest.mark.parametrize("character", HIDDEN + FOLLOWED)
def test_a_hidden_character_is_written_as_json_would(character: str) -> None:
    assert visible(f"a{character}b") == "a" + json.dumps(character)[1:-1].replace("\x7f", "\\u007f") + "b"


@pytest.mark.parametrize(
    "text",
    ["plain\ttext\r\n", "naïve – „Zitat“ 漢字", "❤️‍🔥 👩‍👩‍👧 ☺︎ 1️⃣", "می‌خواهم", "क्‍ष", "\\u202e as it is", "e\u0301"],
)
def test_what_people_write_is_left_as_it_is(text: str) -> None:
    assert visible(text) == text


def test_a_lone_surrogate_of_an_odd_file_name_is_made_visible() -> None:
    assert visible("caf\udce9.py") == "caf\\udce9.py"


@given(texts)
def test_nothing_hidden_remains_and_the_outcome_can_be_encoded(text: str) -> None:
    shown = visible(text)
    shown.encode()
    assert not set(shown) & set(HIDDEN)
    assert all(unicodedata.category(c) not in ("Cc", "Cs") or c in "\t\n\r" for c in shown)


@given(texts)
def test_making_visible_twice_changes_nothing_more(text: str) -> None:
    assert visible(visible(text)) == visible(text)


@given(st.recursive(st.text(st.characters(exclude_categories=["Cs"])), st.lists))
def test_json_made_visible_is_json_of_the_same_value(value: object) -> None:
    assert json.loads(visible(json.dumps(value, ensure_ascii=False))) == value


@given(texts, st.integers(2, 50))
def test_one_line_is_one_short_line(text: str, characters_max: int) -> None:
    line = one_line(text, characters_max)
    assert len(line) <= characters_max
    assert not set("\n\r\t") & set(line)


@given(texts.map(visible), st.integers(4, 40))
def test_pieces_fit_stay_visible_and_join_to_the_whole(text: str, bytes_max: int) -> None:
    start, pieces = 0, []
    while start < len(text):
        end = piece_end(text, start, bytes_max)
        pieces.append(text[start:end])
        start = end
    assert "".join(pieces) == text
    assert all(len(piece.encode()) <= bytes_max for piece in pieces)
    if bytes_max >= 16:  # room for whatever belongs together
        assert all(piece[0] not in JOINERS for piece in pieces)


def test_a_piece_never_ends_inside_what_is_written_together() -> None:
    text = "abc❤\ufe0f\u200d🔥"
    assert [piece_end(text, 0, bytes_max) for bytes_max in (6, 9, 12, 16)] == [3, 3, 6, 7]


def test_a_piece_ends_after_a_line_where_one_ends_in_its_second_half() -> None:
    assert piece_end("abcdef\nghijkl", 0, 10) == 7
    assert piece_end("ab\ncdefghijkl", 0, 10) == 10
