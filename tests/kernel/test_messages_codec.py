"""Messages come back from their bytes as they went in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.kernel.errors import JournalError
from holdfast.kernel.messages import (
    Audio,
    CachePoint,
    File,
    Foreign,
    Image,
    Message,
    Own,
    Reasoning,
    Refusal,
    Role,
    Text,
    ToolCall,
    ToolResult,
)
from holdfast.kernel.messages_codec import decode_message, encode_message
from holdfast.kernel.provenance import Provenance, Trust

texts = st.text(st.characters(exclude_categories=["Cs"]))
owns = st.none() | st.builds(Own, texts, texts)
parts = st.one_of(
    st.builds(Text, texts, own=owns),
    st.builds(Reasoning, texts, own=owns),
    st.builds(Refusal, texts),
    st.builds(Foreign, texts, own=owns),
    st.builds(CachePoint, st.sampled_from([300, 3600])),
    st.builds(Audio, texts, data=st.none() | st.binary()),
    st.builds(Image, texts, data=st.none() | st.binary()),
    st.builds(File, texts, texts, url=st.none() | texts),
    st.builds(ToolCall, texts, texts, texts, own=owns),
    st.builds(ToolResult, texts, texts, texts, st.booleans()),
    st.builds(ToolResult, texts, texts, texts, attached=st.tuples(st.builds(Image, texts, url=texts))),
)
messages = st.builds(
    Message,
    st.sampled_from(Role),
    st.lists(parts, max_size=4).map(tuple),
    st.none() | st.builds(Provenance, texts, st.sampled_from(Trust)),
)


@given(messages)
def test_a_message_comes_back_as_it_went_in(message: Message) -> None:
    assert decode_message(encode_message(message)) == message


@pytest.mark.parametrize("body", [b"", b"\x00", b"{}", b"\x81\xa4role\xa5loud!"])
def test_what_is_no_message_is_named(body: bytes) -> None:
    with pytest.raises(JournalError, match="expected a message"):
        decode_message(body)


def test_bytes_written_before_still_decode() -> None:
    body = bytes.fromhex(
        "83a4726f6c65a4746f6f6ca570617274739184a474797065ab746f6f6c5f726573756c74a763616c6c5f6964a163a4746f6f6ca174"
        "a7636f6e74656e74a27879aa70726f76656e616e636581a6736f75726365a6746f6f6c3a74"
    )
    assert decode_message(body) == Message(Role.TOOL, (ToolResult("c", "t", "xy"),), Provenance("tool:t"))


def test_what_a_part_has_beyond_its_text_takes_no_room_where_there_is_nothing() -> None:
    body = encode_message(Message(Role.ASSISTANT, (Text("yes"),)))
    assert body == bytes.fromhex(
        "82a4726f6c65a9617373697374616e74a570617274739182a474797065a474657874a474657874a3796573"
    )
