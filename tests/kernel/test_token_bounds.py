"""No text is more tokens than is said, to any tokenizer that reads bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.kernel.messages import (
    Audio,
    CachePoint,
    File,
    Foreign,
    Image,
    Message,
    Own,
    Parts,
    Reasoning,
    Refusal,
    Role,
    Text,
    ToolCall,
    ToolResult,
)
from holdfast.kernel.token_bounds import (
    IMAGE_TOKENS_MAX,
    LINKED_TOKENS_MAX,
    OFFER_TOKENS_MAX,
    REQUEST_TOKENS_MAX,
    borders_tokens_max,
    message_tokens_max,
    offer_tokens_max,
    text_tokens_max,
)
from holdfast.kernel.tokens import estimate_tokens, message_tokens

WORDS = st.text(max_size=40)
OWN = st.none() | st.builds(Own, st.just("anthropic"), WORDS)
PARTS = st.one_of(
    st.builds(Text, text=WORDS, own=OWN),
    st.builds(Reasoning, text=WORDS, own=OWN),
    st.builds(Refusal, text=WORDS),
    st.builds(ToolCall, call_id=WORDS, tool=WORDS, arguments=WORDS, own=OWN),
    st.builds(ToolResult, call_id=WORDS, tool=WORDS, content=WORDS),
    st.builds(Image, media_type=st.just("image/png"), data=st.binary(max_size=40)),
    st.builds(Audio, media_type=st.just("audio/wav"), data=st.binary(max_size=40)),
    st.builds(File, media_type=st.sampled_from(("text/plain", "application/pdf")), name=WORDS, data=st.binary()),
    st.builds(Foreign, kind=WORDS, own=OWN),
    st.just(CachePoint()),
)
MESSAGES = st.builds(Message, st.just(Role.USER), st.lists(PARTS, max_size=4).map(tuple))


@given(st.text())
def test_a_text_is_never_more_tokens_than_bytes_and_so_is_its_estimate(text: str) -> None:
    assert estimate_tokens(text) <= text_tokens_max(text) == len(text.encode("utf-8", "surrogatepass"))


@given(MESSAGES)
def test_a_message_is_never_estimated_at_more_than_it_can_be(message: Message) -> None:
    assert borders_tokens_max(message) <= message_tokens_max(message)
    assert message_tokens(message) <= message_tokens_max(message)


@given(MESSAGES)
def test_every_word_of_a_message_counts(message: Message) -> None:
    words = sum(len(_words(part).encode("utf-8", "surrogatepass")) for part in message.parts)
    assert words <= message_tokens_max(message)


def _words(part: Parts) -> str:
    match part:
        case Text(text) | Reasoning(text) | Refusal(text):
            return text
        case ToolCall(call_id, tool, arguments):
            return call_id + tool + arguments
        case ToolResult(call_id, tool, content):
            return call_id + tool + content
        case _:
            return ""


@pytest.mark.parametrize(
    ("part", "tokens"),
    [
        (Image("image/png", data=b"x" * 9), IMAGE_TOKENS_MAX),
        (Image("image/png", url="https://example.org/a.png"), IMAGE_TOKENS_MAX),
        (File("application/pdf", "a.pdf", data=b"x" * 9), IMAGE_TOKENS_MAX + 9),
        (File("application/pdf", "a.pdf", url="https://example.org/a.pdf"), LINKED_TOKENS_MAX),
        (File("text/plain", "a.txt", data=b"x" * 9), 9 + len("a.txt")),
        (Audio("audio/wav", url="https://example.org/a.wav"), LINKED_TOKENS_MAX),
    ],
)
def test_what_is_no_text_is_bounded_by_what_providers_say_it_can_cost(part: Parts, tokens: int) -> None:
    message = Message(Role.USER, (part,))
    assert message_tokens_max(message) == borders_tokens_max(message) + tokens


def test_an_offer_costs_its_bytes_and_what_providers_say_of_it() -> None:
    assert offer_tokens_max(b"{}", is_empty=True) == REQUEST_TOKENS_MAX
    assert offer_tokens_max(b"{...}", is_empty=False) == REQUEST_TOKENS_MAX + OFFER_TOKENS_MAX + 5
