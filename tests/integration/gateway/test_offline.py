"""A program in a model's place: what it is told and how it speaks."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import fields

from holdfast.integration.gateway.offline import Answer, Conversation, OfflineModel
from holdfast.integration.gateway.port import Offer
from holdfast.integration.gateway.speech import Wanted
from holdfast.kernel.messages import Reply, Role, StopReason, ToolCall, say
from tests.integration.gateway.asking import READ, asked, replied, streamed


def test_a_mind_is_told_messages_tools_and_schema_and_nothing_else() -> None:
    assert [field.name for field in fields(Conversation)] == ["messages", "tools", "output_schema"]


async def test_a_mind_is_told_what_the_request_holds() -> None:
    heard: list[Conversation] = []

    def listens(conversation: Conversation) -> Answer:
        heard.append(conversation)
        return Answer("heard")

    schema: dict[str, object] = {"type": "object"}
    await replied(OfflineModel("offline:x", listens), asked("a", "b", offer=Offer((READ,), schema)))
    assert heard == [Conversation((say(Role.USER, "a"), say(Role.USER, "b")), (READ,), schema)]


async def test_what_a_mind_wants_called_is_called() -> None:
    def wants(_conversation: Conversation) -> Answer:
        return Answer("First I look.", (Wanted("read_lines", {"path": "a.py", "first": 1}),))

    reply = await replied(OfflineModel("offline:x", wants), asked())
    assert reply.stop is StopReason.TOOL_USE
    assert reply.message.calls == (ToolCall("call_1", "read_lines", '{"path":"a.py","first":1}'),)
    assert reply.message.text == "First I look."
    assert reply.model == "offline:x"


@given(st.text(max_size=2_000), st.integers(1, 300), st.integers(1, 300))
def test_the_reply_does_not_depend_on_the_chunks(text: str, width: int, other_width: int) -> None:
    def says(_conversation: Conversation) -> Answer:
        return Answer(text)

    one, other = (
        asyncio.run(streamed(OfflineModel("offline:x", says, chunk_characters=characters), asked()))
        for characters in (width, other_width)
    )
    assert one[-1] == other[-1]
    assert isinstance(one[-1], Reply)
