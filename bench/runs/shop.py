"""The agents of these measurements, and models that say what is needed and fall silent when they should."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import msgspec

from bench.durable.work import Row, Writer
from holdfast import Agent, Budget, Effect, OutcomeUnknown, Prompt, tool
from holdfast.integration.gateway.port import ModelRequest, TextDelta
from holdfast.integration.gateway.pricing.price import Price, Rate, Rates
from holdfast.kernel.messages import Message, Reply, Role, StopReason, Text, ToolCall, Usage

MODEL = "talker"
PRICE = Price(Rates(input=Rate(1.0), output=Rate(1.0)), "bench")
USAGE = Usage(1_234, 345, 0, 0.00123)

writer = Writer()


@dataclass(frozen=True, slots=True)
class Found:
    """What looking up finds: about 1 KB as JSON."""

    order: str
    rows: list[Row]


@tool(effect=Effect.READ)
async def look_up(order: str, note: str) -> Found:
    """Look up an order."""
    return Found(order, writer.rows())


@tool(effect=Effect.UNSAFE)
async def pay(order: str, note: str) -> str:
    """Pay an order back; the bank does not answer."""
    raise OutcomeUnknown("the bank does not answer")


class Talker:
    """Asks for a tool, about 2 KB a turn, up to ``turns``; then it answers, or falls silent for ever."""

    name = MODEL
    price = PRICE

    def __init__(self, turns: int, *, answers: bool = True, asks_for: str = "look_up") -> None:
        self._turns, self._answers, self._asks_for = turns, answers, asks_for
        self.requests: list[ModelRequest] | None = None
        """Set to a list to have the requests kept."""
        self.silent = 0
        """How many requests it was asked that it does not answer."""
        self.fell_silent = asyncio.Event()
        """Set at each of them."""

    async def stream(self, request: ModelRequest) -> AsyncIterator[TextDelta | Reply]:
        turn = int(request.step.rpartition(".")[2])
        if self.requests is not None:
            self.requests.append(request)
        if turn <= self._turns:
            arguments = msgspec.json.encode({"order": f"{turn}", "note": writer.note()}).decode()
            said = (Text(writer.reply()), ToolCall(f"call_{turn}", self._asks_for, arguments))
            yield Reply(Message(Role.ASSISTANT, said), StopReason.TOOL_USE, USAGE, self.name)
        elif self._answers:
            yield Reply(Message(Role.ASSISTANT, (Text("Done."),)), StopReason.END_TURN, USAGE, self.name)
        else:
            self.silent += 1
            self.fell_silent.set()
            await asyncio.get_running_loop().create_future()

    async def all_silent(self, count: int) -> None:
        """Return once ``count`` requests have met with silence."""
        while self.silent < count:
            self.fell_silent.clear()
            await self.fell_silent.wait()


desk = Agent(
    "desk",
    prompt=Prompt("desk", "You run the desk of a shop."),
    model=MODEL,
    tools=[look_up, pay],
    budget=Budget(turns=1_000, tool_calls=1_000, tokens=100_000_000, usd=1_000.0),
)
