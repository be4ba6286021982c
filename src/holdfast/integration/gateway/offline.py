"""A model that is a program: it sees a conversation and what it may answer with, as any model does, and no more."""

from collections.abc import AsyncIterator, Callable, Sequence

import msgspec

from holdfast.integration.gateway.port import ModelRequest, TextDelta, ToolSchema
from holdfast.integration.gateway.pricing.price import FREE, Price
from holdfast.integration.gateway.speech import CHUNK_CHARACTERS, Voice, Wanted
from holdfast.kernel.messages import Message, Reply, ToolCall, ToolResult


class Conversation(msgspec.Struct, frozen=True):
    """All that a mind is told."""

    messages: tuple[Message, ...]
    tools: tuple[ToolSchema, ...]
    output_schema: dict[str, object] | None


class Answer(msgspec.Struct, frozen=True):
    """What a mind says: text, or the tools it wants called first."""

    text: str = ""
    wanted: tuple[Wanted, ...] = ()


Mind = Callable[[Conversation], Answer]
"""Reads a conversation, says what comes next. Deterministic: the same conversation gets the same answer."""


def answered(messages: Sequence[Message]) -> list[tuple[ToolCall, ToolResult]]:
    """Return the calls that were made in a conversation, in order, each with what came of it."""
    told = {part.call_id: part for message in messages for part in message.parts if isinstance(part, ToolResult)}
    return [(call, told[call.call_id]) for message in messages for call in message.calls if call.call_id in told]


class OfflineModel:
    """Stands in for a language model where there is none."""

    def __init__(self, name: str, mind: Mind, *, chunk_characters: int = CHUNK_CHARACTERS) -> None:
        self._name, self._mind = name, mind
        self._voice = Voice(name, chunk_characters)

    @property
    def name(self) -> str:
        return self._name

    @property
    def price(self) -> Price:
        return FREE

    async def stream(self, request: ModelRequest) -> AsyncIterator[TextDelta | Reply]:
        """Stream what the mind says to the conversation; it is shown neither the step nor any other id of the run."""
        said = self._mind(Conversation(request.messages, request.offer.tools, request.offer.output_schema))
        async for item in self._voice.stream(self._voice.compose(request, said.text, said.wanted)):
            yield item
