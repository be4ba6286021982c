"""Requests to ask in tests, and models that misbehave in ways a script cannot."""

from collections.abc import AsyncIterator, Callable

from holdfast.integration.gateway.port import Model, ModelRequest, Offer, TextDelta, ToolSchema
from holdfast.kernel.messages import Message, Reply, Role, say

READ = ToolSchema("read_lines", "Read lines of a file.", {"type": "object", "properties": {"path": {"type": "string"}}})

ONE_TOOL = Offer((READ,))

Item = TextDelta | Reply


def asked(
    *said: str | Message, step: str = "agent/turn.1", offer: Offer = ONE_TOOL, output_tokens_max: int = 4_000
) -> ModelRequest:
    """A request in which the user says these texts."""
    messages = tuple(one if isinstance(one, Message) else say(Role.USER, one) for one in said or ("Hello.",))
    return ModelRequest(messages, offer, output_tokens_max, step)


async def streamed(model: Model, request: ModelRequest) -> list[Item]:
    return [item async for item in model.stream(request)]


async def replied(model: Model, request: ModelRequest) -> Reply:
    *_, last = await streamed(model, request)
    assert isinstance(last, Reply)
    return last


class Odd:
    """A model whose stream is whatever a test makes it; it remembers whether its streams were let go."""

    name = "odd"

    def __init__(self, make: Callable[[ModelRequest], AsyncIterator[Item]]) -> None:
        self._make = make
        self.closed = 0

    async def stream(self, request: ModelRequest) -> AsyncIterator[Item]:
        try:
            async for item in self._make(request):
                yield item
        finally:
            self.closed += 1
