"""A known value is found in every encoding, whole or cut, and nothing else is touched."""

import base64
import itertools
import json
from urllib.parse import quote, quote_plus

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.governance.redaction.encodings import VALUE_CHARACTERS_MIN
from holdfast.governance.redaction.known import NOTHING_KNOWN, Known
from holdfast.governance.redaction.stream import Stream
from holdfast.kernel.outcomes import ErrorKind, Fault

VALUE = 'c4n4ry/"secret"+ßüß\\value'
REFERENCE = "[secret:canary]"
values = st.text(min_size=VALUE_CHARACTERS_MIN).filter(lambda text: not any("\ud800" <= c <= "\udfff" for c in text))


def known(value: str = VALUE) -> Known:
    made = Known()
    made.add(value, REFERENCE)
    return made


@pytest.mark.parametrize(
    "written",
    [
        VALUE,
        json.dumps(VALUE),
        json.dumps(VALUE, ensure_ascii=False),
        json.dumps({"inner": json.dumps({"key": VALUE})}),
        repr(VALUE),
        repr({"password": VALUE.encode()}),
        quote(VALUE),
        quote(VALUE, safe=""),
        quote(quote(VALUE, safe="")),
        quote_plus(VALUE),
        VALUE.encode().hex(),
        VALUE.encode().hex().upper(),
        f"Traceback: login({VALUE!r}) failed",
    ],
)
def test_it_is_found_in_every_encoding(written: str) -> None:
    assert REFERENCE in known().text(written)
    assert "c4n4ry" not in known().text(written)


@given(values, st.text(), st.text())
def test_it_is_found_in_base64_wherever_it_stands(value: str, before: str, after: str) -> None:
    body = before.encode("utf-8", "replace") + value.encode() + after.encode("utf-8", "replace")
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        assert REFERENCE in known(value).text(encode(body).decode())


@pytest.mark.parametrize(
    "cut", ['error: c4n4ry/"sec', 'error: c4n4ry/"secret"+ß… (and more)', 'ret"+ßüß\\value is wrong']
)
def test_what_is_left_of_a_value_that_was_cut_is_found(cut: str) -> None:
    assert REFERENCE in known().text(cut)


@given(st.text())
def test_text_without_it_is_left_alone(text: str) -> None:
    assert known("sk_live_0123456789abcdef").text(text) == text
    assert NOTHING_KNOWN.text(text) == text


def test_structs_and_data_are_cleaned_in_every_place() -> None:
    fault = Fault(ErrorKind.TOOL_FAILED, f"login with {VALUE} failed", hint="ask")
    assert known().value(fault) == Fault(ErrorKind.TOOL_FAILED, f"login with {REFERENCE} failed", hint="ask")
    assert known().data({VALUE: [VALUE, 1, None]}) == {REFERENCE: [REFERENCE, 1, None]}


def test_a_body_of_json_stays_json() -> None:
    body = msgspec.json.encode({"key": VALUE, "n": 1})
    assert msgspec.json.decode(known().body(body)) == {"key": REFERENCE, "n": 1}


def test_what_a_run_knows_is_added_to_what_all_know() -> None:
    run = Known(known())
    run.add("another-value", "[secret:other]")
    assert run.text(f"{VALUE} another-value") == f"{REFERENCE} [secret:other]"
    assert known().text("another-value") == "another-value"


@given(st.lists(st.integers(0, 60)), st.text(max_size=20), st.text(max_size=20))
def test_text_in_pieces_is_cleaned_as_if_it_came_whole(cuts: list[int], before: str, after: str) -> None:
    text = f"{before} c4n4ry-value {after}"
    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    stream = Stream(known("c4n4ry-value"))
    shown = "".join(stream.feed(text[start:end]) for start, end in itertools.pairwise(places))
    assert shown + stream.rest() == f"{before} {REFERENCE} {after}"
