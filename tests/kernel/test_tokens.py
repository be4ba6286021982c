"""How many tokens a text is held to be."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.kernel.messages import File, Image, Message, Role, Text, ToolCall, ToolResult, say
from holdfast.kernel.tokens import ATTACHMENT_TOKENS, MESSAGE_TOKENS, estimate_tokens, message_tokens

FOREIGN = "\x80-\U0010ffff"
RUNS = re.compile(rf"([A-Za-z]+)|([0-9]+)|([^\S{FOREIGN}]+)|([^\w\s{FOREIGN}]+)|(.)", re.DOTALL)


def rule_by_rule(text: str) -> int:
    """The table of the module's docstring, run by run."""
    total = 0
    for run in RUNS.finditer(text):
        length = len(run.group())
        match run.lastindex:
            case 1:
                total += -(-length // 6)
            case 2:
                total += -(-length // 3)
            case 3:
                total += run.group() != " "
            case 4:
                total += -(-length // 2)
            case _:
                total += 1
    return total


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("word", 1),
        ("holdfast", 2),
        ("a b", 2),
        ("a  b", 3),
        ("a\n    b", 3),
        ("1234", 2),
        ("({[", 2),
        ("snake_case", 3),
        ("中文字符", 4),
        ("café", 2),
        ("naïve — yes", 5),
    ],
)
def test_each_class_of_characters_has_its_price(text: str, tokens: int) -> None:
    assert estimate_tokens(text) == tokens


@given(st.text())
def test_counting_whole_strings_gives_what_counting_run_by_run_gives(text: str) -> None:
    assert estimate_tokens(text) == rule_by_rule(text)


@given(st.text())
def test_any_text_has_a_price_and_none_costs_more_than_its_characters(text: str) -> None:
    assert 0 <= estimate_tokens(text) <= len(text)


@given(st.text(), st.text())
def test_text_put_together_costs_no_less_than_its_longer_half_and_no_more_than_both(one: str, other: str) -> None:
    apart = estimate_tokens(one) + estimate_tokens(other)
    assert estimate_tokens(one + "\n" + other) <= apart + 1


def test_a_message_costs_its_parts_and_its_borders() -> None:
    message = Message(Role.ASSISTANT, (Text("look here"), ToolCall("c1", "read", '{"path": "a"}')))
    expected = estimate_tokens("look here") + estimate_tokens("read") + estimate_tokens('{"path": "a"}')
    assert message_tokens(message) == MESSAGE_TOKENS + expected
    assert message_tokens(say(Role.USER, "")) == MESSAGE_TOKENS
    result = Message(Role.TOOL, (ToolResult("c1", "read", "some code"),))
    assert message_tokens(result) == MESSAGE_TOKENS + estimate_tokens("read") + estimate_tokens("some code")


def test_what_cannot_be_read_as_text_has_a_price_of_its_own() -> None:
    picture = Message(Role.USER, (Image("image/png", url="https://example.org/a.png"),))
    notes = Message(Role.USER, (File("text/plain", "notes.txt", data=b"some notes"),))
    assert message_tokens(picture) == MESSAGE_TOKENS + ATTACHMENT_TOKENS
    assert message_tokens(notes) == MESSAGE_TOKENS + estimate_tokens("some notes")
