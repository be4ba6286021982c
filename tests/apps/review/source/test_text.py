"""Bytes become lines as editors and Python count them."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.apps.review.source.refusals import Reason, Refusal
from holdfast.apps.review.source.text import decode, encoding_of, lines_of


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"a\r\nb\rc\n", "a\nb\nc\n"),
        (b"\xef\xbb\xbfa", "a"),
        ("a\u2028b".encode(), "a\u2028b"),
        ("grüße".encode("utf-16"), "grüße"),
        (b"# -*- coding: latin-1 -*-\ncaf\xe9", "# -*- coding: latin-1 -*-\ncafé"),
        (b"", ""),
    ],
)
def test_text_is_decoded_as_its_mark_or_declaration_says(data: bytes, text: str) -> None:
    assert decode(data) == text


def test_bytes_that_are_no_utf8_are_refused_with_their_place() -> None:
    assert decode(b"ab\xe9") == Refusal(Reason.UNDECODABLE, "no utf-8 at byte 2")


def test_a_null_byte_near_the_beginning_means_binary() -> None:
    assert decode(b"GIF89\0\1") == Refusal(Reason.BINARY)


@pytest.mark.parametrize("name", [b"punycode", b"unicode_escape", b"rot13", b"idna", b"zlib", b"nonsense"])
def test_a_declared_codec_that_is_no_character_set_is_not_followed(name: bytes) -> None:
    assert encoding_of(b"# coding: " + name + b"\n") == "utf-8"


@given(
    st.lists(st.sampled_from(["x = 1", "", "# \u2028 \x0c", "'\x0b'", "y = 2  # \x1c"]), min_size=1),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_lines_are_counted_as_pythons_parser_counts_them(lines: list[str], end: str) -> None:
    text = decode(end.join([*lines, "last"]).encode())
    assert isinstance(text, str)
    assert ast.parse(text).body[-1].lineno == len(lines_of(text)) == len(lines) + 1


@given(st.lists(st.text(alphabet=st.characters(exclude_characters="\n\r"), min_size=1), max_size=10))
def test_joined_lines_come_apart_again(lines: list[str]) -> None:
    assert lines_of("\n".join(lines) + "\n" if lines else "") == tuple(lines)
