"""Holdfast under measurement, through its public door: a runtime on SQLite, an agent with limits, two typed tools."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import msgspec

from bench.durable.measure import Figures, Job, measure, report
from bench.durable.work import TURNS, Row, Writer
from holdfast import Agent, Budget, Effect, IdempotencyKey, Prompt, Runtime, tool
from holdfast.integration.gateway.port import ModelRequest, TextDelta
from holdfast.integration.gateway.pricing.price import Price, Rate, Rates
from holdfast.kernel.messages import Message, Reply, Role, StopReason, Text, ToolCall, Usage

PRICE = Price(Rates(input=Rate(1.0), output=Rate(1.0)), "bench")
LIMITS = Budget(turns=TURNS + 1, tool_calls=TURNS, tokens=50_000_000, usd=100.0, seconds=3_600.0)

writer = Writer()


@dataclass(frozen=True, slots=True)
class Found:
    """What the tools return: about 1 KB as JSON."""

    order: str
    rows: list[Row]


@tool(effect=Effect.READ)
async def look_up(order: str, note: str) -> Found:
    """Look up an order."""
    return Found(order, writer.rows())


@tool(effect=Effect.KEYED)
async def refund(order: str, note: str, *, key: IdempotencyKey) -> Found:
    """Pay an order back."""
    return Found(key, writer.rows())


class Talker:
    """A model of no computation: it calls the two tools in turn, about 2 KB a reply, and answers after the last."""

    name = "talker"
    price = PRICE

    async def stream(self, request: ModelRequest) -> AsyncIterator[TextDelta | Reply]:
        turn = int(request.step.rpartition(".")[2])
        text = Text(writer.reply())
        yield TextDelta(text.text)
        if turn > TURNS:
            yield Reply(Message(Role.ASSISTANT, (text,)), StopReason.END_TURN, Usage(1_234, 345), self.name)
            return
        arguments = msgspec.json.encode({"order": f"{turn}", "note": writer.note()}).decode()
        call = ToolCall(f"call_{turn}", "refund" if turn % 2 else "look_up", arguments)
        usage = Usage(1_234, 345, 0, 0.00123)
        yield Reply(Message(Role.ASSISTANT, (text, call)), StopReason.TOOL_USE, usage, self.name)


desk = Agent(
    "desk",
    prompt=Prompt("desk", "You run the desk of a shop."),
    model=Talker.name,
    tools=[look_up, refund],
    budget=LIMITS,
)


async def holdfast(job: Job) -> Figures:
    """Measure whole runs: started, driven and waited for. The closing answer of each is work on top, not counted."""
    url = f"sqlite:///{job.folder / 'holdfast.db'}"
    async with Runtime.open(url, models={Talker.name: Talker()}) as runtime:

        async def do_run() -> None:
            run = await runtime.start(desk, writer.note(), budget=LIMITS)
            await run.result()

        return await measure(job, do_run)


if __name__ == "__main__":
    report(holdfast)
