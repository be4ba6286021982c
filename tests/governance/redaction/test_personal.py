"""Personal data is known by its shape or by its label, and one name stands for it everywhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.governance.redaction.personal import Masks, labelled

FOUND = [
    ("write to ada.l+shop@mail.example.org, please", "email", "ada.l+shop@mail.example.org"),
    ("<grüße@example.org>", "email", "grüße@example.org"),
    ("call +49 30 1234567 today", "phone", "+49 30 1234567"),
    ("tel:+1-202-555-0143", "phone", "+1-202-555-0143"),
    ("+44 (20) 7946 0958", "phone", "+44 (20) 7946 0958"),
    ("to DE89 3704 0044 0532 0130 00 BY friday", "iban", "DE89 3704 0044 0532 0130 00"),
    ("GB82WEST12345698765432", "iban", "GB82WEST12345698765432"),
    ("card 4111 1111 1111 1111 declined", "card", "4111 1111 1111 1111"),
    ("378282246310005", "card", "378282246310005"),
]


@pytest.mark.parametrize(("text", "label", "value"), FOUND)
def test_it_is_found_where_it_stands(text: str, label: str, value: str) -> None:
    (found,) = labelled(text)
    assert (found.label, text[found.start : found.end]) == (label, value)


@pytest.mark.parametrize(
    "text",
    [
        "order 4111111111111112",
        "order 1234567890123456",
        "2026-11-20 14:37:00+0000",
        "1700000000.123456 + 2",
        "@decorator, user@host, git@github",
        "DE89 3704 0044 0532 0130 01",
        "run_01J0000000WORKSHOP00000000",
        "3.14159265358979323846",
    ],
)
def test_other_numbers_and_words_are_left(text: str) -> None:
    assert labelled(text) == []


def test_the_same_value_has_the_same_name_and_finds_back() -> None:
    masks = Masks({"Ada Lovelace": "name"})
    text = "Ada Lovelace <ada@example.org>, Bob <bob@example.org>, ada@example.org"
    shown = masks.text(text)
    assert shown == "[name-1] <[email-1]>, Bob <[email-2]>, [email-1]"
    assert masks.back(shown) == text


def test_a_declared_value_is_no_part_of_a_longer_word() -> None:
    assert Masks({"Al": "name"}).text("Al sells Aluminium") == "[name-1] sells Aluminium"


@given(st.text())
def test_whatever_is_masked_finds_back(text: str) -> None:
    masks = Masks()
    assert masks.back(masks.text(text)) == text


def test_a_long_run_of_letters_takes_no_time_that_grows_with_its_square() -> None:
    assert labelled("a" * 400_000 + "@" + "b" * 400_000 + "1 " * 200_000) == []
