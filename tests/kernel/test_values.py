"""What the vocabulary promises: effects, outcomes, provenance and messages."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.kernel.effects import Effect
from holdfast.kernel.messages import File, Image, Message, Role, Text, ToolCall, ToolResult, say
from holdfast.kernel.outcomes import Outcome
from holdfast.kernel.provenance import Provenance, Trust

PARTS = st.one_of(
    st.builds(Text, st.text()),
    st.builds(Image, st.just("image/png"), data=st.none() | st.binary(), url=st.none() | st.text()),
    st.builds(File, st.just("text/plain"), st.text(), data=st.none() | st.binary()),
    st.builds(ToolCall, st.text(), st.text(), st.text()),
    st.builds(ToolResult, st.text(), st.text(), st.text(), st.booleans()),
)
MESSAGES = st.builds(
    Message,
    st.sampled_from(Role),
    st.lists(PARTS, max_size=4).map(tuple),
    st.none() | st.builds(Provenance, st.text(), st.sampled_from(Trust)),
)


@pytest.mark.parametrize("effect", list(Effect))
def test_only_what_repeats_safely_runs_again_unasked_and_only_what_writes_needs_an_intent(effect: Effect) -> None:
    assert effect.repeats_safely is (effect not in {Effect.TRANSACTIONAL, Effect.UNSAFE})
    assert effect.needs_intent is (effect in {Effect.KEYED, Effect.TRANSACTIONAL, Effect.UNSAFE})


def test_a_doubt_is_no_success() -> None:
    assert {outcome for outcome in Outcome if outcome.is_success} == {
        Outcome.SUCCEEDED,
        Outcome.PARTIAL,
        Outcome.SKIPPED,
    }


def test_what_is_made_of_several_pieces_is_trusted_as_far_as_the_least_of_them() -> None:
    assert min(Trust.SYSTEM, Trust.UNTRUSTED, Trust.USER) is Trust.UNTRUSTED
    assert Provenance("tool:search").trust is Trust.UNTRUSTED


@given(MESSAGES)
def test_a_message_comes_back_from_its_bytes_as_it_was(message: Message) -> None:
    assert msgspec.json.decode(msgspec.json.encode(message), type=Message) == message
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(message), type=Message) == message


@given(MESSAGES)
def test_a_message_gives_its_text_and_its_calls_in_order(message: Message) -> None:
    assert message.text == "".join(part.text for part in message.parts if isinstance(part, Text))
    assert list(message.calls) == [part for part in message.parts if isinstance(part, ToolCall)]


def test_what_is_said_is_one_part_of_text() -> None:
    said = say(Role.USER, "hello", Provenance("user", Trust.USER))
    assert (said.text, said.calls, said.role) == ("hello", (), Role.USER)
