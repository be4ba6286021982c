"""What identifies a request."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from holdfast.integration.gateway.port import Offer, ToolSchema
from holdfast.integration.gateway.request import digest_of, message_digest, offer_digest, request_digest
from holdfast.kernel.messages import Message, Role, Text, ToolCall, ToolResult, say
from holdfast.kernel.messages_codec import decode_message, encode_message
from holdfast.kernel.provenance import Provenance, Trust
from tests.integration.gateway.asking import READ, asked

PARTS = st.one_of(
    st.builds(Text, st.text(max_size=20)),
    st.builds(ToolCall, st.text(max_size=5), st.text(max_size=5), st.text(max_size=20)),
    st.builds(ToolResult, st.text(max_size=5), st.text(max_size=5), st.text(max_size=20), st.booleans()),
)
MESSAGES = st.builds(Message, st.sampled_from(Role), st.lists(PARTS, max_size=3).map(tuple))


@given(st.lists(MESSAGES, max_size=4))
def test_a_request_digest_is_made_of_its_pieces(messages: list[Message]) -> None:
    request = asked(*messages)
    pieces = [message_digest(message) for message in request.messages]
    assert digest_of(request) == request_digest(pieces, offer_digest(request.offer), request.output_tokens_max)


@given(MESSAGES, MESSAGES)
def test_two_messages_have_one_digest_only_if_they_show_the_same(one: Message, other: Message) -> None:
    assert (message_digest(one) == message_digest(other)) == (one == other)


@given(MESSAGES)
def test_a_message_read_back_from_a_journal_has_the_digest_it_had(message: Message) -> None:
    assert message_digest(decode_message(encode_message(message))) == message_digest(message)


def test_the_step_does_not_count_and_everything_the_model_sees_does() -> None:
    request = asked("a", "b")
    assert digest_of(asked("a", "b", step="elsewhere/turn.9")) == digest_of(request)
    others = [
        asked("b", "a"),
        asked("a"),
        asked("a", "b", "c"),
        asked("ab"),
        asked("a", "b", offer=Offer()),
        asked("a", "b", offer=Offer((READ,), {"type": "object"})),
        asked("a", "b", output_tokens_max=1),
    ]
    assert len({digest_of(other) for other in [request, *others]}) == len(others) + 1


def test_provenance_is_not_shown_and_does_not_count() -> None:
    plain = say(Role.USER, "a")
    assert message_digest(plain) == message_digest(say(Role.USER, "a", Provenance("user", Trust.USER)))


def test_an_offer_read_back_from_json_has_the_digest_it_had() -> None:
    tool = ToolSchema("t", "d", {"b": 1, "a": {"y": [1, 2], "x": None}})
    offer = Offer((tool,), {"type": "object", "properties": {"z": {}, "a": {}}})
    again = msgspec.json.decode(msgspec.json.Encoder(order="deterministic").encode(offer), type=Offer)
    assert offer_digest(again) == offer_digest(offer)
