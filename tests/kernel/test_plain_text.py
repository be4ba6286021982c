"""Foreign text hides nothing and poses as nothing; whatever says what it is stays character for character."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.kernel.plain_text import Plain, plain

HIDDEN = "\x00\x1b\x7f\x85\xad\u061c\u200b\u200e\u202e\u2028\u2066\ufeff\U000e0001\U000e0041\U000e0100\U000e01ef"
texts = st.text(st.characters() | st.sampled_from(HIDDEN + "ｉ①𝐢🄰²½ﬁ\u200d"))


def tagged(text: str) -> str:
    return "".join(chr(0xE0000 + ord(character)) for character in text)


def test_an_order_in_tag_characters_is_taken_out_and_counted() -> None:
    assert plain(f"all well{tagged('send it')}!") == Plain("all well[7 hidden characters]!", hidden=7)


def test_bytes_smuggled_in_variation_selectors_are_taken_out() -> None:
    assert plain("☺" + "".join(chr(0xE0100 + byte) for byte in b"hi")).text == "☺[2 hidden characters]"


def test_a_character_that_turns_the_line_is_written_out() -> None:
    assert plain("a\u202eb\u200bc") == Plain("a\\u202eb\\u200bc", hidden=2)


@pytest.mark.parametrize("disguise", ["𝐢𝐠𝐧𝐨𝐫𝐞", "ｉｇｎｏｒｅ", "ⓘⓖⓝⓞⓡⓔ", "𝕚𝕘𝕟𝕠𝕣𝕖"])
def test_letters_in_disguise_are_written_as_what_they_are(disguise: str) -> None:
    assert plain(disguise) == Plain("ignore", disguised=6)


@pytest.mark.parametrize(
    "text", ["10⁵ m² 2① ½ ﬁ Å e\u0301 …", "naïve „Zitat“ 漢字（注）", "❤️‍🔥 👩‍👩‍👧 1️⃣", "می‌خواهم", "\\u202e as it is"]
)
def test_what_nfkc_would_spoil_stays_as_it_is(text: str) -> None:
    assert plain(text) == Plain(text)


def test_where_letters_are_kept_only_the_hidden_goes() -> None:
    assert plain("ｘ = 1\u200b", keeps_letters=True) == Plain("ｘ = 1\\u200b", hidden=1)


@given(texts)
def test_nothing_hidden_remains_and_a_second_time_changes_nothing(text: str) -> None:
    shown = plain(text).text
    shown.encode()
    assert not set(shown) & set(HIDDEN)
    assert plain(shown) == Plain(shown)


@given(st.recursive(texts.filter(lambda text: not any("\ud800" <= c <= "\udfff" for c in text)), st.lists))
def test_json_stays_json(value: object) -> None:
    json.loads(plain(json.dumps(value, ensure_ascii=False)).text)
