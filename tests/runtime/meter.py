"""A model with a meter: each of its replies takes the tokens, the money and the time that it is told."""

from collections.abc import AsyncIterator, Sequence

from msgspec.structs import replace

from holdfast.integration.gateway.port import ModelCallFailed, ModelRequest, TextDelta
from holdfast.integration.gateway.pricing.price import Price, Rate, Rates
from holdfast.kernel.clock import Clock
from holdfast.kernel.messages import Message, Reply, Role, StopReason, Text, ToolCall, Usage
from holdfast.kernel.outcomes import ErrorKind, Fault

DOLLARS = 0.25


class Meter:
    """Answers ``done``, having called ``look`` before in each turn but the last of ``turns``.

    The n-th call takes the n-th number of tokens, and those after the last as many as that; 0 breaks off, and may be
    billed, -1 is refused, and is not.
    """

    name = "scripted"

    def __init__(
        self, *tokens: int, clock: Clock, seconds: float = 0.0, usd: float | None = DOLLARS, turns: int = 1
    ) -> None:
        self._tokens: Sequence[int] = tokens
        self._clock, self._seconds, self._usd, self._turns = clock, seconds, usd, turns
        self.calls = 0

    async def stream(self, request: ModelRequest) -> AsyncIterator[TextDelta | Reply]:
        tokens = self._tokens[min(self.calls, len(self._tokens) - 1)]
        self.calls += 1
        await self._clock.sleep(self._seconds)
        if tokens <= 0:
            raise ModelCallFailed(Fault(ErrorKind.OVERLOADED, "too much to do"), may_be_billed=tokens == 0)
        usage = self._usage(tokens - 10, 10)
        said = sum(message.role is Role.ASSISTANT for message in request.messages)
        if said + 1 < self._turns:
            looks = Message(Role.ASSISTANT, (ToolCall(f"call-{said}", "look", '{"at": "it"}'),))
            yield Reply(looks, StopReason.TOOL_USE, usage, self.name)
        else:
            yield Reply(Message(Role.ASSISTANT, (Text("done"),)), StopReason.END_TURN, usage, self.name)

    def _usage(self, input_tokens: int, output_tokens: int) -> Usage:
        return Usage(input_tokens, output_tokens, cost_usd=self._usd)


class PricedMeter(Meter):
    """One whose replies cost what its tokens cost: a tenth of a cent each."""

    price = Price(Rates(input=Rate(1_000.0), output=Rate(1_000.0)), "test")

    def _usage(self, input_tokens: int, output_tokens: int) -> Usage:
        usage = super()._usage(input_tokens, output_tokens)
        return replace(usage, cost_usd=self.price.cost_usd(usage))
