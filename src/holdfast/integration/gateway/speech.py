"""How the models that need no provider speak: a reply put together, its usage estimated, its text streamed."""

import asyncio
from collections.abc import AsyncIterator, Mapping

import msgspec
from msgspec.structs import replace

from holdfast.integration.gateway.port import ModelRequest, TextDelta
from holdfast.integration.gateway.pricing.price import FREE, Price
from holdfast.kernel.messages import Message, Reply, Role, StopReason, Text, ToolCall, Usage
from holdfast.kernel.provenance import Provenance
from holdfast.kernel.tokens import estimate_tokens, message_tokens

CHUNK_CHARACTERS = 48
"""How much text a chunk of a stream holds unless said otherwise."""
CHUNKS_MAX = 64
"""How many chunks a reply has at most; those of a long one hold more."""
SIZES_REMEMBERED_MAX = 20_000
"""How many messages' sizes a voice keeps, so that a history is not counted again each turn."""


class Wanted(msgspec.Struct, frozen=True):
    """A tool call as a model that is a program wants it; its id is given when it is said."""

    tool: str
    arguments: Mapping[str, object]


class Voice:
    """Speaks for one model: gives its replies their form."""

    def __init__(self, name: str, chunk_characters: int = CHUNK_CHARACTERS, price: Price = FREE) -> None:
        self._name, self._chunk_characters, self._price = name, chunk_characters, price
        self._sizes: dict[int, int] = {}

    def compose(
        self, request: ModelRequest, text: str, wanted: tuple[Wanted, ...] = (), stop: StopReason | None = None
    ) -> Reply:
        """Return the reply with this text and these calls; one longer than the request allows is cut off."""
        parts: list[Text | ToolCall] = [Text(text)] if text else []
        message = self._said(parts + _numbered(request, wanted))
        tokens = message_tokens(message)
        if tokens > request.output_tokens_max:
            message = self._said([Text(text[: len(text) * request.output_tokens_max // tokens])])
            tokens, stop = request.output_tokens_max, StopReason.MAX_TOKENS
        used = Usage(input_tokens=self._request_tokens(request), output_tokens=tokens)
        usage = replace(used, cost_usd=self._price.cost_usd(used))
        stop = stop or (StopReason.TOOL_USE if wanted else StopReason.END_TURN)
        return Reply(message, stop, usage, self._name, prices=self._price.source)

    async def stream(self, reply: Reply) -> AsyncIterator[TextDelta | Reply]:
        """Yield the reply's text in chunks, then the reply. Others get their turn before it begins."""
        await asyncio.sleep(0)
        for piece in chunks(reply.message.text, self._chunk_characters):
            yield TextDelta(piece)
        yield reply

    def _said(self, parts: list[Text | ToolCall]) -> Message:
        return Message(Role.ASSISTANT, tuple(parts), Provenance(f"model:{self._name}"))

    def _request_tokens(self, request: ModelRequest) -> int:
        offered = estimate_tokens(msgspec.json.encode(request.offer).decode()) if request.offer.tools else 0
        return offered + sum(map(self._message_tokens, request.messages))

    def _message_tokens(self, message: Message) -> int:
        known = self._sizes.get(key := hash(message))
        if known is None:
            if len(self._sizes) >= SIZES_REMEMBERED_MAX:
                self._sizes.clear()
            known = self._sizes[key] = message_tokens(message)
        return known


def chunks(text: str, characters: int) -> list[str]:
    """Cut ``text`` into at most ``CHUNKS_MAX`` pieces of at least ``characters`` each, the last perhaps shorter."""
    width = max(characters, -(-len(text) // CHUNKS_MAX))
    return [text[start : start + width] for start in range(0, len(text), width)]


def _numbered(request: ModelRequest, wanted: tuple[Wanted, ...]) -> list[Text | ToolCall]:
    """Number the calls through the conversation, so that the same conversation gives the same ids."""
    said = sum(len(message.calls) for message in request.messages)
    return [
        ToolCall(f"call_{said + place}", call.tool, msgspec.json.encode(call.arguments).decode())
        for place, call in enumerate(wanted, start=1)
    ]
